// Locked cases, for the restricted group: what is known of them, and no picture.
import { append, h } from "../dom.js";
import { moment, t } from "../strings.js";
import { caseName } from "./queue.js";
import { call } from "./session.js";
import { table } from "./table.js";

const PAGE = 100;

export async function show(place) {
  const { body } = await call("GET", "/v1/review/locked", { query: { limit: PAGE } });
  append(place,
    h("h1", {}, t("review.locked")), h("p", {}, t("review.locked_lead")),
    body.cases.length
      ? h("div", { class: "card" }, table({
          caption: t("review.locked_caption"),
          heads: ["case", "opened", "uploads", "reports"],
          rows: body.cases.map((one) => [
            h("a", { href: `#/case/${one.case_id}` }, caseName(one.case_id)),
            moment(one.opened_at),
            t("review.uploads_count", { count: one.uploads }),
            t("review.reports_count", { count: one.reports }),
          ]),
        }))
      : h("p", {}, t("review.locked_none")),
    body.next && h("p", { class: "small muted" }, t("review.locked_more")));
}
