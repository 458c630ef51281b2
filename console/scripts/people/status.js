// The status of a report, opened with its case number and secret. Both stay in the memory of this page only.
import { Problem, ask } from "../api.js";
import { h, replace } from "../dom.js";
import { loadReportForm } from "../report_form.js";
import { announce, problemNotice } from "../shell.js";
import { t } from "../strings.js";
import { errorSummary, showErrors, textField } from "./fields.js";
import { layOutPublicPage } from "./page.js";
import { recoverForm, recoveredView } from "./recover.js";
import { reportView } from "./report.js";

const main = await layOutPublicPage("status", "status", "appeal");
const typed = { number: "", secret: "" };

function showOpenForm({ problem, focus = true } = {}) {
  const form = h("form", { class: "stack", noValidate: true, autocomplete: "off", on: { submit: open } },
    errorSummary(),
    problem && wrongCredentials(problem),
    textField({
      id: "number",
      label: t("status.number"),
      hint: t("status.number.hint"),
      value: typed.number,
      dir: "ltr",
      spellcheck: false,
      maxLength: 64,
      onInput: (value) => (typed.number = value),
    }),
    textField({
      id: "secret",
      label: t("status.secret"),
      hint: t("status.secret.hint"),
      value: typed.secret,
      dir: "ltr",
      spellcheck: false,
      maxLength: 128,
      onInput: (value) => (typed.secret = value),
    }),
    h("div", {}, h("button", { class: "primary", id: "open" }, t("status.open"))));
  const heading = h("h1", { tabIndex: -1 }, t("status.h"));
  replace(main, h("div", { class: "stack" }, heading, h("p", {}, t("status.lead")), form, recoverForm(typed, recovered)));
  if (focus) (form.querySelector("[role=alert]") ?? heading).focus();
}

async function open(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const errors = {
    ...(!typed.number.trim() && { number: t("status.number.none") }),
    ...(!typed.secret.trim() && { secret: t("status.secret.none") }),
  };
  showErrors(form, errors);
  if (Object.keys(errors).length > 0) return;
  const button = form.querySelector("#open");
  button.disabled = true;
  announce(t("status.opening"));
  try {
    const opened = { number: typed.number.trim(), secret: typed.secret.trim() };
    const path = `/v1/cases/${encodeURIComponent(opened.number)}`;
    const [{ body }] = await Promise.all([ask("GET", path, { secret: opened.secret }), loadReportForm()]);
    Object.assign(typed, { number: "", secret: "" });
    reportView(main, { ...opened, number: body.case_number }, body, () => showOpenForm());
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    showOpenForm({ problem: error });
  }
}

/** The API does not say which of the two is wrong. */
function wrongCredentials(problem) {
  if (problem.slug !== "not-found" && problem.slug !== "invalid-request") return problemNotice(problem);
  return problemNotice({ title: t("status.wrong"), advice: t("status.wrong.do") });
}

function recovered(credentials) {
  Object.assign(typed, { number: credentials.case_number, secret: "" });
  replace(main, recoveredView(credentials, () => showOpenForm()));
  main.querySelector("h1").focus();
  scrollTo(0, 0);
}

showOpenForm({ focus: false });
