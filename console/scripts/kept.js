// What this tab keeps until it is closed, and no longer: who is signed in, what was typed, what waits to be
// sent. sessionStorage: a reload keeps it, another tab or the next person on this machine does not get it.
// Why not in memory alone, and never in localStorage: docs/decisions/0027-what-a-reviewers-page-keeps.md.
const PREFIX = "staydown:";

export function keep(name, value) {
  if (value === undefined || value === null) sessionStorage.removeItem(PREFIX + name);
  else sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
}

export function kept(name) {
  const text = sessionStorage.getItem(PREFIX + name);
  return text === null ? undefined : JSON.parse(text);
}

/** Forget everything; `prefix`: only what begins so. */
export function forget(prefix = "") {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX + prefix)) sessionStorage.removeItem(key);
  }
}
