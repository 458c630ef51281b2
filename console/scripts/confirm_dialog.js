// Ask for confirmation before an action that can't be undone.
import { h } from "./dom.js";

/**
 * Ask a question. Resolve to true when the person confirms. Closing the dialog, also with Escape, means no.
 * With `word`, the person must type that word first; `label` stands above the field.
 */
export function confirmed({ title, text, yes, no, word, label }) {
  return new Promise((resolve) => {
    const confirm = h("button", { value: "yes", class: "danger", disabled: word !== undefined }, yes);
    const typed = word !== undefined && h("input", {
      id: "confirm-word",
      autocomplete: "off",
      spellcheck: false,
      on: { input: () => (confirm.disabled = typed.value.trim().toLowerCase() !== word) },
    });
    const dialog = h("dialog", {
      "aria-labelledby": "confirm-title",
      on: {
        close() {
          dialog.remove();
          resolve(dialog.returnValue === "yes");
        },
      },
    },
    // The button for "no" is no submit button: Enter in the field must not press it.
    h("form", { method: "dialog", class: "stack" },
      h("h2", { id: "confirm-title" }, title), h("p", {}, text),
      typed && [h("label", { for: "confirm-word" }, label), typed],
      h("div", { class: "row" }, h("button", { type: "button", on: { click: () => dialog.close("no") } }, no), confirm)));
    document.body.append(dialog);
    dialog.showModal();
    if (typed) typed.focus();
  });
}
