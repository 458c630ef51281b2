// What a report still needs, in plain words.
import { data, h } from "../dom.js";
import { questions } from "../report_form.js";
import { has, t } from "../strings.js";

/** pointers: `missing` of a report. */
export function missingList(pointers) {
  return h("ul", {}, pointers.map((pointer) => h("li", {}, missingText(pointer))));
}

export function missingText(pointer) {
  if (pointer.startsWith("/answers/")) return answerMissing(pointer.slice("/answers/".length));
  const key = `missing.${pointer.slice(1).replaceAll("/", ".")}`;
  return has(key) ? t(key) : pointer;
}

/** By the question; should it be asked no more, adding anything is enough. */
function answerMissing(key) {
  const question = questions().find((one) => one.key === key);
  return question ? [t("missing.answer"), " ", data(question.label)] : t("missing.answer.gone");
}
