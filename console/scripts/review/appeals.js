// Appeals. A reviewer who had no part in the case decides them.
import { append, data, h, icon, replace } from "../dom.js";
import { store, stored } from "../tab_storage.js";
import { notice } from "../shell.js";
import { loadStrings, moment, t, tn } from "../strings.js";
import { uploadSection, pictures } from "./case_parts.js";
import { choose, chosen, complete, factorFields, FACTORS, group, excludeNone } from "./factors.js";
import { sendLater, pendingIds } from "./pending.js";
import { caseName, shortName } from "./queue.js";
import { call } from "./session.js";
import { shortcutButton, setPageShortcuts } from "./shortcuts.js";
import { table } from "./table.js";

const PAGE = 100;
/** Return whether only a senior reviewer may decide the appeal. */
const forSeniors = (appeal) => appeal.party === "second_opinion";
const OUTCOMES = ["upheld", "rejected"];

export async function show(place, [appealId], { me }) {
  const [found] = await Promise.all([appealId ? find(appealId) : page(), loadStrings("appeals")]);
  return appealId ? one(place, found, me) : list(place, found, me);
}

async function page(cursor) {
  return (await call("GET", "/v1/review/appeals", { query: { limit: PAGE, cursor } })).body;
}

/** Find an undecided appeal on any page of the list; undefined if it is decided. */
async function find(appealId) {
  let cursor;
  do {
    const { appeals, next } = await page(cursor);
    const found = appeals.find((appeal) => appeal.appeal_id === appealId);
    if (found) return found;
    cursor = next;
  } while (cursor);
}

function list(place, { appeals, next }, me) {
  const about = pendingIds();
  const waiting = appeals.filter((appeal) => !about.includes(appeal.appeal_id));
  const yours = waiting.filter((appeal) => !appeal.you_took_part && (me.senior || !forSeniors(appeal)));
  append(place,
    h("h1", {}, t("review.appeals")), h("p", {}, t("review.appeals_lead")),
    h("p", { class: "small muted", role: "status" }, t("review.appeals_count", { count: yours.length, all: waiting.length }), next && [" ", t("review.appeals_more")]),
    waiting.length
      ? h("div", { class: "card" }, table({ caption: t("review.appeals_caption"), heads: ["appeal", "case", "account", "filed", "whose"], rows: waiting.map((appeal) => row(appeal, me)) }))
      : h("p", {}, t("review.appeals_empty")));
}

function row(appeal, me) {
  return [
    h("a", { href: `#/appeals/${appeal.appeal_id}` }, tn("review.appeal_read", { id: caseName(appeal.appeal_id) })),
    appeal.block ? t("review.appeal_block") : caseName(appeal.case_id),
    party(appeal),
    moment(appeal.filed_at),
    whose(appeal, me),
  ];
}

/** Name the appellant: an account by its ID, a reporter without any name. */
function party(appeal) {
  return appeal.account_id ? data(`${appeal.platform} / ${appeal.account_id}`) : t(`review.party.${appeal.party}`);
}

function whose(appeal, me) {
  if (forSeniors(appeal) && !me.senior) return h("span", { class: "badge warning" }, icon("lock"), t("review.whose.seniors"));
  return appeal.you_took_part
    ? h("span", { class: "badge warning" }, icon("lock"), t("review.whose.yours"))
    : h("span", { class: "badge success" }, icon("check"), t("review.whose.others"));
}

async function one(place, appeal, me) {
  if (!appeal) {
    append(place, h("h1", {}, t("review.appeals")), notice("info", t("review.appeal_gone")), h("p", {}, h("a", { href: "#/appeals" }, t("review.appeals"))));
    return undefined;
  }
  const seen = appeal.block ? null : await caseOf(appeal);
  const answered = h("div", { class: "stack" }, formOrReason(appeal, seen, me));
  append(place,
    h("h1", {}, tn("review.appeal", { id: caseName(appeal.appeal_id) })),
    h("div", { class: "row" }, whose(appeal, me), h("span", { class: "small muted" }, t("review.appeal_filed", { when: moment(appeal.filed_at) }))),
    h("div", { class: "case" },
      h("div", { class: "stack" },
        h("section", { class: "card stack" }, h("h2", {}, t(`review.appeal_says.${appeal.party}`)), h("blockquote", {}, data(appeal.statement)), h("p", { class: "small" }, party(appeal))),
        appeal.block && h("section", { class: "card stack" }, h("h2", {}, t("review.appeal_block")),
          h("p", {}, moment(appeal.block.since)), h("blockquote", {}, data(appeal.block.reason))),
        seen?.decision && h("section", { class: "card stack" }, h("h2", {}, t("review.decision")),
          h("p", {}, t(`review.outcome.${seen.decision.outcome}`), " · ", moment(seen.decision.at)), h("blockquote", {}, data(seen.decision.reasons))),
        seen && [images(appeal, seen, me), h("p", {}, h("a", { href: `#/case/${seen.case_id}` }, t("review.case_open")))]),
      answered));
  const sent = ({ detail }) => {
    if (detail.about === appeal.appeal_id) replace(answered, notice("success", t("review.appeal_answered")));
  };
  addEventListener("decision-sent", sent);
  return () => removeEventListener("decision-sent", sent);
}

/** Load the case of an appeal, with the appealed upload first. A manual block has no case. */
async function caseOf(appeal) {
  const { body: seen } = await call("GET", `/v1/review/cases/${encodeURIComponent(appeal.case_id)}`);
  const isAsked = (upload) => upload.upload_id === appeal.upload_id;
  return { ...seen, uploads: [...seen.uploads.filter(isAsked), ...seen.uploads.filter((upload) => !isAsked(upload))] };
}

/** Show the images to a reviewer who may decide. Each view is recorded, so they open on a click. */
function images(appeal, seen, me) {
  if (!seen.uploads.length || seen.state === "locked" || closedTo(appeal, me)) return null;
  const place = h("div", { class: "stack" });
  const look = h("button", { type: "button", on: { click: () => replace(place, pictures(seen, appeal.upload_id).element) } }, icon("eye"), t("review.appeal_look", { count: seen.uploads.length }));
  append(place, h("p", {}, look));
  return [place, seen.uploads.map((upload, index) => uploadSection(seen, upload, index, true, { appealed: appeal.upload_id }))];
}

const closedTo = (appeal, me) => appeal.you_took_part || (forSeniors(appeal) && !me.senior);

/** Show the form, or the reason why there is none. */
function formOrReason(appeal, seen, me) {
  if (pendingIds().includes(appeal.appeal_id)) return notice("info", t("review.pending.this_appeal"), h("p", {}, t("review.pending.this_what")));
  if (appeal.you_took_part) return notice("warning", t("problem.same-reviewer"), h("p", {}, t(appeal.block ? "review.appeal_block.yours" : "problem.same-reviewer.do")));
  if (forSeniors(appeal) && !me.senior) return notice("warning", t("review.appeal_seniors"));
  return form(appeal, seen);
}

/** Granting an appeal against a dismissal judges the image, so it needs the factors. */
function form(appeal, seen) {
  const draft = `draft:appeal:${appeal.appeal_id}`;
  const refusal = seen?.decision?.outcome === "not_violating";
  const does = appeal.block ? "block_outcome" : appeal.upload_id ? "stop_outcome" : refusal ? "refusal_outcome" : "appeal_outcome";
  const reasons = h("textarea", { id: "appeal-reasons", maxLength: 5000, rows: 5, required: true });
  const trouble = h("div", {});
  const factors = h("div", { class: "stack", hidden: true }, refusal && factorFields());
  const element = h("form", { class: "card stack decision", noValidate: true, on: { submit: (event) => { event.preventDefault(); decide(); }, input: remember, change: changed } },
    h("h2", {}, t("review.appeal_decide")),
    group("outcome", "radio", OUTCOMES, { wide: true, content: (value, index) => [
      h("span", {}, t(`review.appeal_outcome.${value}`), h("span", { class: "hint" }, t(`review.${does}.${value}.does`))),
      h("kbd", { class: "key", "aria-hidden": "true" }, index + 1)] }),
    factors,
    h("div", {}, h("label", { for: "appeal-reasons" }, t("review.field.reasons")), reasons),
    trouble,
    h("p", { class: "hint" }, t("review.decide_hint")),
    h("div", { class: "row actions" }, shortcutButton("d", { class: "primary", on: { click: decide } }, t("review.decide"))));
  const before = stored(draft);
  if (before) {
    choose(element, before);
    reasons.value = before.reasons;
  }
  show();
  setPageShortcuts([
    ...OUTCOMES.map((outcome, index) => [String(index + 1), `review.appeal_outcome.${outcome}`, () => element.querySelector(`[value=${outcome}]`).click()]),
    ["d", "review.decide", decide],
    ["r", "review.field.reasons", () => reasons.focus()],
  ]);
  return element;

  function values() {
    return { ...chosen(element), reasons: reasons.value };
  }

  function asked() {
    return refusal && values().outcome === "upheld";
  }

  function show() {
    factors.hidden = !asked();
  }

  function changed(event) {
    excludeNone(element, event.target);
    show();
    remember();
  }

  function remember() {
    store(draft, values());
  }

  function decide() {
    const given = values();
    if (!complete(element, given, ["outcome", ...(asked() ? FACTORS : []), "reasons"], trouble, reasons)) return;
    const { outcome, reasons: why, ...shown } = given;
    store(draft, null);
    sendLater({
      label: t(seen ? "review.pending.appeal" : "review.pending.block_appeal", { case: shortName(seen?.case_id ?? ""), outcome: t(`review.appeal_outcome.${outcome}`) }),
      about: appeal.appeal_id,
      back: `#/appeals/${appeal.appeal_id}`,
      draft: { name: draft, value: given },
      path: `/v1/review/appeals/${encodeURIComponent(appeal.appeal_id)}/decision`,
      body: { outcome, reasons: why.trim(), ...(asked() ? { factors: shown } : {}) },
    });
    location.hash = "#/appeals";
  }
}
