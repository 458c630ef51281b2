// A report was sent: its number and secret, and what happens now.
import { data, h } from "../dom.js";
import { notice } from "../shell.js";
import { moment, t } from "../strings.js";
import { keepsake } from "./keepsake.js";
import { missingList } from "./missing.js";
import { withoutTrace } from "./page.js";

/** filed: the answer to POST /v1/reports. */
export function filedView(filed) {
  return h("div", { class: "stack" },
    h("h1", { tabIndex: -1 }, t("filed.h")),
    keepsake(filed),
    filed.valid
      ? notice("success", "", h("p", {}, completeText(filed)))
      : notice("warning", "", h("p", {}, t("filed.incomplete")), missingList(filed.missing)),
    filed.valid && filed.missing.length > 0
      && notice("info", "", h("p", {}, t("filed.asked_besides")), missingList(filed.missing)),
    filed.addresses?.length > 0 && notice("info", t("filed.addresses"),
      h("ul", {}, filed.addresses.map((address) => h("li", {}, data(address))))),
    h("p", { class: "no-print" },
      h("a", { class: "button", href: "status.html", on: { click: withoutTrace } }, t("filed.follow"))));
}

/** Without a deadline where all that it names was decided before. */
function completeText({ deadline }) {
  return deadline ? t("filed.complete", { deadline: moment(deadline) }) : t("form.check.complete");
}
