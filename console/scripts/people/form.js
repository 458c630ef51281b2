// The report, step by step. Nothing leaves the device before "Send the report".
import { Problem, ask, newKey } from "../api.js";
import { h, replace } from "../dom.js";
import { askAnew, loadReportForm } from "../report_form.js";
import { announce, notice, problemNotice } from "../shell.js";
import { t } from "../strings.js";
import { forget, keep, keptAnswers, newAnswers, reportOf } from "./answers.js";
import { errorSummary, showErrors } from "./fields.js";
import { filedView } from "./filed.js";
import { isGoing, layOutForPeople } from "./page.js";
import { STEPS, stepOfPointer } from "./steps.js";

const main = await layOutForPeople("form", "form");
const kept = keptAnswers();
let answers = kept ?? newAnswers();
let keeping = kept !== null;
let step = 0;
let changing = false;
let sending = { body: "", key: "" };

/** The steps that these answers lead through. */
const steps = () => STEPS.filter((one) => one.applies(answers));

/** How many there are, the first answer says. */
const counted = () => step === 0 ? t("form.step.first") : t("form.step", { number: step + 1, count: steps().length });

function show({ problem, focus = true } = {}) {
  const all = steps();
  const { id, fields } = all[step];
  const last = step === all.length - 1;
  const form = h("form", { class: "stack", noValidate: true, autocomplete: "off", on: { submit } },
    errorSummary(),
    problem && refusal(problem),
    fields(answers, { changed, change }),
    h("div", { class: "row apart" },
      h("button", { class: "primary", id: "go-on" }, last ? t("form.check.send") : t("form.next")),
      step > 0 && h("button", { type: "button", class: "quiet", on: { click: () => history.back() } }, t("form.step.back"))),
    keepChoice());
  const heading = h("h1", { tabIndex: -1 }, t(`form.${id}.h`));
  replace(main, h("div", { class: "stack" },
    h("p", { class: "step" }, counted()),
    heading,
    step === 0 && kept && keeping && keptNotice(),
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

/** To a step that was done before, and from there straight back, over what a new answer leads to. */
function change(to) {
  changing = true;
  goTo(to);
}

function firstUnfinished() {
  const found = steps().findIndex((one) => Object.keys(one.check(answers)).length > 0);
  return found < 0 ? steps().length - 1 : found;
}

/** To a step. The first lies in the browser's history as the page, all others as one entry above it, so that
 * Back is a step back and leaving at once has one entry to take away. */
function goTo(to) {
  loadReportForm(); // should it not have answered yet
  step = Math.max(0, Math.min(to, steps().length - 1));
  if (step === steps().length - 1) changing = false;
  if (step > 0 && !history.state?.within) history.pushState({ within: true }, "");
  show();
  scrollTo(0, 0);
}

addEventListener("popstate", () => {
  if (isGoing() || step === 0 || history.state?.within) return;
  goTo(step - 1);
});

async function send(button) {
  const body = reportOf(answers);
  const text = JSON.stringify(body);
  // The same report told again is one report.
  if (sending.body !== text) sending = { body: text, key: newKey() };
  button.disabled = true;
  button.textContent = t("form.check.sending");
  announce(t("form.check.sending"));
  try {
    const { body: filed } = await ask("POST", "/v1/reports", { body, key: sending.key });
    answers = newAnswers();
    forget();
    replace(main, filedView(filed));
    main.querySelector("h1").focus();
    scrollTo(0, 0);
    step = 0;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.fields.some(({ pointer }) => pointer.startsWith("/answers/"))) {
      // What is asked has changed since this page asked for it.
      askAnew();
      await loadReportForm();
      step = steps().length - 1;
    }
    show({ problem: error });
  }
}

/** What the API said to the report: each of its fields by the step it is on. */
function refusal(problem) {
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
  if (keeping && !keep(answers)) keeping = false;
}

function keepChoice() {
  return h("label", { class: "choice keep-choice" },
    h("input", {
      type: "checkbox",
      id: "keep",
      checked: keeping,
      on: {
        change(event) {
          keeping = event.target.checked && keep(answers);
          if (!keeping) forget();
          event.target.checked = keeping;
        },
      },
    }),
    h("span", {}, t("form.keep"), h("span", { class: "hint" }, t("form.keep.hint"))));
}

function keptNotice() {
  return notice("info", t("form.kept.h"), h("p", {}, t("form.kept")), h("p", {},
    h("button", { type: "button", on: { click: startAnew } }, t("form.kept.forget"))));
}

function startAnew() {
  forget();
  keeping = false;
  answers = newAnswers();
  show();
}

show({ focus: false });
loadReportForm().then(() => {
  // How many steps there are is known now; whoever is typing goes on typing.
  const place = main.querySelector(".step");
  if (place) place.textContent = counted();
});
