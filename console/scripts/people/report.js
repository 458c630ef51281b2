// One report, as its sender sees it: where it stands, what is missing, what was said, what can be done.
import { Problem, ask, newKey } from "../api.js";
import { h, replace } from "../dom.js";
import { announce, notice, problemNotice } from "../shell.js";
import { fromNow, has, moment, t } from "../strings.js";
import { completeForm } from "./complete.js";
import { confirmed } from "./confirm.js";
import { missingList } from "./missing.js";
import { told } from "./told.js";

/**
 * Show it in `main`. opened: its number and secret. report: the answer to GET /v1/cases/NUMBER. close: called
 * when it is to be closed.
 */
export function reportView(main, opened, report, close, { problem, said } = {}) {
  const path = `/v1/cases/${encodeURIComponent(opened.number)}`;

  /** Ask for a change, and show what the report is then; true when it was made. */
  async function change(method, more, { body, key, done } = {}) {
    try {
      const answer = await ask(method, `${path}${more}`, { body, key, secret: opened.secret });
      reportView(main, opened, answer.body, close, { said: done });
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (more !== "/information") reportView(main, opened, report, close, { problem: error });
      return error;
    }
  }

  const heading = h("h1", { tabIndex: -1 }, t("report.h", { number: report.case_number }));
  replace(main, h("div", { class: "stack" },
    heading,
    problem && problemNotice(problem),
    said && notice("success", "", h("p", {}, said)),
    standing(report),
    asksForMore(report) && completeForm(report, (body, key) =>
      change("POST", "/information", { body, key, done: t("report.completed") })),
    told(report),
    h("div", { class: "row" },
      h("button", { type: "button", on: { click: () => change("GET", "") } }, t("report.again")),
      h("button", { type: "button", on: { click: close } }, t("report.close"))),
    !report.withdrawn && withdrawal(() => change("POST", "/withdraw", { key: newKey(), done: t("report.withdrawn.done") }))));
  (main.querySelector("[role=alert]") ?? heading).focus();
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
    report.deadline && report.cases.some(isOpen) && h("p", {},
      t("report.deadline", { deadline: moment(report.deadline), left: fromNow(report.deadline) })),
    !report.valid && h("div", { class: "missing" },
      h("p", { class: "label" }, t("report.missing")), missingList(report.missing)));
}

const TONE = { violating: "success", needs_information: "warning", not_violating: "warning", reversed: "warning" };

const isOpen = (one) => one.state === "open" || one.state === "needs_information";

/** Of its state, or of what was decided. */
function wordOf({ state, outcome }) {
  const word = state === "decided" ? outcome : state;
  return has(`report.state.${word}`) ? word : "open";
}

function asksForMore(report) {
  return !report.withdrawn && (!report.valid || report.cases.some((one) => one.state === "needs_information"));
}

function withdrawal(withdraw) {
  return h("section", { class: "withdrawal" },
    h("h2", {}, t("report.withdraw.h")),
    h("p", {}, t("report.withdraw.what")),
    h("button", {
      type: "button",
      on: {
        async click() {
          const sure = { title: t("report.withdraw.sure"), text: t("report.withdraw.sure.what") };
          if (await confirmed({ ...sure, yes: t("report.withdraw.yes"), no: t("report.withdraw.no") })) withdraw();
        },
      },
    }, t("report.withdraw")));
}
