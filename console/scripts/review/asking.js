// A question before something that can't be taken back.
import { h } from "../dom.js";
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
