// Help lines and the operator's own questions: from the API, or, while it does not answer, as of the deployment
// of these pages.
import { ask, Problem } from "./api.js";
import { config } from "./config.js";

let asking = null;
let form = null;

/** Load the report form once; retry after a failure. Never throw: pages also work without it. */
export function loadReportForm() {
  asking ??= ask("GET", "/v1/report-form").then(({ body }) => {
    form = body;
  }).catch((error) => {
    if (!(error instanceof Problem)) throw error;
    asking = null;
  });
  return asking;
}

/** Return the operator's questions: {key, label, help, required, max_length, for_reviewers}; none before the answer. */
export function questions() {
  return form?.questions ?? [];
}

/** Return the help lines: {name, url, whom, where, phone, phone_text}. */
export async function helpLines() {
  return form?.help ?? (await config()).help_lines;
}

/** Load the report form again next time. */
export function reloadNextTime() {
  asking = null;
}
