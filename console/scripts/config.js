// Where things are: written by the deployment (infra/pages.py), or by the stack on this machine.
import { load } from "./loading.js";

let loaded;

/** {api_url, sign_in_url, client_id, leave_url, help_lines}; the same object each time. Of the help lines:
 * report_form.js has those of now. */
export function config() {
  loaded ??= load("config.json").catch((error) => {
    loaded = undefined; // asked for again next time
    throw error;
  });
  return loaded;
}
