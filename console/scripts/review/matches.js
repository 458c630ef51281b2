// What an upload met in the bank: how near, seen how, and what the entry rests on.
import { data, h, icon } from "../dom.js";
import { has, t } from "../strings.js";
import { caseName } from "./queue.js";

const BITS = 256;
/** As the policy's defaults draw the lines (template.yaml); shown, not judged by. */
const MARKS = [31, 47];

export function matchesOf(upload) {
  if (!upload.matches.length) return h("p", { class: "muted" }, t("review.no_match"));
  return h("div", { class: "stack" }, h("h3", {}, t("review.matches")), upload.matches.map(match));
}

function match(found) {
  const standing = found.standing ?? "unknown";
  const kinds = { confirmed: "danger", unverified: "warning", allowed: "success" };
  return h("div", { class: "match stack" },
    h("div", { class: "row" },
      h("span", { class: `badge ${kinds[standing] ?? ""}` }, icon(standing === "confirmed" ? "stop" : "info"), t(`review.standing.${standing}`)),
      h("span", { class: "figure" }, found.exact ? t("review.match_exact") : t("review.match_distance", { distance: found.distance, bits: BITS }))),
    scale(found.distance),
    h("dl", { class: "facts" },
      h("dt", {}, t("review.fact.view")), h("dd", {}, view(found.view)),
      found.overlap && [h("dt", {}, t("review.fact.overlap")), h("dd", {}, t("review.overlap", found.overlap))],
      h("dt", {}, t("review.fact.provenance")),
      h("dd", {}, found.provenance.length ? found.provenance.map((one) => t(`review.provenance.${one}`)).join(", ") : t("review.provenance.none")),
      found.cases.length > 0 && [h("dt", {}, t("review.fact.cases")), h("dd", {}, found.cases.map((one, index) => [index > 0 && ", ", h("a", { href: `#/case/${one}` }, caseName(one))]))],
      h("dt", {}, t("review.fact.entry")), h("dd", {}, h("span", { class: "code", translate: "no" }, found.entry_id))));
}

/** The distance on a line from 0 to 64, with the marks where it is blocked and where it is looked at. */
function scale(distance) {
  const most = 64;
  const bar = h("div", { class: "scale", role: "img", "aria-label": t("review.match_distance", { distance, bits: BITS }) },
    h("span", { class: "at" }), MARKS.map((mark) => {
      const line = h("span", { class: "mark" });
      line.style.setProperty("--at", mark / most);
      return line;
    }));
  bar.querySelector(".at").style.setProperty("--at", Math.min(distance / most, 1));
  return bar;
}

/** What was done to the picture, in words: the server's terms, each of them a text of ours where there is one. */
function view(name) {
  const words = name.split(", ").map((part) => {
    const key = `review.view.${part.replace(/ /g, "_")}`;
    return has(key) ? t(key) : part;
  });
  return data(words.join(", "));
}
