// Where a report stands, opened with its number and secret. Both stay in this page's memory alone.
import { Problem, ask } from "../api.js";
import { h, replace } from "../dom.js";
import { loadReportForm } from "../report_form.js";
import { announce, problemNotice } from "../shell.js";
import { t } from "../strings.js";
import { errorSummary, showErrors, textField } from "./fields.js";
import { layOutForPeople } from "./page.js";
import { recoverForm, recoveredView } from "./recover.js";
import { reportView } from "./report.js";

const main = await layOutForPeople("status", "status", "appeal");
const typed = { number: "", secret: "" };

function showDoor({ problem, focus = true } = {}) {
  const form = h("form", { class: "stack", noValidate: true, autocomplete: "off", on: { submit: open } },
    errorSummary(),
    problem && wrongKey(problem),
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
    reportView(main, { ...opened, number: body.case_number }, body, () => showDoor());
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    showDoor({ problem: error });
  }
}

/** The API does not say which of the two is wrong, and so neither do we. */
function wrongKey(problem) {
  if (problem.slug !== "not-found" && problem.slug !== "invalid-request") return problemNotice(problem);
  return problemNotice({ title: t("status.wrong"), advice: t("status.wrong.do") });
}

function recovered(kept) {
  Object.assign(typed, { number: kept.case_number, secret: "" });
  replace(main, recoveredView(kept, () => showDoor()));
  main.querySelector("h1").focus();
  scrollTo(0, 0);
}

showDoor({ focus: false });
