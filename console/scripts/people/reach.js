// How the sender of a report is reached, changed afterwards.
import { newKey } from "../api.js";
import { h } from "../dom.js";
import { notice } from "../shell.js";
import { t } from "../strings.js";
import { attempt } from "./attempt.js";
import { checkContact, contactFields } from "./contact.js";
import { errorSummary, showErrors } from "./fields.js";

/**
 * report: of GET /v1/cases/NUMBER. typed: keeps what is typed here, should the page be drawn again.
 * send(body, key): asks the API, and throws its Problem.
 */
export function reachForm(report, typed, send) {
  const reached = (typed.reached ??= { email: "", mail: report.mail ?? "news" });
  const said = h("div");
  let key = newKey();
  const button = h("button", {}, t("reach.send"));
  const form = h("form", { class: "stack", noValidate: true, autocomplete: "off", on: { submit } },
    errorSummary(), said,
    h("p", {}, t("reach.what")),
    contactFields(reached, () => (key = newKey()), ["mail", "email"]),
    h("div", {}, button));

  async function submit(event) {
    event.preventDefault();
    const errors = checkContact(reached);
    showErrors(form, errors);
    if (errors.email) return;
    const { email, mail } = reached;
    await attempt(() => send({ contact: { ...(email && { email }), mail } }, key), said, button);
  }

  return h("section", {},
    report.unreachable && notice("warning", t("reach.unreachable"), h("p", {}, t(`reach.${report.unreachable}`))),
    h("details", { class: "letter", open: Boolean(report.unreachable || reached.email) },
      h("summary", {}, t("reach.h")), form));
}
