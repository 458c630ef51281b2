// One report, as the reporter sees it: its status, what is missing, messages, and possible actions.
import { ask, newKey } from "../api.js";
import { h, replace } from "../dom.js";
import { announce, notice } from "../shell.js";
import { fromNow, has, moment, t } from "../strings.js";
import { appealForm, appealView } from "./appeal.js";
import { tryRequest } from "./resilient_request.js";
import { completeForm } from "./complete.js";
import { confirmed } from "../confirm_dialog.js";
import { preservationSection } from "./preservation.js";
import { missingList } from "./missing.js";
import { contactSettingsForm } from "./contact_settings.js";
import { timeline } from "./timeline.js";

/**
 * Show a report in `main`. opened: its number and secret, and the input so far. report: answer of
 * GET /v1/cases/NUMBER. close: closes the report. said: message about the last action.
 */
export function reportView(main, opened, report, close, said) {
  const path = `/v1/cases/${encodeURIComponent(opened.number)}`;
  const typed = (opened.typed ??= {});
  const wrong = h("div");

  /** Call the API and show the changed report. sent: the part of the input that this call sends. */
  async function change(method, more, { done, sent, ...options } = {}) {
    const { body } = await ask(method, `${path}${more}`, { ...options, secret: opened.secret });
    delete typed[sent];
    reportView(main, opened, body, close, done);
  }

  const complete = (body, key) => change("POST", "/information", { body, key, sent: "added", done: t("report.completed") });
  const changeContact = (body, key) => change("POST", "/information", { body, key, sent: "contact", done: t("contact_settings.sent") });
  const appeal = (body, key) => change("POST", "/appeal", { body, key, sent: "appeal", done: t("appeal.sent") });
  const preserveOrErase = (what, key) => change("POST", `/${what}`, { key, done: t(`preservation.done.${what}`) });
  const withdraw = () => change("POST", "/withdraw", { key: newKey(), done: t("report.withdrawn.done") });
  const again = (event) => tryRequest(() => change("GET", ""), wrong, event.currentTarget);

  const heading = h("h1", { tabIndex: -1 }, t("report.h", { number: report.case_number }));
  replace(main, h("div", { class: "stack" },
    heading,
    said && notice("success", "", h("p", {}, said)),
    standing(report),
    asksForMore(report) && completeForm(report, typed, complete),
    report.cases.filter((one) => one.appeal).map((one) => appealView("reporter", one.appeal)),
    appealableUntil(report) && appealForm({ by: "reporter", until: appealableUntil(report), typed, send: appeal }),
    timeline(report),
    reachable(report) && contactSettingsForm(report, typed, changeContact),
    wrong,
    h("div", { class: "row" },
      h("button", { type: "button", on: { click: again } }, t("report.again")),
      h("button", { type: "button", on: { click: close } }, t("report.close"))),
    !report.withdrawn && preservationSection(report, preserveOrErase),
    !report.withdrawn && withdrawal(withdraw)));
  heading.focus();
  if (said) announce(said);
}

/** Show the status of each image, and the deadline. */
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

/** Name the deadline only while it lies ahead. */
function until(deadline) {
  if (new Date(deadline) < new Date()) return t("report.late");
  return t("report.deadline", { deadline: moment(deadline), left: fromNow(deadline) });
}

const TONE = { violating: "success", needs_information: "warning", not_violating: "warning", reversed: "warning" };

const isOpen = (one) => one.state === "open" || one.state === "needs_information";

/** Return the word for the state of a case: its outcome once it is decided. */
function wordOf({ state, outcome }) {
  const word = state === "decided" ? outcome : state;
  return has(`report.state.${word}`) ? word : "open";
}

function asksForMore(report) {
  return !report.withdrawn && (report.missing.length > 0 || report.cases.some((one) => one.state === "needs_information"));
}

/** Return the end of the appeal window of a dismissal; undefined without one, or after an appeal. */
function appealableUntil(report) {
  const dismissed = report.cases.filter((one) => one.appeal_until && !one.appeal);
  const until = dismissed.map((one) => one.appeal_until).sort().at(-1);
  return !report.withdrawn && new Date(until) > new Date() ? until : undefined;
}

/** Without an email address, the form for missing answers asks for it. */
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
    if (await confirmed(sure)) await tryRequest(withdraw, wrong, button);
  };
  return h("section", { class: "withdrawal" },
    h("h2", {}, t("report.withdraw.h")),
    h("p", {}, t("report.withdraw.what")),
    wrong,
    h("button", { type: "button", on: { click: asked } }, t("report.withdraw")));
}
