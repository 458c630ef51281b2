// The form of an appeal, and its outcome: for the reporter, for the person who posted the image, and for the
// holder of an account with a manual block.
import { newKey } from "../api.js";
import { h } from "../dom.js";
import { moment, t } from "../strings.js";
import { tryRequest } from "./resilient_request.js";
import { errorSummary, showErrors, textField, why } from "./fields.js";

/**
 * by: "reporter", "poster" or "holder". until: the end of the appeal window. typed: keeps the input when the
 * page is drawn again. send(body, key): calls the API, and throws its Problem.
 */
export function appealForm({ by, until, typed, send }) {
  let key = newKey();
  const said = h("div");
  const button = h("button", { class: "primary" }, t("appeal.send"));
  const form = h("form", { class: "card stack", noValidate: true, autocomplete: "off", on: { submit } },
    h("h2", {}, t("appeal.form.h")),
    h("p", {}, t("appeal.form.what"), " ", t(`appeal.form.${by}`)),
    h("p", {}, t("appeal.until", { at: moment(until) })),
    errorSummary(), said,
    why(t(`appeal.why.${by}`)),
    textField({
      id: "appeal",
      label: t("appeal.statement"),
      hint: t("appeal.statement.hint"),
      value: typed.appeal ?? "",
      rows: 6,
      maxLength: 5000,
      onInput(value) {
        typed.appeal = value;
        key = newKey();
      },
    }),
    h("div", {}, button));

  async function submit(event) {
    event.preventDefault();
    const statement = (typed.appeal ?? "").trim();
    const errors = statement ? {} : { appeal: t("appeal.statement.none") };
    showErrors(form, errors);
    if (!statement) return;
    await tryRequest(() => send({ statement }, key), said, button);
  }

  return form;
}

/** by: as above. appeal: {filed_at, outcome, decided_at}; the last two are null until the decision. */
export function appealView(by, { filed_at: filedAt, outcome, decided_at: decidedAt }) {
  const word = outcome ?? "waiting";
  return h("section", { class: "card stack" },
    h("h2", {}, t("appeal.h")),
    h("p", {}, t("appeal.filed", { at: moment(filedAt) })),
    h("p", {}, h("span", { class: `badge ${outcome === "upheld" ? "success" : ""}` }, t(`appeal.outcome.${word}`))),
    outcome
      ? h("p", {}, t(`appeal.outcome.${word}.${by}`, { at: moment(decidedAt) }))
      : h("p", {}, t("appeal.outcome.waiting.what"), " ", t(`appeal.outcome.waiting.${by}`)));
}
