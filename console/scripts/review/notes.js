// Notes of reviewers about a case. Only reviewers can read them.
import { newKey, Problem } from "../api.js";
import { data, h, replace } from "../dom.js";
import { store, stored } from "../tab_storage.js";
import { announce, problemNotice } from "../shell.js";
import { moment, number, t, tn } from "../strings.js";
import { caseName } from "./queue.js";
import { call } from "./session.js";

const MOST_BYTES = 1000;

/**
 * path: of the case. changed: called with the case after a note was added. Return {element, show, write}: show
 * updates the notes without touching the input; write focuses the field.
 */
export function notesSection(path, changed) {
  const draft = `draft:note:${path}`;
  const list = h("ol", { class: "plain stack" });
  const left = h("span", { class: "hint" });
  const trouble = h("div", {});
  const text = h("textarea", { id: "note", rows: 2, value: stored(draft)?.text ?? "", "aria-describedby": "note-hint", on: { input: typed } });
  const button = h("button", {}, t("review.note_leave"));
  let key = newKey();
  let count;
  const element = h("section", { class: "card stack notes" }, h("h2", {}, t("review.notes")), list,
    h("form", { class: "stack", noValidate: true, on: { submit: leave } },
      h("div", {}, h("label", { for: "note" }, t("review.note"), " ", h("span", { class: "hint", id: "note-hint" }, t("review.note_hint"))), text),
      trouble, h("div", { class: "row" }, button, left)));
  typed();
  return { element, show, write: () => text.focus() };

  function bytes() {
    return new TextEncoder().encode(text.value.trim()).length;
  }

  function typed() {
    key = newKey();
    const over = bytes() > MOST_BYTES;
    store(draft, text.value ? { text: text.value } : null);
    replace(left, over && t("review.note_long", { over: number(bytes() - MOST_BYTES) }));
    if (over) text.setAttribute("aria-invalid", "true");
    else text.removeAttribute("aria-invalid");
  }

  function show(notes) {
    if (count !== undefined && notes.length > count && !notes.at(-1).by_you) announce(t("review.note_new"));
    count = notes.length;
    replace(list, notes.map((note) => h("li", { class: "report" },
      h("p", { class: "small muted" }, moment(note.at), " · ", note.by_you ? t("review.note_by_you") : tn("review.note_by", { reviewer: caseName(note.by) })),
      h("blockquote", {}, data(note.text)))));
    list.hidden = notes.length === 0;
  }

  async function leave(event) {
    event.preventDefault();
    const words = text.value.trim();
    if (!words || bytes() > MOST_BYTES) {
      text.focus();
      return;
    }
    button.disabled = true;
    replace(trouble);
    try {
      const { body } = await call("POST", `${path}/notes`, { body: { text: words }, key });
      text.value = "";
      typed();
      changed(body);
      announce(t("review.note_left"));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      replace(trouble, problemNotice(error));
    } finally {
      button.disabled = false;
      text.focus();
    }
  }
}
