// Who helps, and what the operator asks beside the law: as the service says now, or, while it does not answer, as
// it was when these pages were put up.
import { ask, Problem } from "./api.js";
import { config } from "./config.js";

let asking = null;
let form = null;

/** Ask the service, once; again when it did not answer. Never throws: without it a page works all the same. */
export function loadReportForm() {
  asking ??= ask("GET", "/v1/report-form").then(({ body }) => {
    form = body;
  }).catch((error) => {
    if (!(error instanceof Problem)) throw error;
    asking = null;
  });
  return asking;
}

/** The operator's own questions: {key, label, help, required, max_length, for_reviewers}; none until it answers. */
export function questions() {
  return form?.questions ?? [];
}

/** Who helps: {name, url, whom, where, phone, phone_text}. */
export async function helpLines() {
  return form?.help ?? (await config()).help_lines;
}

/** Forget what the service said, so that it is asked again. */
export function askAnew() {
  asking = null;
}
