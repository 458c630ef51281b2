// Change how we reach the reporter, after the report was sent.
import { newKey } from "../api.js";
import { h } from "../dom.js";
import { notice } from "../shell.js";
import { t } from "../strings.js";
import { tryRequest } from "./resilient_request.js";
import { checkContact, contactFields } from "./contact.js";
import { errorSummary, showErrors } from "./fields.js";

/**
 * report: answer of GET /v1/cases/NUMBER. typed: keeps the input when the page is drawn again.
 * send(body, key): calls the API, and throws its Problem.
 */
export function contactSettingsForm(report, typed, send) {
  const contact = (typed.contact ??= { email: "", mail: report.mail ?? "news" });
  const said = h("div");
  let key = newKey();
  const button = h("button", {}, t("contact_settings.send"));
  const form = h("form", { class: "stack", noValidate: true, autocomplete: "off", on: { submit } },
    errorSummary(), said,
    h("p", {}, t("contact_settings.what")),
    contactFields(contact, () => (key = newKey()), ["mail", "email"]),
    h("div", {}, button));

  async function submit(event) {
    event.preventDefault();
    const errors = checkContact(contact);
    showErrors(form, errors);
    if (errors.email) return;
    const { email, mail } = contact;
    await tryRequest(() => send({ contact: { ...(email && { email }), mail } }, key), said, button);
  }

  return h("section", {},
    report.unreachable && notice("warning", t("contact_settings.unreachable"), h("p", {}, t(`contact_settings.${report.unreachable}`))),
    h("details", { class: "letter", open: Boolean(report.unreachable || contact.email) },
      h("summary", {}, t("contact_settings.h")), form));
}
