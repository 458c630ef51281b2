// Contact details and signature. Reviewers never see them.
import { t } from "../strings.js";
import { choices, textField } from "./fields.js";

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** Return fields for email address, email content, signature and name, or some of them. They change `answers` in place. */
export function contactFields(answers, changed, wanted = ["email", "mail", "signature", "name"]) {
  return wanted.map((one) => FIELDS[one](answers, changed));
}

const FIELDS = {
  email: (answers, changed) => textField({
    id: "email",
    label: t("form.contact.email"),
    hint: t("form.contact.email.hint"),
    value: answers.email,
    type: "email",
    dir: "ltr",
    maxLength: 254,
    spellcheck: false,
    onInput: (value) => changed(answers.email = value.trim()),
  }),
  mail: (answers, changed) => choices({
    id: "mail",
    kind: "radio",
    legend: t("form.contact.mail"),
    options: ["news", "full", "none"].map((value) => ({
      value,
      label: t(`form.contact.mail.${value}`),
      hint: t(`form.contact.mail.${value}.hint`),
      checked: answers.mail === value,
    })),
    onChoose: (value) => changed(answers.mail = value),
  }),
  signature: (answers, changed) => textField({
    id: "signature",
    label: t("form.contact.signature"),
    hint: t("form.contact.signature.hint"),
    value: answers.signature,
    maxLength: 200,
    spellcheck: false,
    onInput: (value) => changed(answers.signature = value),
  }),
  name: (answers, changed) => textField({
    id: "name",
    label: t("form.contact.name"),
    hint: t("form.contact.name.hint"),
    value: answers.name,
    maxLength: 200,
    spellcheck: false,
    onInput: (value) => changed(answers.name = value),
  }),
};

export function checkContact({ email }) {
  return email && !EMAIL.test(email) ? { email: t("form.contact.email.wrong") } : {};
}
