// The form of a decision: outcome, factors, reasons. What was typed is kept in this tab until it is sent.
import { data, h, replace } from "../dom.js";
import { keep, kept } from "../kept.js";
import { notice } from "../shell.js";
import { t } from "../strings.js";
import { keyed, ofThisPage } from "./shortcuts.js";
import { later } from "./pending.js";

export const OUTCOMES = ["violating", "not_violating", "needs_information", "suspected_child"];
const SHOWN = ["sexual_act", "nudity", "intimate_parts", "underwear", "toileting", "synthetic", "none"];
const SETTINGS = ["private", "semi_private", "public", "unclear"];
const COMPLAINANTS = ["yes", "acts_for_them", "no", "unclear"];
/** How many templates of reasons there are for each outcome. */
const TEMPLATES = { violating: 3, not_violating: 3, needs_information: 2, suspected_child: 1 };
const MOST_LETTERS = 5000;

/** found: {body, etag} of the case. onwards: called after "Decide and next". done: after "Decide". */
export function decisionForm({ found, label, done, onwards, keys = [] }) {
  const { body: seen, etag } = found;
  const draft = `draft:case:${seen.case_id}`;
  const trouble = h("div", {});
  const reasons = h("textarea", { id: "reasons", maxLength: MOST_LETTERS, rows: 3, required: true });
  const templates = h("div", { class: "row", role: "group", "aria-label": t("review.templates") });
  const form = h("form", { class: "card stack decision", noValidate: true, on: { submit: (event) => { event.preventDefault(); decide(done); }, input: remember, change: remember } },
    h("h2", {}, t("review.decide_title")),
    group("outcome", "radio", OUTCOMES, (value, index) => h("kbd", { class: "key", "aria-hidden": "true" }, index + 1)),
    group("shown", "checkbox", SHOWN),
    group("setting", "radio", SETTINGS),
    group("complainant", "radio", COMPLAINANTS),
    h("div", {}, h("label", { for: "reasons" }, t("review.field.reasons"), " ", h("span", { class: "hint", id: "reasons-hint" }, t("review.field_hint.reasons"))), reasons, templates),
    trouble,
    h("div", { class: "row actions" },
      keyed("D", { class: "primary", on: { click: () => decide(onwards) } }, t("review.decide_next")),
      keyed("d", { on: { click: () => decide(done) } }, t("review.decide")),
      h("p", { class: "hint" }, t("review.decide_hint"))));
  reasons.setAttribute("aria-describedby", "reasons-hint");
  restore();
  offerTemplates();
  form.addEventListener("change", (event) => {
    if (event.target.name === "outcome") offerTemplates();
    if (event.target.name === "shown") onlyNone(event.target);
  });
  ofThisPage([
    ...OUTCOMES.map((outcome, index) => [String(index + 1), `review.outcome.${outcome}`, () => pick(outcome)]),
    ["d", "review.decide", () => decide(done)],
    ["D", "review.decide_next", () => decide(onwards)],
    ["r", "review.field.reasons", () => reasons.focus()],
    ...keys,
  ]);
  return form;

  function values() {
    const chosen = new FormData(form);
    return {
      outcome: chosen.get("outcome"),
      shown: chosen.getAll("shown"),
      setting: chosen.get("setting"),
      complainant: chosen.get("complainant"),
      reasons: reasons.value,
    };
  }

  function remember() {
    keep(draft, values());
  }

  function restore() {
    const before = kept(draft);
    if (!before) return;
    for (const input of form.querySelectorAll("input")) input.checked = [before[input.name]].flat().includes(input.value);
    reasons.value = before.reasons;
  }

  function pick(outcome) {
    const input = form.querySelector(`[name=outcome][value=${outcome}]`);
    input.checked = true;
    input.focus();
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function onlyNone(changed) {
    if (!changed.checked) return;
    for (const input of form.querySelectorAll("[name=shown]:checked")) {
      if ((input.value === "none") !== (changed.value === "none")) input.checked = false;
    }
    remember();
  }

  function offerTemplates() {
    const { outcome } = values();
    const offered = outcome ? [...Array(TEMPLATES[outcome]).keys()] : [];
    replace(templates, offered.map((index) => {
      const text = t(`review.template.${outcome}.${index + 1}`);
      return h("button", { type: "button", class: "small", on: { click: () => insert(text) } }, text);
    }));
  }

  function insert(text) {
    reasons.value = [reasons.value.trim(), text].filter(Boolean).join(" ");
    reasons.focus();
    remember();
  }

  async function decide(then) {
    const given = values();
    const missing = ["outcome", "shown", "setting", "complainant", "reasons"].filter((name) => !(Array.isArray(given[name]) ? given[name].length : given[name]?.trim()));
    for (const name of ["outcome", "shown", "setting", "complainant"]) {
      form.querySelector(`#${name}-group`).toggleAttribute("data-missing", missing.includes(name));
    }
    reasons.toggleAttribute("aria-invalid", false);
    replace(trouble);
    if (missing.length) {
      if (missing.includes("reasons")) reasons.setAttribute("aria-invalid", "true");
      replace(trouble, notice("danger", t("review.missing"), h("ul", {}, missing.map((name) => h("li", {}, t(`review.field.${name}`))))));
      (missing[0] === "reasons" ? reasons : form.querySelector(`[name=${missing[0]}]`)).focus();
      return;
    }
    if (given.outcome === "suspected_child" && !(await confirmed())) return;
    const { outcome, reasons: why, ...factors } = given;
    keep(draft, null);
    later({
      label: t("review.pending.decision", { case: label, outcome: t(`review.outcome.${outcome}`) }),
      about: seen.case_id,
      back: `#/case/${seen.case_id}`,
      draft: { name: draft, value: given },
      path: `/v1/review/cases/${encodeURIComponent(seen.case_id)}/decision`,
      body: { outcome, factors, reasons: why.trim() },
      ifMatch: etag,
    });
    then();
  }
}

function group(name, type, values, after = () => null) {
  const options = values.map((value, index) =>
    h("label", { class: "choice" },
      h("input", { type, name, value }),
      h("span", {}, t(`review.${name}.${value}`), name === "outcome" && h("span", { class: "hint" }, t(`review.outcome.${value}.does`))),
      after(value, index)));
  return h("fieldset", { id: `${name}-group` },
    h("legend", {}, t(`review.field.${name}`), " ", h("span", { class: "hint" }, t(`review.field_hint.${name}`))),
    h("div", { class: `choices ${name === "outcome" ? "halves" : "quarters"}` }, options));
}

/** What hurts most is done with a word typed out, and never by one key too many. */
function confirmed() {
  const word = t("review.confirm_word");
  return new Promise((resolve) => {
    const typed = h("input", { id: "confirm", autocomplete: "off", spellcheck: false });
    const go = h("button", { type: "submit", class: "danger", disabled: true }, t("review.confirm_go"));
    const dialog = h("dialog", { "aria-labelledby": "confirm-title", class: "stack", on: { close: () => { dialog.remove(); resolve(dialog.returnValue === "yes"); } } });
    typed.addEventListener("input", () => (go.disabled = typed.value.trim().toLowerCase() !== word));
    const form = h("form", { class: "stack", on: { submit: (event) => { event.preventDefault(); if (!go.disabled) dialog.close("yes"); } } },
      h("h2", { id: "confirm-title" }, t("review.outcome.suspected_child")),
      h("p", {}, t("review.confirm_why")),
      h("label", { for: "confirm" }, t("review.confirm_type"), " ", data(word)), typed,
      h("div", { class: "row" }, go, h("button", { type: "button", on: { click: () => dialog.close("") } }, t("review.cancel"))));
    dialog.append(form);
    document.body.append(dialog);
    dialog.showModal();
    typed.focus();
  });
}
