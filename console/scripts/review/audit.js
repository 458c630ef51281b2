// The audit of a case: its chains, verified by the server as it reads them.
import { append, data, h, icon } from "../dom.js";
import { notice } from "../shell.js";
import { has, moment, t } from "../strings.js";
import { caseName } from "./queue.js";
import { call } from "./session.js";
import { table } from "./table.js";

export async function show(place, [caseId]) {
  append(place, h("h1", {}, t("review.audit")), search(caseId));
  if (!caseId) return;
  const { body } = await call("GET", `/v1/audit/${encodeURIComponent(caseId)}`);
  const broken = body.chains.filter((chain) => !chain.whole);
  append(place, 
    broken.length
      ? notice("danger", t("review.audit_broken", { count: broken.length }), broken.map((chain) => h("p", {}, data(`${chain.chain}: ${chain.broken}`))))
      : notice("success", t("review.audit_whole", { count: body.chains.length })),
    h("p", {}, h("a", { href: `#/case/${caseId}` }, t("review.case"), " ", caseName(caseId))),
    body.chains.map(chain));
}

function chain(one) {
  return h("section", { class: "card stack" },
    h("h2", {}, icon(one.whole ? "check" : "alert"), " ", t(one.chain.startsWith("case") ? "review.chain_case" : "review.chain_upload"), " ", h("span", { class: "code small", translate: "no" }, one.chain)),
    table({
      caption: t("review.chain_caption", { count: one.records.length }),
      heads: ["number", "when", "who", "what", "details", "digest"],
      rows: one.records.map((record) => [
        data(String(record.seq)),
        h("time", { class: "nowrap", dateTime: record.at }, moment(record.at, { dateStyle: "short", timeStyle: "medium" })),
        record.actor === "system" ? t("review.system") : caseName(record.actor),
        action(record.action),
        h("span", { class: "small" }, details(record.details)),
        h("span", { class: "code", translate: "no", title: record.digest }, record.digest.slice(0, 12)),
      ]),
    }));
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
  const go = (event) => {
    event.preventDefault();
    if (id.value.trim()) location.hash = `#/audit/${encodeURIComponent(id.value.trim())}`;
    else id.focus();
  };
  return h("form", { class: "row search", noValidate: true, on: { submit: go } },
    h("div", {}, h("label", { for: "case" }, t("review.case_id")), id), h("button", { type: "submit" }, t("review.find")));
}
