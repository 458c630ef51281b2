// Who is signed in. `call` asks the API for them, and when their session ends midway lets them sign in again
// where they are and goes on: nothing on the page is lost.
import { ask, Problem } from "../api.js";
import { h } from "../dom.js";
import { forget, keep, kept } from "../kept.js";
import { t } from "../strings.js";
import { claims, endAll, refresh } from "./cognito.js";
import { signInForm } from "./sign_in.js";

let waiting;

/** {username, admin, senior, reviews, childSafety: which pages are theirs}, or null. */
export function whoIsIn() {
  const tokens = kept("tokens");
  if (!tokens) return null;
  const { username, "cognito:groups": groups = [] } = claims(tokens.AccessToken);
  const admin = groups.includes("admin");
  const senior = admin || groups.includes("senior");
  return { username, admin, senior, reviews: senior || groups.includes("reviewer"), childSafety: groups.includes("child_safety") };
}

export function signedIn(tokens) {
  keep("tokens", tokens);
}

/** Everything that this tab kept is gone, and the tokens are worth nothing any more. */
export async function signOut() {
  const { AccessToken: token } = kept("tokens") ?? {};
  forget();
  dispatchEvent(new Event("signed-out"));
  // Signed out here all the same when Cognito can't be reached: the tokens are forgotten.
  if (token) await endAll(token).catch(() => {});
  location.hash = "";
  location.reload();
}

/** Ask the API as whoever is signed in; see `ask`. */
export async function call(method, path, options = {}) {
  for (;;) {
    try {
      return await ask(method, path, { ...options, token: kept("tokens")?.AccessToken ?? "none" });
    } catch (error) {
      if (!(error instanceof Problem) || error.slug !== "session-ended") throw error;
      // One at a time: several calls may find at once that the session is over.
      waiting ??= again().finally(() => (waiting = undefined));
      await waiting;
    }
  }
}

async function again() {
  const { RefreshToken: token } = kept("tokens") ?? {};
  if (token) {
    try {
      signedIn(await refresh(token));
      return;
    } catch (error) {
      if (error.slug === "offline") throw error;
      // It has ended: once is enough to know.
      keep("tokens", { ...kept("tokens"), RefreshToken: undefined });
    }
  }
  await askAgain(whoIsIn().username);
}

/** A dialog over the page. The same person: what was typed and what waits to be sent is theirs alone. */
function askAgain(username) {
  return new Promise((resolve) => {
    const dialog = h("dialog", { "aria-labelledby": "again-title", on: { cancel: (event) => event.preventDefault() } });
    const done = (tokens) => {
      signedIn(tokens);
      dialog.close();
      dialog.remove();
      resolve();
    };
    dialog.append(
      h("h2", { id: "again-title" }, t("problem.session-ended")),
      h("p", {}, t("problem.session-ended.do")),
      signInForm({ username, fixed: true, done }),
      h("p", {}, h("button", { type: "button", class: "quiet", on: { click: signOut } }, t("sign_in.somebody_else"))),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
