// Fields of a form, and their error messages.
import { h, icon, replace } from "../dom.js";
import { t } from "../strings.js";

/** Explain why a question is asked. */
export function why(text) {
  return h("p", { class: "why" }, icon("info"), h("span", {}, h("strong", {}, t("people.why")), " ", text));
}

/**
 * Create a text field with its label. id: of the input, and of its hint and error. rows: for several lines.
 * Autocomplete is off: other people may use this device.
 */
export function textField({ id, label, hint, value, rows, type = "text", maxLength, onInput, ...more }) {
  const hintId = `${id}-hint`;
  const input = h(rows ? "textarea" : "input", {
    id,
    name: id,
    ...(rows ? { rows } : { type }),
    value,
    maxLength,
    autocomplete: "off",
    "autocapitalize": "off",
    "aria-describedby": describedBy(hint && hintId, `${id}-error`),
    ...more,
    on: { input: (event) => onInput(event.target.value) },
  });
  return h("div", { class: "field" },
    h("label", { for: id }, label), hint && h("p", { class: "hint", id: hintId }, hint), errorPlace(id), input);
}

/**
 * Create choices with one legend. kind: radio or checkbox. options: {value, label, hint, checked}. id: of the
 * first choice. onChoose: called with the value, and whether it is now chosen.
 */
export function choices({ id, kind, legend, options, onChoose }) {
  return h("fieldset", { "aria-describedby": `${id}-error` },
    h("legend", {}, legend), errorPlace(id),
    h("div", { class: "choices" }, options.map((option, index) =>
      h("label", { class: "choice" },
        h("input", {
          id: index === 0 ? id : undefined,
          type: kind,
          name: id,
          value: option.value,
          checked: option.checked,
          on: { change: (event) => onChoose(option.value, event.target.checked) },
        }),
        h("span", {}, option.label, option.hint && h("span", { class: "hint" }, option.hint))))));
}

/** Show errors above the form, with links to the fields, and at each field. errors: text by field ID. */
export function showErrors(form, errors) {
  form.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
  form.querySelectorAll(".error").forEach((place) => replace(place));
  const summary = form.querySelector(".errors");
  const found = Object.entries(errors);
  replace(summary, found.length > 0 && h("div", { class: "notice danger", tabIndex: -1, role: "alert" },
    icon("stop"),
    h("div", {},
      h("p", { class: "label" }, t("people.wrong")),
      h("ul", {}, found.map(([id, text]) => h("li", {},
        h("a", { href: `#${id}`, on: { click: (event) => focusField(event, form, id) } }, text)))))));
  for (const [id, text] of found) {
    const field = form.querySelector(`#${id}`);
    if (field && field.type !== "radio") field.setAttribute("aria-invalid", "true");
    const place = form.querySelector(`#${id}-error`);
    if (place) replace(place, text);
  }
  summary.firstElementChild?.focus();
}

/** Create the place above the form for showErrors. */
export function errorSummary() {
  return h("div", { class: "errors" });
}

function focusField(event, form, id) {
  event.preventDefault();
  form.querySelector(`#${id}`)?.focus();
}

function errorPlace(id) {
  return h("p", { class: "error", id: `${id}-error` });
}

function describedBy(...ids) {
  return ids.filter(Boolean).join(" ");
}
