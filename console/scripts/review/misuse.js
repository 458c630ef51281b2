// Misuse reviews: a person decides about accounts and reporters with repeated strikes.
import { newKey, Problem } from "../api.js";
import { append, data, h, icon, replace } from "../dom.js";
import { store, stored } from "../tab_storage.js";
import { announce, notice, problemNotice } from "../shell.js";
import { loadStrings, moment, number, t, tn } from "../strings.js";
import { chosen, choose, complete, group } from "./factors.js";
import { sendLater, pendingIds } from "./pending.js";
import { caseName, shortName } from "./queue.js";
import { call } from "./session.js";
import { shortcutButton, setPageShortcuts } from "./shortcuts.js";
import { table } from "./table.js";

const PAGE = 100;
const OUTCOMES = ["suspend", "warn", "no_action"];
const INTENTIONS = ["deliberate", "careless", "none", "unclear"];

export async function show(place, [reviewId], { me }) {
  await loadStrings("misuse");
  if (reviewId) await one(place, reviewId);
  else await list(place, me);
}

async function list(place, me) {
  const { body } = await call("GET", "/v1/review/misuse", { query: { limit: PAGE } });
  const held = me.senior ? (await call("GET", "/v1/review/misuse", { query: { limit: PAGE, suspended: true } })).body.reviews : [];
  const waiting = body.reviews.filter((review) => !pendingIds().includes(review.review_id));
  append(place,
    h("h1", {}, t("review.misuse")), h("p", {}, t("review.misuse_lead")),
    waiting.length
      ? h("div", { class: "card" }, table({
          caption: t("review.misuse_caption"),
          heads: ["who", "opened"],
          rows: waiting.map((review) => [link(review), moment(review.opened_at)]),
        }))
      : h("p", {}, t("review.misuse_none")),
    body.next && h("p", { class: "small muted" }, t("review.misuse_more")),
    held.length > 0 && h("div", { class: "card" }, table({
      caption: t("review.misuse_suspended"),
      heads: ["who", "until"],
      rows: held.map((review) => [link(review), moment(review.until)]),
    })));
}

function link(review) {
  return h("a", { href: `#/misuse/${review.review_id}` }, whoseName(review));
}

/** Name an account by its ID. Reporters stay anonymous: show the ID of the review instead. */
function whoseName(review) {
  return review.kind === "account" ? data(`${review.platform} / ${review.account_id}`) : tn("review.misuse_reporter", { id: caseName(review.review_id) });
}

async function one(place, reviewId) {
  const path = `/v1/review/misuse/${encodeURIComponent(reviewId)}`;
  const { body: found } = await call("GET", path);
  const { review } = found;
  const reports = review.kind === "reporter";
  const fact = (name, value) => [h("dt", {}, t(`review.misuse_fact.${name}`)), h("dd", {}, value)];
  append(place,
    h("h1", {}, reports ? whoseName(review) : tn("review.misuse_of", { account: whoseName(review) })),
    h("div", { class: "case" },
      h("section", { class: "card stack" }, h("h2", {}, t("review.misuse_seen", { days: found.days })),
        h("dl", { class: "facts" },
          reports
            ? [fact("unfounded", t("review.misuse_of_reports", { count: found.stopped, all: found.total })),
              fact("not_the_subject", number(found.not_the_subject)), fact("hidden", number(found.hidden))]
            : [fact("stopped", t("review.misuse_of_uploads", { count: found.stopped, all: found.total })), fact("exact", number(found.exact))],
          fact("shown", found.shown.length ? found.shown.map(({ shown, cases }) => `${t(`review.shown.${shown}`)} (${number(cases)})`).join(", ") : t("review.unknown")),
          fact("warned", found.warned_at ? moment(found.warned_at) : t("review.misuse_never"))),
        h("details", {}, h("summary", {}, t(reports ? "review.misuse_unfounded" : "review.misuse_strikes")),
          h("ul", { class: "plain" }, found.strikes.map((strike) => h("li", {}, moment(strike.at), " ", reports ? h("a", { href: `#/case/${strike.case_id}` }, caseName(strike.case_id)) : caseName(strike.upload_id)))))),
      review.outcome || review.ending ? h("div", { class: "stack" }, closedReview(review), found.may_lift && liftForm(path)) : pendingOr(form, found)));
}

/** Show the form, unless a decision is pending in this tab. */
function pendingOr(form, found) {
  if (!pendingIds().includes(found.review.review_id)) return form(found);
  return notice("info", t("review.pending.this_review"), h("p", {}, t("review.pending.this_what")));
}

function closedReview(review) {
  const suspends = review.until && !review.ending;
  return notice("info", t("review.misuse_over"), h("p", {},
    review.outcome && t(`review.misuse_outcome.${review.outcome}`), " ",
    suspends && t("review.misuse_until", { when: moment(review.until) }), review.ending && t(`review.misuse_ending.${review.ending}`)));
}

/** Create the form to lift a suspension, for a senior reviewer who did not decide it. */
function liftForm(path) {
  const reasons = h("textarea", { id: "lift-reasons", maxLength: 5000, rows: 3, required: true });
  const trouble = h("div", {});
  const place = h("div", {});
  const key = newKey();
  replace(place, h("form", { class: "card stack", noValidate: true, on: { submit: lift } },
    h("h2", {}, t("review.misuse_lift")), h("p", { class: "hint" }, t("review.misuse_lift_does")),
    h("div", {}, h("label", { for: "lift-reasons" }, t("review.field.reasons"), " ", h("span", { class: "hint" }, t("review.misuse_reasons"))), reasons),
    trouble, h("p", {}, h("button", { type: "submit", class: "primary" }, t("review.misuse_lift")))));
  return place;

  async function lift(event) {
    event.preventDefault();
    if (!reasons.value.trim()) {
      replace(trouble, notice("danger", t("review.missing"), h("p", {}, t("review.field.reasons"))));
      reasons.focus();
      return;
    }
    try {
      const { body } = await call("POST", `${path}/lift`, { body: { reasons: reasons.value.trim() }, key });
      replace(place, closedReview(body));
      announce(t("review.misuse_ending.lifted"));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      replace(trouble, problemNotice(error));
    }
  }
}

function form(found) {
  const { review } = found;
  const reports = review.kind === "reporter";
  const draft = `draft:misuse:${review.review_id}`;
  const outcomes = OUTCOMES.filter((outcome) => outcome !== "suspend" || found.may_suspend);
  const days = h("input", { id: "days", type: "number", min: 1, max: found.longest_days, value: 30 });
  const term = h("div", { hidden: true }, h("label", { for: "days" }, t("review.misuse_days", { most: found.longest_days })), days);
  const reasons = h("textarea", { id: "reasons", maxLength: 5000, rows: 4, required: true });
  const trouble = h("div", {});
  const element = h("form", { class: "card stack decision", noValidate: true, on: { submit: (event) => { event.preventDefault(); decide(); }, input: remember, change: changed } },
    h("h2", {}, t("review.decide_title")),
    !found.may_suspend && h("p", { class: "hint" }, t(reports ? "review.misuse_not_by_you" : "review.misuse_not_yet")),
    group("outcome", "radio", outcomes, { wide: true, content: (value, index) => [
      h("span", {}, t(`review.misuse_outcome.${value}`), h("span", { class: "hint" }, t(`review.misuse_outcome.${value}.${reports ? "does_to_reports" : "does"}`))),
      h("kbd", { class: "key", "aria-hidden": "true" }, index + 1)] }),
    term,
    group("intention", "radio", INTENTIONS),
    h("div", {}, h("label", { for: "reasons" }, t("review.field.reasons"), " ", h("span", { class: "hint" }, t("review.misuse_reasons"))), reasons),
    trouble,
    h("p", { class: "hint" }, t("review.decide_hint")),
    h("div", { class: "row actions" }, shortcutButton("d", { class: "primary", on: { click: decide } }, icon("check"), t("review.decide"))));
  const before = stored(draft);
  if (before) {
    choose(element, before);
    reasons.value = before.reasons;
    days.value = before.days;
  }
  changed();
  setPageShortcuts([
    ...outcomes.map((outcome, index) => [String(index + 1), `review.misuse_outcome.${outcome}`, () => element.querySelector(`[value=${outcome}]`).click()]),
    ["d", "review.decide", decide],
    ["r", "review.field.reasons", () => reasons.focus()],
  ]);
  return element;

  function values() {
    return { outcome: chosen(element).outcome, intention: new FormData(element).get("intention"), reasons: reasons.value, days: days.value };
  }

  function changed() {
    term.hidden = values().outcome !== "suspend";
  }

  function remember() {
    store(draft, values());
  }

  function decide() {
    const given = values();
    if (!complete(element, given, ["outcome", "intention", "reasons"], trouble, reasons)) return;
    const { outcome, intention, reasons: why } = given;
    store(draft, null);
    sendLater({
      label: t("review.pending.misuse", { who: review.account_id ?? t("review.misuse_reporter", { id: shortName(review.review_id) }), outcome: t(`review.misuse_outcome.${outcome}`) }),
      about: review.review_id,
      back: `#/misuse/${review.review_id}`,
      draft: { name: draft, value: given },
      path: `/v1/review/misuse/${encodeURIComponent(review.review_id)}/decision`,
      body: { outcome, intention, reasons: why.trim(), ...(outcome === "suspend" ? { days: Number(days.value) } : {}) },
    });
    location.hash = "#/misuse";
  }
}
