// Preserve everything for the police, or erase the removed image early.
import { newKey } from "../api.js";
import { h } from "../dom.js";
import { notice } from "../shell.js";
import { t } from "../strings.js";
import { tryRequest } from "./resilient_request.js";
import { confirmed } from "../confirm_dialog.js";

/** report: answer of GET /v1/cases/NUMBER. send(what, key): calls the API to `preserve` or `erase`; throws its Problem. */
export function preservationSection(report, send) {
  const said = h("div");
  const preserved = report.cases.length > 0 && report.cases.every((one) => one.preserved);
  const stopped = report.cases.filter((one) => one.state === "decided" && one.outcome === "violating");
  const erasable = stopped.some((one) => !one.preserved && !one.erasure_asked && !one.erasure_waits);
  if (report.cases.length === 0 || !report.valid) return null;
  return h("section", { class: "stack withdrawal" },
    h("h2", {}, t("preservation.h")),
    preserved && notice("info", t("preservation.kept"), h("p", {}, t("preservation.kept.what"))),
    !preserved && [h("p", {}, t("preservation.what")), act("preserve")],
    stopped.some((one) => one.erasure_asked) && notice("info", t("erase.asked"), h("p", {}, t("erase.asked.what"))),
    stopped.some((one) => one.erasure_waits) && notice("info", t("erase.waits"), h("p", {}, t("erase.waits.what"))),
    erasable && [h("p", {}, t("erase.what")), act("erase", {
      title: t("erase.sure"), text: t("erase.sure.what"), yes: t("erase.yes"), no: t("erase.no"),
    })],
    said);

  function act(what, sure) {
    const key = newKey();
    return h("p", {}, h("button", { type: "button", on: { click: async ({ currentTarget: button }) => {
      if (!sure || await confirmed(sure)) await tryRequest(() => send(what, key), said, button);
    } } }, t(`preservation.do.${what}`)));
  }
}
