// What a report still needs, in plain words.
import { h } from "../dom.js";
import { has, t } from "../strings.js";

/** pointers: `missing` of a report. */
export function missingList(pointers) {
  return h("ul", {}, pointers.map((pointer) => h("li", {}, missingText(pointer))));
}

export function missingText(pointer) {
  const key = `missing.${pointer.slice(1).replaceAll("/", ".")}`;
  return has(key) ? t(key) : pointer;
}
