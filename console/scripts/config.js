// Where things are: written by the deployment (infra/pages.py), or by the stack on this machine.
let loaded;

/** {api_url, sign_in_url, client_id, leave_url, help_lines}; the same object each time. */
export function config() {
  loaded ??= fetch("config.json").then((response) => {
    if (!response.ok) throw new Error("no config.json");
    return response.json();
  });
  return loaded;
}
