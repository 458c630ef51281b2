// A question before something that can't be undone.
import { h } from "../dom.js";

/** Ask; true when the answer is yes. Closing it, by Escape too, is no. */
export function confirmed({ title, text, yes, no }) {
  return new Promise((resolve) => {
    const dialog = h("dialog", {
      "aria-labelledby": "sure",
      on: {
        close() {
          dialog.remove();
          resolve(dialog.returnValue === "yes");
        },
      },
    },
    h("form", { method: "dialog", class: "stack" },
      h("h2", { id: "sure" }, title), h("p", {}, text),
      h("div", { class: "row" }, h("button", { value: "no" }, no), h("button", { value: "yes", class: "danger" }, yes))));
    document.body.append(dialog);
    dialog.showModal();
  });
}
