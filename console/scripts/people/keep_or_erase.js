// Having everything kept for the police, or the picture that was taken down erased before its time.
import { newKey } from "../api.js";
import { h } from "../dom.js";
import { notice } from "../shell.js";
import { t } from "../strings.js";
import { attempt } from "./attempt.js";
import { confirmed } from "./confirm.js";

/** report: of GET /v1/cases/NUMBER. send(what, key): asks the API for `preserve` or `erase`; throws its Problem. */
export function keepOrErase(report, send) {
  const said = h("div");
  const kept = report.cases.length > 0 && report.cases.every((one) => one.preserved);
  const stopped = report.cases.filter((one) => one.state === "decided" && one.outcome === "violating");
  const erasable = stopped.some((one) => !one.preserved && !one.erasure_asked && !one.erasure_waits);
  if (report.cases.length === 0 || !report.valid) return null;
  return h("section", { class: "stack withdrawal" },
    h("h2", {}, t("keep.h")),
    kept && notice("info", t("keep.kept"), h("p", {}, t("keep.kept.what"))),
    !kept && [h("p", {}, t("keep.what")), act("preserve")],
    stopped.some((one) => one.erasure_asked) && notice("info", t("erase.asked"), h("p", {}, t("erase.asked.what"))),
    stopped.some((one) => one.erasure_waits) && notice("info", t("erase.waits"), h("p", {}, t("erase.waits.what"))),
    erasable && [h("p", {}, t("erase.what")), act("erase", {
      title: t("erase.sure"), text: t("erase.sure.what"), yes: t("erase.yes"), no: t("erase.no"),
    })],
    said);

  function act(what, sure) {
    const key = newKey();
    return h("p", {}, h("button", { type: "button", on: { click: async ({ currentTarget: button }) => {
      if (!sure || await confirmed(sure)) await attempt(() => send(what, key), said, button);
    } } }, t(`keep.do.${what}`)));
  }
}
