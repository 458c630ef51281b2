// A question before something that can't be taken back.
import { data, h } from "../dom.js";
import { t } from "../strings.js";

/** True when they say yes. */
export function asked(title, text, yes) {
  return new Promise((resolve) => {
    const dialog = h("dialog", { "aria-labelledby": "asked-title", class: "stack", on: { close: () => { dialog.remove(); resolve(dialog.returnValue === "yes"); } } });
    dialog.append(
      h("h2", { id: "asked-title" }, title), h("p", {}, text),
      h("form", { method: "dialog", class: "row" }, h("button", { value: "no" }, t("review.cancel")), h("button", { value: "yes", class: "danger" }, yes)));
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** What hurts most is done with a word typed out, and never by one key too many. True when it was typed. */
export function askedByWord({ title, text, word, yes }) {
  return new Promise((resolve) => {
    const typed = h("input", { id: "confirm", autocomplete: "off", spellcheck: false });
    const go = h("button", { type: "submit", class: "danger", disabled: true }, yes);
    const dialog = h("dialog", { "aria-labelledby": "confirm-title", class: "stack", on: { close: () => { dialog.remove(); resolve(dialog.returnValue === "yes"); } } });
    typed.addEventListener("input", () => (go.disabled = typed.value.trim().toLowerCase() !== word));
    dialog.append(h("form", { class: "stack", on: { submit: (event) => { event.preventDefault(); if (!go.disabled) dialog.close("yes"); } } },
      h("h2", { id: "confirm-title" }, title), h("p", {}, text),
      h("label", { for: "confirm" }, t("review.confirm_type"), " ", data(word)), typed,
      h("div", { class: "row" }, go, h("button", { type: "button", on: { click: () => dialog.close("") } }, t("review.cancel")))));
    document.body.append(dialog);
    dialog.showModal();
    typed.focus();
  });
}
