// What an upload met in the bank: how near, seen how, and what the entry rests on.
import { Problem } from "../api.js";
import { data, h, icon, replace } from "../dom.js";
import { problemNotice } from "../shell.js";
import { has, t } from "../strings.js";
import { caseName } from "./queue.js";
import { call } from "./session.js";

const BITS = 256;
/** As the policy's defaults draw the lines (template.yaml); shown, not judged by. */
const MARKS = [31, 47];

/** looks: whether the pictures may be looked at. */
export function matchesOf(caseId, upload, looks) {
  if (!upload.matches.length) return h("p", { class: "muted" }, t("review.no_match"));
  return h("div", { class: "stack" }, h("h3", {}, t("review.matches")), upload.matches.map((found) => match(found, looks && comparison(caseId, upload, found))));
}

/** Both laid over each other, grey and blurred, when it is asked for: that is a look, too. */
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

/** As wide as the window: its parts have names, which are small beside the decision. */
function large(image) {
  const dialog = h("dialog", { class: "large stack", "aria-label": t("review.compare"), on: { close: () => dialog.remove() } },
    h("div", { class: "compared" }, image), h("form", { method: "dialog" }, h("button", {}, t("review.close"))));
  document.body.append(dialog);
  dialog.showModal();
}

function match(found, laid) {
  const standing = found.standing === null ? "unknown" : found.standing;
  const kinds = { confirmed: "danger", unverified: "warning", allowed: "success" };
  return h("div", { class: "match stack" },
    h("div", { class: "row" },
      standing && h("span", { class: `badge ${kinds[standing] ?? ""}` }, icon(standing === "confirmed" ? "stop" : "info"), t(`review.standing.${standing}`)),
      h("span", { class: "figure" }, found.exact ? t("review.match_exact") : t("review.match_distance", { distance: found.distance, bits: BITS }))),
    scale(found.distance),
    h("dl", { class: "facts" },
      h("dt", {}, t("review.fact.view")), h("dd", {}, view(found.view)),
      found.overlap && [h("dt", {}, t("review.fact.overlap")), h("dd", {}, t("review.overlap", found.overlap))],
      found.provenance && [h("dt", {}, t("review.fact.provenance")),
      h("dd", {}, found.provenance.length ? found.provenance.map((one) => t(`review.provenance.${one}`)).join(", ") : t("review.provenance.none"))],
      found.cases?.length > 0 && [h("dt", {}, t("review.fact.cases")), h("dd", {}, found.cases.map((one, index) => [index > 0 && ", ", h("a", { href: `#/case/${one}` }, caseName(one))]))],
      found.entry_id && [h("dt", {}, t("review.fact.entry")), h("dd", {}, h("span", { class: "code", translate: "no" }, found.entry_id))]),
    laid);
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
