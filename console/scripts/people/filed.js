// The page after sending a report: case number, secret, and what happens next.
import { data, h } from "../dom.js";
import { notice } from "../shell.js";
import { moment, t } from "../strings.js";
import { credentialsCard } from "./credentials.js";
import { missingList } from "./missing.js";
import { followWithoutHistory } from "./page.js";

/** filed: answer of POST /v1/reports. */
export function filedView(filed) {
  return h("div", { class: "stack" },
    h("h1", { tabIndex: -1 }, t("filed.h")),
    credentialsCard(filed),
    filed.valid
      ? notice("success", "", h("p", {}, completeText(filed)))
      : notice("warning", "", h("p", {}, t("filed.incomplete")), missingList(filed.missing)),
    filed.valid && filed.missing.length > 0
      && notice("info", "", h("p", {}, t("filed.asked_besides")), missingList(filed.missing)),
    filed.addresses?.length > 0 && notice("info", t("filed.addresses"),
      h("ul", {}, filed.addresses.map((address) => h("li", {}, data(address))))),
    h("p", { class: "no-print" },
      h("a", { class: "button", href: "status.html", on: { click: followWithoutHistory } }, t("filed.follow"))));
}

/** There is no deadline if every image in the report was decided before. */
function completeText({ deadline }) {
  return deadline ? t("filed.complete", { deadline: moment(deadline) }) : t("form.check.complete");
}
