// A table that can be scrolled sideways by keyboard as well where the window is narrow.
import { h } from "../dom.js";
import { t } from "../strings.js";

/** caption: its text. heads: names of `review.column.*`. named: heads of further columns, of figures, as texts.
 * rows: cells of each; the first cell names its row. */
export function table({ caption, heads, named = [], rows }) {
  const columns = [...heads.map((name) => t(`review.column.${name}`)), ...named];
  const kind = (index) => (index < heads.length ? "" : "number");
  return h("div", { class: "table-wrap", tabIndex: 0, role: "region", "aria-label": caption },
    h("table", {}, h("caption", {}, caption),
      h("thead", {}, h("tr", {}, columns.map((column, index) => h("th", { scope: "col", class: kind(index) }, column)))),
      h("tbody", {}, rows.map((cells) => h("tr", {}, cells.map((cell, index) =>
        index === 0 ? h("th", { scope: "row" }, cell) : h("td", { class: kind(index) }, cell)))))));
}
