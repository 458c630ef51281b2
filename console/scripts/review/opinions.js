// Second opinions: a decided case, judged by somebody who does not see how it was decided.
import { append, h, icon } from "../dom.js";
import { notice } from "../shell.js";
import { moment, t } from "../strings.js";
import { about, pictures, reports } from "./case_parts.js";
import { allTemplates, decisionForm } from "./decision.js";
import { pendingAbout } from "./pending.js";
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
  const waiting = body.opinions.filter((one) => !pendingAbout().includes(one.case_id));
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
  const [{ body }, templates] = await Promise.all([call("POST", "/v1/review/opinions/next"), allTemplates(context.me)]);
  const seen = body.case;
  if (!seen || pendingAbout().includes(seen.case_id)) {
    append(place, h("h1", {}, t("review.opinions")), notice("info", t("review.opinions_none")));
    return;
  }
  const further = async (from) => (await call("POST", "/v1/review/opinions/next", { query: { reports_from: from } })).body.case;
  const back = () => (location.hash = "#/opinions");
  append(place,
    h("h1", {}, t("review.opinion"), " ", caseName(seen.case_id)),
    h("p", {}, t("review.opinion_blind")),
    h("div", { class: "case" },
      h("div", { class: "stack" }, seen.uploads.length ? pictures(seen).element : notice("info", t("review.no_uploads")),
        seen.uploads.map((upload, index) => about(seen, upload, index, false)), reports(seen, further)),
      decisionForm({ found: { body: seen }, templates, label: shortName(seen.case_id), blind: true, done: back, onwards: back })));
}
