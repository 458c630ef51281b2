// One report, as its sender sees it: where it stands, what is missing, what was said, what can be done.
import { ask, newKey } from "../api.js";
import { h, replace } from "../dom.js";
import { announce, notice } from "../shell.js";
import { fromNow, has, moment, t } from "../strings.js";
import { appealForm, appealView } from "./appeal.js";
import { attempt } from "./attempt.js";
import { completeForm } from "./complete.js";
import { confirmed } from "./confirm.js";
import { keepOrErase } from "./keep_or_erase.js";
import { missingList } from "./missing.js";
import { reachForm } from "./reach.js";
import { told } from "./told.js";

/**
 * Show it in `main`. opened: its number and secret, and what is typed here meanwhile. report: the answer to
 * GET /v1/cases/NUMBER. close: called when it is to be closed. said: what was done just now.
 */
export function reportView(main, opened, report, close, said) {
  const path = `/v1/cases/${encodeURIComponent(opened.number)}`;
  const typed = (opened.typed ??= {});
  const wrong = h("div");

  /** Ask, and show what the report is then. sent: which part of what is typed here was sent by it. */
  async function change(method, more, { done, sent, ...options } = {}) {
    const { body } = await ask(method, `${path}${more}`, { ...options, secret: opened.secret });
    delete typed[sent];
    reportView(main, opened, body, close, done);
  }

  const complete = (body, key) => change("POST", "/information", { body, key, sent: "added", done: t("report.completed") });
  const reach = (body, key) => change("POST", "/information", { body, key, sent: "reached", done: t("reach.sent") });
  const appeal = (body, key) => change("POST", "/appeal", { body, key, sent: "appeal", done: t("appeal.sent") });
  const keepOr = (what, key) => change("POST", `/${what}`, { key, done: t(`keep.done.${what}`) });
  const withdraw = () => change("POST", "/withdraw", { key: newKey(), done: t("report.withdrawn.done") });
  const again = (event) => attempt(() => change("GET", ""), wrong, event.currentTarget);

  const heading = h("h1", { tabIndex: -1 }, t("report.h", { number: report.case_number }));
  replace(main, h("div", { class: "stack" },
    heading,
    said && notice("success", "", h("p", {}, said)),
    standing(report),
    asksForMore(report) && completeForm(report, typed, complete),
    report.cases.filter((one) => one.appeal).map((one) => appealView("reporter", one.appeal)),
    refusedUntil(report) && appealForm({ by: "reporter", until: refusedUntil(report), typed, send: appeal }),
    told(report),
    reachable(report) && reachForm(report, typed, reach),
    wrong,
    h("div", { class: "row" },
      h("button", { type: "button", on: { click: again } }, t("report.again")),
      h("button", { type: "button", on: { click: close } }, t("report.close"))),
    !report.withdrawn && keepOrErase(report, keepOr),
    !report.withdrawn && withdrawal(withdraw)));
  heading.focus();
  if (said) announce(said);
}

/** Where it stands, in a sentence for each picture, and until when it will be decided. */
function standing(report) {
  if (report.withdrawn) return notice("info", t("report.withdrawn"), h("p", {}, t("report.withdrawn.what")));
  return h("section", { class: "card stack" },
    h("h2", {}, t("report.stands.h")),
    report.cases.length === 0 && h("p", {}, t("report.stands.none")),
    h("ul", { class: "plain" }, report.cases.map((one, index) => h("li", { class: "stands" },
      report.cases.length > 1 && h("span", { class: "label" }, t("report.picture", { number: index + 1 })),
      h("span", { class: `badge ${TONE[wordOf(one)] ?? ""}` }, t(`report.state.${wordOf(one)}`)),
      h("p", {}, t(`report.state.${wordOf(one)}.what`))))),
    report.deadline && report.cases.some(isOpen) && h("p", {}, until(report.deadline)),
    report.missing.length > 0 && h("div", { class: "missing" },
      h("p", { class: "label" }, t(report.valid ? "report.asked_besides" : "report.missing")),
      missingList(report.missing)));
}

/** A promise, as long as it is one. */
function until(deadline) {
  if (new Date(deadline) < new Date()) return t("report.late");
  return t("report.deadline", { deadline: moment(deadline), left: fromNow(deadline) });
}

const TONE = { violating: "success", needs_information: "warning", not_violating: "warning", reversed: "warning" };

const isOpen = (one) => one.state === "open" || one.state === "needs_information";

/** Of its state, or of what was decided. */
function wordOf({ state, outcome }) {
  const word = state === "decided" ? outcome : state;
  return has(`report.state.${word}`) ? word : "open";
}

function asksForMore(report) {
  return !report.withdrawn && (report.missing.length > 0 || report.cases.some((one) => one.state === "needs_information"));
}

/** Until when a refusal of it can be appealed; undefined where there is none, or it was appealed. */
function refusedUntil(report) {
  const refused = report.cases.filter((one) => one.appeal_until && !one.appeal);
  const until = refused.map((one) => one.appeal_until).sort().at(-1);
  return !report.withdrawn && new Date(until) > new Date() ? until : undefined;
}

/** Where no address was given yet, it is asked for with all that is missing. */
function reachable(report) {
  return !report.withdrawn && !report.missing.includes("/contact");
}

function withdrawal(withdraw) {
  const wrong = h("div");
  const sure = {
    title: t("report.withdraw.sure"),
    text: t("report.withdraw.sure.what"),
    yes: t("report.withdraw.yes"),
    no: t("report.withdraw.no"),
  };
  const asked = async ({ currentTarget: button }) => {
    if (await confirmed(sure)) await attempt(withdraw, wrong, button);
  };
  return h("section", { class: "withdrawal" },
    h("h2", {}, t("report.withdraw.h")),
    h("p", {}, t("report.withdraw.what")),
    wrong,
    h("button", { type: "button", on: { click: asked } }, t("report.withdraw")));
}
