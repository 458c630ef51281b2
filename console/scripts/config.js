// Addresses, written by the deployment (infra/pages.py) or by the local stack.
import { load } from "./loading.js";

let loaded;

/** Return {api_url, sign_in_url, client_id, leave_url, help_lines}, always the same object. For the current
 * help lines, see report_form.js. */
export function config() {
  loaded ??= load("config.json").catch((error) => {
    loaded = undefined; // the next call tries again
    throw error;
  });
  return loaded;
}
