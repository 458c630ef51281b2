// Second opinions: a reviewer judges a decided case without seeing the decision.
import { Problem } from "../api.js";
import { append, h, icon } from "../dom.js";
import { notice } from "../shell.js";
import { moment, t, tn } from "../strings.js";
import { uploadSection, noImageNotice, pictures, reportsSection } from "./case_parts.js";
import { loadTemplates, decisionForm } from "./decision.js";
import { pendingIds } from "./pending.js";
import { caseName, shortName } from "./queue.js";
import { call } from "./session.js";
import { table } from "./table.js";

const PAGE = 100;

export async function show(place, [which], context) {
  if (which === "next") await one(place, context);
  else await list(place);
}

async function list(place) {
  const { body } = await call("GET", "/v1/review/opinions", { query: { limit: PAGE } });
  const waiting = body.opinions.filter((one) => !pendingIds().includes(one.case_id));
  const yours = waiting.filter((one) => !one.for_others);
  append(place,
    h("h1", {}, t("review.opinions")), h("p", {}, t("review.opinions_lead")),
    yours.length > 0 && h("p", {}, h("a", { class: "button", href: "#/opinions/next" }, t("review.opinion_next"))),
    waiting.length
      ? h("div", { class: "card" }, table({
          caption: t("review.opinions_caption"),
          heads: ["case", "decided", "whose"],
          rows: waiting.map((one) => [
            caseName(one.case_id), moment(one.decided_at),
            one.for_others
              ? h("span", { class: "badge warning" }, icon("lock"), t("review.whose.yours"))
              : h("span", { class: "badge success" }, icon("check"), t("review.whose.others")),
          ]),
        }))
      : h("p", {}, t("review.opinions_none")));
}

async function one(place, context) {
  // Skip opinions that are given but not sent yet.
  const next = async (from) => (await call("POST", "/v1/review/opinions/next", { query: { passing_over: pendingIds().slice(-24).join(","), reports_from: from } })).body.case;
  const [seen, templates] = await Promise.all([next(), loadTemplates(context.me)]);
  if (!seen) {
    append(place, h("h1", {}, t("review.opinions")), notice("info", t("review.opinions_none")));
    return;
  }
  const further = async (from) => {
    const more = await next(from);
    if (more?.case_id !== seen.case_id) throw new Problem("claimed-by-another", 409); // the claim has expired
    return more;
  };
  const back = () => (location.hash = "#/opinions");
  append(place,
    h("h1", {}, tn("review.opinion", { case: caseName(seen.case_id) })),
    h("p", {}, t("review.opinion_blind")),
    h("div", { class: "case" },
      h("div", { class: "stack" }, seen.uploads.length ? pictures(seen).element : noImageNotice(seen),
        seen.uploads.map((upload, index) => uploadSection(seen, upload, index, false)), reportsSection(seen, further)),
      decisionForm({ found: { body: seen }, templates, label: shortName(seen.case_id), blind: true, done: back, onwards: back })));
}
