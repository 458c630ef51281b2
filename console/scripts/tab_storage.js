// Storage of this tab until it is closed: tokens, input, and pending decisions. sessionStorage survives a reload,
// but other tabs and the next person on this device can't read it. Why not in memory only, and never in
// localStorage: docs/decisions/0027-review-page-storage-and-delayed-sending.md.
const PREFIX = "staydown:";

export function store(name, value) {
  if (value === undefined || value === null) sessionStorage.removeItem(PREFIX + name);
  else sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
}

export function stored(name) {
  const text = sessionStorage.getItem(PREFIX + name);
  return text === null ? undefined : JSON.parse(text);
}

/** Delete everything; with `prefix`, only matching names. */
export function forget(prefix = "") {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX + prefix)) sessionStorage.removeItem(key);
  }
}
