// For seniors: images that one of several who reported them wants erased. The case's page has the button.
import { append, h } from "../dom.js";
import { moment, t } from "../strings.js";
import { caseName } from "./queue.js";
import { call } from "./session.js";
import { table } from "./table.js";

const PAGE = 100;

export async function show(place) {
  const { body } = await call("GET", "/v1/review/erasures", { query: { limit: PAGE } });
  append(place,
    h("h1", {}, t("review.erasures")), h("p", {}, t("review.erasures_lead")),
    body.cases.length
      ? h("div", { class: "card" }, table({
          caption: t("review.erasures_caption"),
          heads: ["case", "opened", "uploads", "reports"],
          rows: body.cases.map((one) => [
            h("a", { href: `#/case/${one.case_id}` }, caseName(one.case_id)),
            moment(one.opened_at),
            t("review.uploads_count", { count: one.uploads }),
            t("review.reports_count", { count: one.reports }),
          ]),
        }))
      : h("p", {}, t("review.erasures_none")),
    body.next && h("p", { class: "small muted" }, t("review.erasures_more")));
}
