// The bank matches of an upload: distance, view, and source of the entry.
import { Problem } from "../api.js";
import { data, h, icon, replace } from "../dom.js";
import { problemNotice } from "../shell.js";
import { has, t } from "../strings.js";
import { caseName } from "./queue.js";
import { call } from "./session.js";

const BITS = 256;
/** Default thresholds of the policy (template.yaml), for display only. */
const MARKS = [31, 47];

/** looks: whether the reviewer may view the images. */
export function matchesSection(caseId, upload, looks) {
  if (!upload.matches.length) return h("p", { class: "muted" }, t("review.no_match"));
  return h("div", { class: "stack" }, h("h3", {}, t("review.matches")), upload.matches.map((found) => match(found, looks && comparison(caseId, upload, found))));
}

/** Show both images aligned, grey and blurred, on request. This counts as a view. */
function comparison(caseId, upload, found) {
  const place = h("div", { class: "stack" });
  const button = h("button", { type: "button", class: "small", on: { click: compare } }, icon("zoom"), t("review.compare"));
  replace(place, h("p", {}, button));
  return place;

  async function compare() {
    button.disabled = true;
    try {
      const { body } = await call("POST", `/v1/review/cases/${encodeURIComponent(caseId)}/comparison`, { body: { upload_id: upload.upload_id, entry_id: found.entry_id } });
      replace(place, body.image
        ? h("div", { class: "compared" }, drawing(body.image))
        : h("p", { class: "muted" }, t("review.compare_hash_only")),
      body.image && h("p", {}, h("button", { type: "button", class: "small", on: { click: () => large(drawing(body.image)) } }, icon("zoom"), t("review.compare_large"))),
      body.image && !body.original_kept && h("p", { class: "small muted" }, t("review.compare_not_kept")));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      button.disabled = false;
      replace(place, problemNotice(error), h("p", {}, button));
    }
  }
}

function drawing(image) {
  return h("img", { src: `data:image/png;base64,${image}`, alt: t("review.compared"), draggable: false });
}

/** Show the comparison as wide as the window, so that its labels can be read. */
function large(image) {
  const dialog = h("dialog", { class: "large stack", "aria-label": t("review.compare"), on: { close: () => dialog.remove() } },
    h("div", { class: "compared" }, image), h("form", { method: "dialog" }, h("button", {}, t("review.close"))));
  document.body.append(dialog);
  dialog.showModal();
}

function match(found, comparison) {
  const standing = found.standing === null ? "unknown" : found.standing;
  const kinds = { confirmed: "danger", unverified: "warning", allowed: "success" };
  return h("div", { class: "match stack" },
    h("div", { class: "row" },
      standing && h("span", { class: `badge ${kinds[standing] ?? ""}` }, icon(standing === "confirmed" ? "stop" : "info"), t(`review.standing.${standing}`)),
      h("span", { class: "figure" }, found.exact ? t("review.match_exact") : t("review.match_distance", { distance: found.distance, bits: BITS }))),
    scale(found.distance),
    h("dl", { class: "facts" },
      h("dt", {}, t("review.fact.view")), h("dd", {}, viewName(found.view)),
      found.overlap && [h("dt", {}, t("review.fact.overlap")), h("dd", {}, t("review.overlap", found.overlap))],
      found.provenance && [h("dt", {}, t("review.fact.provenance")),
      h("dd", {}, found.provenance.length ? found.provenance.map((one) => t(`review.provenance.${one}`)).join(", ") : t("review.provenance.none"))],
      found.cases?.length > 0 && [h("dt", {}, t("review.fact.cases")), h("dd", {}, found.cases.map((one, index) => [index > 0 && ", ", h("a", { href: `#/case/${one}` }, caseName(one))]))],
      found.entry_id && [h("dt", {}, t("review.fact.entry")), h("dd", {}, h("span", { class: "code", translate: "no" }, found.entry_id))]),
    comparison);
}

/** Draw the distance on a line from 0 to 64, with marks for the block and review thresholds. */
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

/** Translate a view name part by part. Parts without a text stay as the API names them. */
export function viewName(name) {
  const words = name.split(", ").map((part) => {
    const key = `review.view.${part.replace(/ /g, "_")}`;
    return has(key) ? t(key) : part;
  });
  return data(words.join(", "));
}
