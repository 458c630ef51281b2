// A table that scrolls sideways in a narrow window, also by keyboard.
import { h } from "../dom.js";
import { t } from "../strings.js";

/** caption: text. heads: names of `review.column.*`. named: texts for the heads of further, numeric columns.
 * rows: lists of cells; the first cell is the header of its row. */
export function table({ caption, heads, named = [], rows }) {
  const columns = [...heads.map((name) => t(`review.column.${name}`)), ...named];
  const kind = (index) => (index < heads.length ? "" : "number");
  return h("div", { class: "table-wrap", tabIndex: 0, role: "region", "aria-label": caption },
    h("table", {}, h("caption", {}, caption),
      h("thead", {}, h("tr", {}, columns.map((column, index) => h("th", { scope: "col", class: kind(index) }, column)))),
      h("tbody", {}, rows.map((cells) => h("tr", {}, cells.map((cell, index) =>
        index === 0 ? h("th", { scope: "row" }, cell) : h("td", { class: kind(index) }, cell)))))));
}
