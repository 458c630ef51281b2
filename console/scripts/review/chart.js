// Bar charts as SVG. Each has a table with its numbers, for screen readers and for copying.
import { h, svg } from "../dom.js";
import { number, t } from "../strings.js";
import { table } from "./table.js";

const WIDTH = 600;
const HEIGHT = 200;
const PAD = { start: 36, end: 8, top: 18, bottom: 26 };
/** How many labels fit below the bars. */
const MOST_LABELS = 10;

/**
 * Draw vertical bars, stacked for several series. bars: {label, values: a number for each series}. series:
 * names. marks: {at: index of the bar before the line, label}. title: of chart and table.
 * head: name of the first column (`review.column.*`).
 */
export function barChart({ title, head, bars, series, marks = [] }) {
  const most = Math.max(1, ...bars.map((bar) => sum(bar.values)));
  const top = niceTop(most);
  const inner = { width: WIDTH - PAD.start - PAD.end, height: HEIGHT - PAD.top - PAD.bottom };
  const step = inner.width / Math.max(1, bars.length);
  const y = (value) => PAD.top + inner.height * (1 - value / top);
  const every = Math.ceil(bars.length / MOST_LABELS);
  const drawing = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": title, class: "chart" },
    [0, top / 2, top].map((value) => svg("g", {},
      svg("line", { class: "grid-line", x1: PAD.start, x2: WIDTH - PAD.end, y1: y(value), y2: y(value) }),
      svg("text", { x: PAD.start - 6, y: y(value) + 4, "text-anchor": "end" }, number(value)))),
    bars.map((bar, index) => {
      let below = 0;
      return svg("g", {},
        bar.values.map((value, of) => {
          const rect = svg("rect", { class: `series-${of + 1}`, x: PAD.start + step * index + step * 0.15, width: step * 0.7, y: y(below + value), height: y(below) - y(below + value) });
          below += value;
          return rect;
        }),
        index % every === 0 && svg("text", { x: PAD.start + step * (index + 0.5), y: HEIGHT - 8, "text-anchor": "middle" }, bar.label));
    }),
    marks.map(({ at, label }) => svg("g", {},
      svg("line", { class: "mark-line", x1: PAD.start + step * at, x2: PAD.start + step * at, y1: PAD.top - 6, y2: HEIGHT - PAD.bottom }),
      svg("text", at > bars.length * 0.85
        ? { x: PAD.start + step * at - 4, y: PAD.top - 4, "text-anchor": "end" }
        : { x: PAD.start + step * at + 4, y: PAD.top - 4 }, label))));
  return figure(title, drawing, { head, bars, series });
}

/** Draw horizontal bars with their numbers, for a few named values. rows: {label, value}. */
export function rowChart({ title, rows }) {
  const most = Math.max(1, ...rows.map((row) => row.value));
  const drawing = h("ul", { class: "rows", "aria-label": title }, rows.map((row) => {
    const bar = h("span", { class: "bar" });
    bar.style.setProperty("--share", row.value / most);
    return h("li", {}, h("span", {}, row.label), h("span", { class: "track" }, bar), h("span", { class: "figure" }, number(row.value)));
  }));
  // No table: the list already contains the numbers.
  return h("section", { class: "card stack", "aria-label": title }, h("h2", {}, title), rows.length ? drawing : h("p", { class: "muted" }, t("review.stats_nothing")));
}

function figure(title, drawing, { head, bars, series }) {
  const legend = series.length > 1 && h("ul", { class: "legend" }, series.map((name, index) => h("li", {}, h("span", { class: `swatch series-${index + 1}` }), name)));
  return h("section", { class: "card stack" }, h("h2", {}, title), drawing, legend,
    h("details", {}, h("summary", {}, t("review.as_table")),
      table({ caption: title, heads: [head], named: series, rows: bars.map((bar) => [bar.label, ...bar.values.map((value) => number(value))]) })));
}

const sum = (values) => values.reduce((all, value) => all + value, 0);

/** Return the next of 2, 4, 10, 20, 40, 100, …, so that half of it is a whole number. */
function niceTop(most) {
  const power = 10 ** Math.floor(Math.log10(most));
  return [2, 4, 10].map((factor) => factor * power).find((value) => value >= most) ?? 20 * power;
}
