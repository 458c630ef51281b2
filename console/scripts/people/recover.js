// Get a new secret with the recovery phrase.
import { Problem, ask } from "../api.js";
import { h, replace } from "../dom.js";
import { problemNotice } from "../shell.js";
import { t } from "../strings.js";
import { errorSummary, showErrors, textField } from "./fields.js";
import { credentialsCard } from "./credentials.js";

/** typed: {number}, shared with the page. found: called with {case_number, secret}. */
export function recoverForm(typed, found) {
  const said = h("div");
  const button = h("button", {}, t("recover.send"));
  let phrase = "";
  const form = h("form", { class: "stack", noValidate: true, autocomplete: "off", on: { submit } },
    errorSummary(), said,
    textField({
      id: "lost-number",
      label: t("status.number"),
      value: typed.number,
      dir: "ltr",
      spellcheck: false,
      maxLength: 64,
      onInput: (value) => (typed.number = value),
    }),
    textField({
      id: "phrase",
      label: t("recover.phrase"),
      spellcheck: false,
      maxLength: 200,
      onInput: (value) => (phrase = value),
    }),
    h("div", {}, button));

  async function submit(event) {
    event.preventDefault();
    const number = typed.number.trim();
    const errors = {
      ...(!number && { "lost-number": t("status.number.none") }),
      ...(!phrase.trim() && { phrase: t("recover.phrase.none") }),
    };
    showErrors(form, errors);
    if (Object.keys(errors).length > 0) return;
    button.disabled = true;
    replace(said);
    try {
      const path = `/v1/cases/${encodeURIComponent(number)}/recover`;
      found((await ask("POST", path, { body: { phrase: phrase.trim() } })).body);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const wrong = error.slug === "not-found" || error.slug === "invalid-request";
      replace(said, problemNotice(wrong ? { title: t("recover.wrong"), advice: t("recover.wrong.do") } : error));
      said.scrollIntoView({ block: "nearest" });
      button.disabled = false;
      button.focus({ preventScroll: true });
    }
  }

  return h("section", {},
    h("h2", {}, t("recover.h")),
    h("p", {}, t("recover.without")),
    h("details", { class: "letter" }, h("summary", {}, t("recover.with")), form));
}

/** Show the new secret in place of the page's content. */
export function recoveredView(recovered, follow) {
  return h("div", { class: "stack" },
    h("h1", { tabIndex: -1 }, t("recover.done")),
    credentialsCard(recovered),
    h("p", { class: "no-print" }, h("button", { type: "button", on: { click: follow } }, t("filed.follow"))));
}
