// The session of the signed-in user. When it ends, `call` lets them sign in again on the same page and continues:
// nothing on the page is lost.
import { ask, Problem } from "../api.js";
import { h } from "../dom.js";
import { forget, store, stored } from "../tab_storage.js";
import { t } from "../strings.js";
import { claims, revokeTokens, refresh } from "./cognito.js";
import { signInForm } from "./sign_in.js";

let waiting;

/** Return {username, admin, senior, reviews, childSafety}, or null if nobody is signed in. */
export function currentUser() {
  const tokens = stored("tokens");
  if (!tokens) return null;
  const { username, "cognito:groups": groups = [] } = claims(tokens.AccessToken);
  const admin = groups.includes("admin");
  const senior = admin || groups.includes("senior");
  return { username, admin, senior, reviews: senior || groups.includes("reviewer"), childSafety: groups.includes("child_safety") };
}

export function storeTokens(tokens) {
  store("tokens", tokens);
}

/** Clear the storage of this tab and revoke the tokens. */
export async function signOut() {
  const { AccessToken: token } = stored("tokens") ?? {};
  forget();
  dispatchEvent(new Event("signed-out"));
  // The tokens are deleted even if Cognito can't be reached.
  if (token) await revokeTokens(token).catch(() => {});
  location.hash = "";
  location.reload();
}

/** Call the API as the signed-in user. See `ask`. */
export async function call(method, path, options = {}) {
  for (;;) {
    try {
      return await ask(method, path, { ...options, token: stored("tokens")?.AccessToken ?? "none" });
    } catch (error) {
      if (!(error instanceof Problem) || error.slug !== "session-ended") throw error;
      // Several calls may notice the end of the session at once: sign in only once.
      waiting ??= signInAgain().finally(() => (waiting = undefined));
      await waiting;
    }
  }
}

async function signInAgain() {
  const { RefreshToken: token } = stored("tokens") ?? {};
  if (token) {
    try {
      storeTokens(await refresh(token));
      return;
    } catch (error) {
      if (error.slug === "offline") throw error;
      // The refresh token has expired: do not try it again.
      store("tokens", { ...stored("tokens"), RefreshToken: undefined });
    }
  }
  await askAgain(currentUser().username);
}

/** Ask the same person to sign in again: the input and pending decisions on this page are theirs. */
function askAgain(username) {
  return new Promise((resolve) => {
    const dialog = h("dialog", { "aria-labelledby": "again-title", on: { cancel: (event) => event.preventDefault() } });
    const done = (tokens) => {
      storeTokens(tokens);
      dialog.close();
      dialog.remove();
      resolve();
    };
    dialog.append(
      h("h2", { id: "again-title" }, t("problem.session-ended")),
      h("p", {}, t("problem.session-ended.do")),
      signInForm({ username, fixed: true, done }),
      h("p", {}, h("button", { type: "button", class: "quiet", on: { click: signOut } }, t("sign_in.other_user"))),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
