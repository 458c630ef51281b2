// What happened so far, and what was written to its sender.
import { data, h } from "../dom.js";
import { has, moment, t } from "../strings.js";

/** report: with its timeline, and its notices where the API has any. */
export function told(report) {
  return [
    h("section", {},
      h("h2", {}, t("told.h")),
      h("ol", { class: "timeline" },
        line(report.filed_at, t("told.filed")),
        onceAMinute(ofOthersToo(report)).map((one) => line(one.at, inWords(one))))),
    report.notices?.length > 0 && h("section", {},
      h("h2", {}, t("told.notices.h")),
      report.notices.map(letter)),
  ];
}

/** A notice: written in a language of its own. */
export function letter({ at, title, paragraphs, language }, index = 0) {
  return h("details", { class: "letter", open: index === 0 },
    h("summary", {}, h("span", { lang: language, dir: "auto" }, title), " ", h("time", { dateTime: at }, moment(at))),
    h("div", { lang: language, dir: "auto" }, paragraphs.map((one) => h("p", {}, one))));
}

const near = (one, other) => Math.abs(new Date(one.at) - new Date(other.at)) < 60_000;

/** Without their own report, which joined a case that there was already: that they sent it is said before. */
function ofOthersToo({ timeline, filed_at: at }) {
  return timeline.filter((one) => one.code !== "case.reported_again" || !near(one, { at }));
}

/** A report of several pictures has a case for each, and the same happens to all of them at once. */
function onceAMinute(timeline) {
  return timeline.filter((one, index) =>
    !timeline.slice(0, index).some((other) => other.code === one.code && near(one, other)));
}

/** What has no words here yet, the service says in English. */
function inWords({ code, what }) {
  return has(`told.at.${code}`) ? t(`told.at.${code}`) : data(what, { lang: "en" });
}

function line(at, what) {
  return h("li", {}, h("time", { dateTime: at }, moment(at)), h("span", {}, what));
}
