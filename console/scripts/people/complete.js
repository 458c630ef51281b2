// Add what is missing, or what a reviewer asked for.
import { newKey } from "../api.js";
import { h } from "../dom.js";
import { questions } from "../report_form.js";
import { t } from "../strings.js";
import { DECLARATIONS } from "./answers.js";
import { tryRequest } from "./resilient_request.js";
import { checkContact, contactFields } from "./contact.js";
import { choices, errorSummary, showErrors, textField, why } from "./fields.js";
import { answered, questionFields } from "./questions.js";

/**
 * report: answer of GET /v1/cases/NUMBER. typed: keeps the input when the page is drawn again.
 * send(body, key): calls the API, and throws its Problem.
 */
export function completeForm(report, typed, send) {
  const missing = new Set(report.missing);
  const asked = report.cases.some((one) => one.state === "needs_information");
  const added = (typed.added ??= {
    email: "", mail: report.mail ?? "news", signature: "", name: "", statement: "",
    declarations: declarationsOf(missing), answers: {},
  });
  const declares = DECLARATIONS.filter((one) => missing.has(`/declarations/${one}`));
  const wanted = [...(missing.has("/contact") ? ["email", "mail", "name"] : []), ...(missing.has("/signature") ? ["signature"] : [])];
  const unanswered = questions().filter(({ key }) => missing.has(`/answers/${key}`));
  const gone = [...missing].filter((one) => one.startsWith("/answers/")).length > unanswered.length;
  const said = h("div");
  let key = newKey();
  const changed = () => (key = newKey());
  const button = h("button", { class: "primary" }, t("complete.send"));
  const form = h("form", { class: "card stack", noValidate: true, autocomplete: "off", on: { submit } },
    h("h2", {}, t(asked ? "complete.asked.h" : "complete.h")),
    errorSummary(), said,
    declares.length > 0 && [why(t("form.you.declare.why")), choices({
      id: "declarations",
      kind: "checkbox",
      legend: t("form.you.declare"),
      options: declares.map((value) => ({
        value,
        label: t(`declaration.${value}`),
        checked: added.declarations[value],
      })),
      onChoose: (value, checked) => changed(added.declarations[value] = checked),
    })],
    unanswered.length > 0 && [why(t("form.more.why")), questionFields(unanswered, added.answers, changed)],
    wanted.length > 0 && [why(t("form.contact.why")), contactFields(added, changed, wanted)],
    asked && textField({
      id: "statement",
      label: t("complete.statement"),
      hint: t("complete.statement.hint"),
      value: added.statement,
      rows: 6,
      maxLength: 5000,
      onInput: (value) => changed(added.statement = value),
    }),
    h("div", {}, button));

  async function submit(event) {
    event.preventDefault();
    const body = bodyOf(added, declares, unanswered);
    const errors = Object.keys(body).length > 0 || gone ? checkContact(added) : { [firstField()]: t("complete.none") };
    showErrors(form, errors);
    if (Object.keys(errors).length > 0) return;
    await tryRequest(() => send(body, key), said, button);
  }

  const firstField = () => form.querySelector("input, textarea").id;
  return form;
}

/** Declarations that are not missing stay true. */
function declarationsOf(missing) {
  return Object.fromEntries(DECLARATIONS.map((one) => [one, !missing.has(`/declarations/${one}`)]));
}

function contactOf({ name, email, mail }) {
  return { ...(name.trim() && { name }), ...(email && { email }), mail };
}

/** Return only what was filled in: the API keeps the rest. declares: the missing declarations. */
function bodyOf(added, declares, unanswered) {
  const answers = answered(unanswered, added.answers);
  return {
    ...(declares.some((one) => added.declarations[one]) && { declarations: added.declarations }),
    ...(added.statement.trim() && { statement: added.statement }),
    ...(Object.keys(answers).length > 0 && { answers }),
    ...(added.signature.trim() && { signature: added.signature }),
    ...((added.email || added.name.trim()) && { contact: contactOf(added) }),
  };
}
