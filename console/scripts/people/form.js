// The report form, step by step. Nothing leaves the device before "Send the report".
import { Problem, ask, newKey } from "../api.js";
import { h, replace } from "../dom.js";
import { reloadNextTime, loadReportForm } from "../report_form.js";
import { announce, notice, problemNotice } from "../shell.js";
import { t } from "../strings.js";
import { deleteSavedAnswers, newAnswers, reportBody, saveAnswers, savedAnswers } from "./answers.js";
import { errorSummary, showErrors } from "./fields.js";
import { filedView } from "./filed.js";
import { isLeaving, layOutPublicPage } from "./page.js";
import { STEPS, stepOfPointer } from "./steps.js";

const main = await layOutPublicPage("form", "form");
const saved = savedAnswers();
let answers = saved ?? newAnswers();
let saving = saved !== null;
let step = 0;
let changing = false;
let sending = { body: "", key: "" };

/** Return the steps that apply to these answers. */
const steps = () => STEPS.filter((one) => one.applies(answers));

/** The number of steps depends on the first answer, so step 1 does not show it. */
const counted = () => step === 0 ? t("form.step.first") : t("form.step", { number: step + 1, count: steps().length });

function show({ problem, focus = true } = {}) {
  const all = steps();
  const { id, fields } = all[step];
  const last = step === all.length - 1;
  const form = h("form", { class: "stack", noValidate: true, autocomplete: "off", on: { submit } },
    errorSummary(),
    problem && rejection(problem),
    fields(answers, { changed, change }),
    h("div", { class: "row apart" },
      h("button", { class: "primary", id: "go-on" }, last ? t("form.check.send") : t("form.next")),
      step > 0 && h("button", { type: "button", class: "quiet", on: { click: () => history.back() } }, t("form.step.back"))),
    saveChoice());
  const heading = h("h1", { tabIndex: -1 }, t(`form.${id}.h`));
  replace(main, h("div", { class: "stack" },
    h("p", { class: "step" }, counted()),
    heading,
    step === 0 && saved && saving && savedNotice(),
    form));
  if (focus) (form.querySelector("[role=alert]") ?? heading).focus();
}

async function submit(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const errors = steps()[step].check(answers);
  showErrors(form, errors);
  if (Object.keys(errors).length > 0) return;
  if (step === steps().length - 1) await send(form.querySelector("#go-on"));
  else goTo(changing ? firstUnfinished() : step + 1);
}

/** Go to an earlier step to change it. From there, go back to the first step that a new answer made incomplete. */
function change(to) {
  changing = true;
  goTo(to);
}

function firstUnfinished() {
  const found = steps().findIndex((one) => Object.keys(one.check(answers)).length > 0);
  return found < 0 ? steps().length - 1 : found;
}

/** Go to a step. All steps after the first share one history entry above the page. So Back is one step back,
 * and "Leave now" has only one entry to remove. */
function goTo(to) {
  loadReportForm(); // in case it has not answered yet
  step = Math.max(0, Math.min(to, steps().length - 1));
  if (step === steps().length - 1) changing = false;
  if (step > 0 && !history.state?.within) history.pushState({ within: true }, "");
  show();
  scrollTo(0, 0);
}

addEventListener("popstate", () => {
  if (isLeaving() || step === 0 || history.state?.within) return;
  goTo(step - 1);
});

async function send(button) {
  const body = reportBody(answers);
  const text = JSON.stringify(body);
  // Sending the same report again must not create a second one.
  if (sending.body !== text) sending = { body: text, key: newKey() };
  button.disabled = true;
  button.textContent = t("form.check.sending");
  announce(t("form.check.sending"));
  try {
    const { body: filed } = await ask("POST", "/v1/reports", { body, key: sending.key });
    answers = newAnswers();
    deleteSavedAnswers();
    replace(main, filedView(filed));
    main.querySelector("h1").focus();
    scrollTo(0, 0);
    step = 0;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.fields.some(({ pointer }) => pointer.startsWith("/answers/"))) {
      // The operator's questions changed after this page loaded them.
      reloadNextTime();
      await loadReportForm();
      step = steps().length - 1;
    }
    show({ problem: error });
  }
}

/** Show the errors of the API, each with a button to its step. */
function rejection(problem) {
  const named = problem.fields.filter(({ pointer }) => stepOfPointer(pointer) !== null);
  if (named.length === 0) return problemNotice(problem);
  return notice("danger", t("form.refused"), h("ul", {}, named.map((field) => {
    const { id, text } = stepOfPointer(field.pointer, answers);
    const at = steps().findIndex((one) => one.id === id);
    return h("li", {}, text ?? field.detail, " ",
      at >= 0 && h("button", { type: "button", class: "small", on: { click: () => change(at) } }, t("form.check.change")));
  })));
}

function changed() {
  if (saving && !saveAnswers(answers)) saving = false;
}

function saveChoice() {
  return h("label", { class: "choice save-choice" },
    h("input", {
      type: "checkbox",
      id: "keep",
      checked: saving,
      on: {
        change(event) {
          saving = event.target.checked && saveAnswers(answers);
          if (!saving) deleteSavedAnswers();
          event.target.checked = saving;
        },
      },
    }),
    h("span", {}, t("form.keep"), h("span", { class: "hint" }, t("form.keep.hint"))));
}

function savedNotice() {
  return notice("info", t("form.kept.h"), h("p", {}, t("form.kept")), h("p", {},
    h("button", { type: "button", on: { click: startAnew } }, t("form.kept.forget"))));
}

function startAnew() {
  deleteSavedAnswers();
  saving = false;
  answers = newAnswers();
  show();
}

show({ focus: false });
loadReportForm().then(() => {
  // Only the number of steps changes, so that typing is not interrupted.
  const place = main.querySelector(".step");
  if (place) place.textContent = counted();
});
