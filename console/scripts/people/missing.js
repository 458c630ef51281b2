// What is missing in a report, in plain words.
import { data, h } from "../dom.js";
import { questions } from "../report_form.js";
import { has, t, tn } from "../strings.js";

/** pointers: `missing` of a report. */
export function missingList(pointers) {
  return h("ul", {}, pointers.map((pointer) => h("li", {}, missingText(pointer))));
}

export function missingText(pointer) {
  if (pointer.startsWith("/answers/")) return answerMissing(pointer.slice("/answers/".length));
  const key = `missing.${pointer.slice(1).replaceAll("/", ".")}`;
  return has(key) ? t(key) : pointer;
}

/** Name the question. If the operator removed it, adding anything completes the report. */
function answerMissing(key) {
  const question = questions().find((one) => one.key === key);
  return question ? tn("missing.answer", { question: data(question.label) }) : t("missing.answer.gone");
}
