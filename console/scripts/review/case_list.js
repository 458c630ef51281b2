// Lists of cases without images: locked cases for the restricted group, and erasure requests by one of several
// reporters for senior reviewers. The page of the case has the button to erase.
import { append, h } from "../dom.js";
import { moment, t } from "../strings.js";
import { caseName } from "./queue.js";
import { call } from "./session.js";
import { table } from "./table.js";

const PAGE = 100;

/** Create the view of the list at `/v1/review/WHICH`. */
function list(which, title) {
  return async (place) => {
    const { body } = await call("GET", `/v1/review/${which}`, { query: { limit: PAGE } });
    append(place,
      h("h1", {}, t(title)), h("p", {}, t(`review.${which}_lead`)),
      body.cases.length
        ? h("div", { class: "card" }, table({
            caption: t(`review.${which}_caption`),
            heads: ["case", "opened", "uploads", "reports"],
            rows: body.cases.map((one) => [
              h("a", { href: `#/case/${one.case_id}` }, caseName(one.case_id)),
              moment(one.opened_at),
              t("review.uploads_count", { count: one.uploads }),
              t("review.reports_count", { count: one.reports }),
            ]),
          }))
        : h("p", {}, t(`review.${which}_none`)),
      body.next && h("p", { class: "small muted" }, t(`review.${which}_more`)));
  };
}

export const locked = { show: list("locked", "review.locked") };
export const erasures = { show: list("erasures", "review.erasures") };
