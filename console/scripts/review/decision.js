// The decision form: outcome, factors, reasons. This tab stores the input until it is sent.
import { data, h, replace } from "../dom.js";
import { store, stored } from "../tab_storage.js";
import { t, tn } from "../strings.js";
import { confirmed } from "../confirm_dialog.js";
import { choose, chosen, complete, factorFields, FACTORS, group, excludeNone } from "./factors.js";
import { shortcutButton, setPageShortcuts } from "./shortcuts.js";
import { sendLater } from "./pending.js";
import { call } from "./session.js";

const OUTCOMES = ["violating", "not_violating", "needs_information", "suspected_child"];
const OF_AN_OPINION = OUTCOMES.filter((outcome) => outcome !== "needs_information");
const MOST_LETTERS = 5000;

let templates;

/** Load the text templates for reasons, once. */
export async function loadTemplates(me) {
  if (!me.reviews) return [];
  templates ??= (await call("GET", "/v1/review/templates")).body.templates;
  return templates;
}

/**
 * found: {body, etag} of the case. templates: texts for reasons. onwards: called after "Decide and next".
 * done: called after "Decide". keys: further shortcuts of the page. blind: for a second opinion, whose author
 * has not seen the decision.
 */
export function decisionForm({ found, label, templates, done, onwards, keys = [], blind = false }) {
  const outcomes = blind ? OF_AN_OPINION : OUTCOMES;
  const { body: seen, etag } = found;
  const draft = `draft:${blind ? "opinion" : "case"}:${seen.case_id}`;
  const doubtful = h("input", { type: "checkbox", name: "second_opinion", value: "yes" });
  const unfounded = h("input", { type: "checkbox", name: "manifestly_unfounded", value: "yes" });
  const unfoundedChoice = h("label", { class: "choice", hidden: true }, unfounded, h("span", {}, t("review.unfounded"), h("span", { class: "hint" }, t("review.unfounded.does"))));
  const trouble = h("div", {});
  const reasons = h("textarea", { id: "reasons", maxLength: MOST_LETTERS, rows: 3, required: true, "aria-describedby": "reasons-hint" });
  const offered = h("div", { class: "row", role: "group", "aria-label": t("review.templates") });
  const form = h("form", { class: "card stack decision", noValidate: true, on: { submit: (event) => { event.preventDefault(); decide(done); }, input: remember, change: changed } },
    h("h2", {}, t(blind ? "review.opinion_title" : "review.decide_title")),
    group("outcome", "radio", outcomes, { content: outcome, wide: true }),
    factorFields(),
    h("div", {}, h("label", { for: "reasons" }, t("review.field.reasons"), " ", h("span", { class: "hint", id: "reasons-hint" }, t("review.field_hint.reasons"))), reasons, offered),
    unfoundedChoice,
    !blind && h("label", { class: "choice" }, doubtful, t("review.second_opinion")),
    trouble,
    h("p", { class: "hint" }, t("review.decide_hint")),
    h("div", { class: "row actions" },
      shortcutButton("D", { class: "primary", on: { click: () => decide(onwards) } }, t("review.decide_next")),
      shortcutButton("d", { on: { click: () => decide(done) } }, t("review.decide"))));
  let decided = false;
  restore();
  offer();
  setPageShortcuts([
    ...outcomes.map((value, index) => [String(index + 1), `review.outcome.${value}`, () => pick(value)]),
    ["d", "review.decide", () => decide(done)],
    ["D", "review.decide_next", () => decide(onwards)],
    ["r", "review.field.reasons", () => reasons.focus()],
    ...keys,
  ]);
  return form;

  function values() {
    return { ...chosen(form), reasons: reasons.value, second_opinion: doubtful.checked ? "yes" : null, manifestly_unfounded: unfounded.checked && mayBeUnfounded() ? "yes" : null };
  }

  function remember() {
    store(draft, values());
  }

  function changed(event) {
    excludeNone(form, event.target);
    if (event.target.name === "outcome") offer();
    unfoundedChoice.hidden = !mayBeUnfounded();
    remember();
  }

  /** Only a dismissal on a legal ground, in a case with one reporter, can be unfounded: the API enforces it. */
  function mayBeUnfounded() {
    const { outcome: judged, shown, complainant } = chosen(form);
    return Boolean(seen.one_reporter) && judged === "not_violating" && (shown.join() === "none" || complainant === "no");
  }

  function restore() {
    const before = stored(draft);
    if (!before) return;
    choose(form, before);
    reasons.value = before.reasons;
    unfoundedChoice.hidden = !mayBeUnfounded();
  }

  function pick(value) {
    const input = form.querySelector(`[name=outcome][value=${value}]`);
    input.checked = true;
    input.focus();
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function offer() {
    const fitting = templates.filter((template) => template.outcome === values().outcome);
    replace(offered, fitting.map(({ title, text }) =>
      h("button", { type: "button", class: "small", on: { click: () => insert(text) } }, data(title))));
  }

  function insert(text) {
    reasons.value = [reasons.value.trim(), text].filter(Boolean).join(" ");
    reasons.focus();
    remember();
  }

  async function decide(then) {
    if (decided) return; // pressing the key twice must not decide twice
    const given = values();
    if (!complete(form, given, ["outcome", ...FACTORS, "reasons"], trouble, reasons)) return;
    if (given.outcome === "suspected_child" && !(await confirmed(suspectedChild()))) return;
    const { outcome: judged, reasons: why, second_opinion: doubt, manifestly_unfounded: plainly, ...factors } = given;
    const id = encodeURIComponent(seen.case_id);
    const texts = { case: label, outcome: t(`review.outcome.${judged}`) };
    store(draft, null);
    decided = true;
    sendLater({
      label: blind ? t("review.pending.opinion", texts) : t("review.pending.decision", texts),
      about: seen.case_id,
      blind,
      back: blind ? "#/opinions/next" : `#/case/${seen.case_id}`,
      draft: { name: draft, value: given },
      path: blind ? `/v1/review/opinions/${id}` : `/v1/review/cases/${id}/decision`,
      body: { outcome: judged, factors, reasons: why.trim(), ...(doubt ? { second_opinion: true } : {}), ...(plainly ? { manifestly_unfounded: true } : {}) },
      ifMatch: etag,
    });
    then();
  }
}

function suspectedChild() {
  const word = t("review.confirm_word");
  return { title: t("review.outcome.suspected_child"), text: t("review.confirm_why"), yes: t("review.confirm_go"), no: t("review.cancel"), word, label: tn("review.confirm_type", { word: data(word) }) };
}

function outcome(value, index) {
  return [
    h("span", {}, t(`review.outcome.${value}`), h("span", { class: "hint" }, t(`review.outcome.${value}.does`))),
    h("kbd", { class: "key", "aria-hidden": "true" }, index + 1),
  ];
}
