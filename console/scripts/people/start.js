// The start page: how to ask for removal, in plain language (US5).
import { h } from "../dom.js";
import { notice } from "../shell.js";
import { t } from "../strings.js";
import { layOutPublicPage, followWithoutHistory } from "./page.js";

const main = await layOutPublicPage("index", "start");

const part = (name, ...content) => h("section", {}, h("h2", {}, t(`start.${name}.h`)), content);
const list = (tag, ...keys) => h(tag, {}, keys.map((key) => h("li", {}, t(key))));
const link = (page, text, look) =>
  h("a", { class: `button ${look}`, href: `${page}.html`, on: { click: followWithoutHistory } }, text);

main.append(h("div", { class: "stack start" },
  h("h1", {}, t("start.h")),
  h("p", { class: "lead" }, t("start.lead")),
  h("p", {}, t("start.free")),
  h("div", { class: "row" },
    link("form", t("start.report"), "primary"), link("status", t("start.follow"), "")),
  part("when", list("ul", "start.when.consent", "start.when.synthetic", "start.when.others",
    "start.when.notyet", "start.when.acting")),
  part("how", list("ol", "start.how.1", "start.how.2", "start.how.3", "start.how.4", "start.how.5")),
  part("notyet", h("p", {}, t("start.notyet"))),
  part("need", list("ul", "start.need.where", "start.need.declare", "start.need.sign"),
    h("p", {}, t("start.need.later"))),
  part("kept", list("ul", "start.kept.reviewers", "start.kept.poster", "start.kept.device", "start.kept.leave")),
  notice("info", t("start.under18.h"), h("p", {}, t("start.under18"))),
  part("poster", h("p", {}, t("start.poster"))),
  h("p", { class: "small" }, h("a", { href: "review.html" }, t("common.reviewers")))));
