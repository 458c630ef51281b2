// The timeline of a report, and the notices to its reporter.
import { data, h } from "../dom.js";
import { has, moment, t } from "../strings.js";

/** report: with its timeline, and its notices if there are any. */
export function timeline(report) {
  return [
    h("section", {},
      h("h2", {}, t("timeline.h")),
      h("ol", { class: "timeline" },
        line(report.filed_at, t("timeline.filed")),
        deduplicated(withoutOwnReport(report)).map((one) => line(one.at, eventText(one))))),
    report.notices?.length > 0 && h("section", {},
      h("h2", {}, t("timeline.notices.h")),
      report.notices.map(letter)),
  ];
}

/** Show a notice. Its language can differ from the page's. */
export function letter({ at, title, paragraphs, language }, index = 0) {
  return h("details", { class: "letter", open: index === 0 },
    h("summary", {}, h("span", { lang: language, dir: "auto" }, title), " ", h("time", { dateTime: at }, moment(at))),
    h("div", { lang: language, dir: "auto" }, paragraphs.map((one) => h("p", {}, one))));
}

const near = (one, other) => Math.abs(new Date(one.at) - new Date(other.at)) < 60_000;

/** Leave out the reporter's own report when it joined an existing case: the first line says it already. */
function withoutOwnReport({ timeline, filed_at: at }) {
  return timeline.filter((one) => one.code !== "case.reported_again" || !near(one, { at }));
}

/** A report of several images has a case for each: show an event that happens to all of them once. */
function deduplicated(entries) {
  return entries.filter((one, index) =>
    !entries.slice(0, index).some((other) => other.code === one.code && near(one, other)));
}

/** For an event without a text here, use the API's English text. */
function eventText({ code, what }) {
  return has(`timeline.at.${code}`) ? t(`timeline.at.${code}`) : data(what, { lang: "en" });
}

function line(at, what) {
  return h("li", {}, h("time", { dateTime: at }, moment(at)), h("span", {}, what));
}
