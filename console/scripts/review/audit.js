// The audit of a case: its chains, verified by the server on each read.
import { Problem } from "../api.js";
import { append, data, h, icon, replace } from "../dom.js";
import { notice, problemNotice } from "../shell.js";
import { has, loadStrings, moment, t, tn } from "../strings.js";
import { caseName } from "./queue.js";
import { call } from "./session.js";
import { table } from "./table.js";

const CASE_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export async function show(place, [asked]) {
  append(place, h("h1", {}, t("review.audit")), search(asked));
  if (!asked) return;
  const [caseId, ...others] = CASE_ID.test(asked) ? [asked] : await casesOf(asked);
  if (caseId !== asked) append(place, found([caseId, ...others]));
  if (others.length === 0) await read(place, caseId);
}

/** Return the cases of a report by its case number, which a court or the police have from the reporter. */
async function casesOf(number) {
  return (await call("GET", "/v1/audit", { query: { case_number: number } })).body.case_ids;
}

function found(caseIds) {
  return h("section", {}, h("p", {}, t("review.audit_found", { count: caseIds.length })),
    h("ul", {}, caseIds.map((one) => h("li", {}, h("a", { href: `#/audit/${one}`, class: "code", translate: "no" }, one)))));
}

async function read(place, caseId) {
  const [{ body }] = await Promise.all([call("GET", `/v1/audit/${encodeURIComponent(caseId)}`), loadStrings("audit")]);
  const trouble = h("div", {});
  const broken = body.chains.filter((chain) => !chain.whole);
  append(place, 
    broken.length
      ? notice("danger", t("review.audit_broken", { count: broken.length }), broken.map((chain) => h("p", {}, data(`${chain.chain}: ${chain.broken}`))))
      : notice("success", t("review.audit_whole", { count: body.chains.length })),
    h("div", { class: "row" }, h("a", { href: `#/case/${caseId}` }, tn("review.case", { case: caseName(caseId) })),
      h("button", { type: "button", class: "small", on: { click: bundle } }, t("review.bundle")), h("span", { class: "small muted" }, t("review.bundle_what"))),
    trouble,
    body.chains.map(chain));

  /** Save the evidence bundle as a file. The text beside the button says what it contains. */
  async function bundle() {
    try {
      const { body: content } = await call("POST", `/v1/audit/${encodeURIComponent(caseId)}/bundle`, { body: {} });
      const url = URL.createObjectURL(new Blob([JSON.stringify(content, null, 1)], { type: "application/json" }));
      h("a", { href: url, download: `case-${caseId}.json` }).click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      replace(trouble, problemNotice(error));
    }
  }
}

function chain(one) {
  const vouched = one.anchored ? t("review.anchored", { count: one.anchored }) : t("review.not_anchored");
  return h("section", { class: "card stack" },
    h("h2", {}, icon(one.whole ? "check" : "alert"), " ", t(one.chain.startsWith("case") ? "review.chain_case" : "review.chain_upload"), " ", h("span", { class: "code small", translate: "no" }, one.chain)),
    h("p", { class: "small muted" }, vouched),
    table({
      caption: t("review.chain_caption", { count: one.records.length }),
      heads: ["number", "when", "who", "what", "details", "digest"],
      rows: one.records.map((record) => [
        data(String(record.seq)),
        h("time", { class: "nowrap", dateTime: record.at }, moment(record.at, { dateStyle: "short", timeStyle: "medium" })),
        actor(record.actor),
        action(record.action),
        h("span", { class: "small" }, details(record.details)),
        h("span", { class: "code", translate: "no", title: record.digest }, record.digest.slice(0, 12)),
      ]),
    }));
}

/** Name a reviewer by pseudonym. Reporters and account holders have no names here. */
function actor(name) {
  const key = `review.actor.${name}`;
  return has(key) ? t(key) : caseName(name);
}

function action(name) {
  const key = `review.action.${name}`;
  return has(key) ? t(key) : data(name);
}

function details(record) {
  const parts = Object.entries(record);
  return parts.length ? data(parts.map(([name, value]) => `${name}: ${typeof value === "object" ? JSON.stringify(value) : value}`).join("; ")) : "";
}

function search(caseId = "") {
  const id = h("input", { id: "case", value: caseId, required: true, autocapitalize: "none", spellcheck: false });
  const trouble = h("div", {});
  const go = (event) => {
    event.preventDefault();
    replace(trouble);
    if (id.value.trim()) location.hash = `#/audit/${encodeURIComponent(id.value.trim())}`;
    else {
      replace(trouble, notice("danger", t("review.audit_find")));
      id.focus();
    }
  };
  return h("form", { class: "row search", noValidate: true, on: { submit: go } },
    h("div", { class: "wide" }, h("label", { for: "case" }, t("review.case_id")), id), h("button", { type: "submit" }, t("review.find")), trouble);
}
