// The bank, for senior reviewers. Find entries by hash, or by an image that is hashed on this page only.
import { newKey, Problem } from "../api.js";
import { append, data, h, icon, replace } from "../dom.js";
import { Hasher, HashError } from "../hashing/hash_file.js";
import { announce, notice, problemNotice } from "../shell.js";
import { loadStrings, t, tn } from "../strings.js";
import { caseName } from "./queue.js";
import { call } from "./session.js";
import { table } from "./table.js";

const HEX = /^[0-9a-f]{64}$/i;
const WITHIN = 31;
const REASONS = ["false_alarm", "wrong_image", "order_of_an_authority", "partner_withdrew_it", "earlier_change_was_a_mistake"];
const KINDS = { confirmed: "danger", unverified: "warning", allowed: "success" };

export async function show(place) {
  await loadStrings("bank", "form"); // `form` has the texts for unreadable files
  const hasher = new Hasher();
  const found = h("div", { class: "stack" });
  const trouble = h("div", {});
  const pdq = h("input", { id: "pdq", autocomplete: "off", spellcheck: false, class: "code", maxLength: 64 });
  const within = h("input", { id: "within", type: "number", min: 0, max: 128, value: WITHIN });
  const file = h("input", { id: "picture", type: "file", accept: "image/*", on: { change: hashed } });
  let quality = null;
  let cursor = null;
  append(place,
    h("h1", {}, t("review.bank")), h("p", {}, t("review.bank_lead")),
    h("form", { class: "card stack", noValidate: true, on: { submit: (event) => { event.preventDefault(); find(); } } },
      h("div", { class: "row search" },
        h("div", { class: "wide" }, h("label", { for: "pdq" }, t("review.bank_hash")), pdq),
        h("div", {}, h("label", { for: "within" }, t("review.bank_within")), within),
        h("button", { type: "submit" }, t("review.find"))),
      h("div", {}, h("label", { for: "picture" }, t("review.bank_picture")), h("p", { class: "hint" }, t("review.bank_picture_hint")), file),
      trouble),
    found);
  pdq.addEventListener("input", () => (quality = null));
  await latest();

  async function hashed() {
    replace(trouble);
    const [chosen] = file.files;
    if (!chosen) return;
    try {
      const hash = await hasher.hash(chosen);
      pdq.value = hash.pdq;
      quality = hash.quality;
      await find();
    } catch (error) {
      if (!(error instanceof HashError)) throw error;
      replace(trouble, notice("danger", t(`hash_error.${error.code}`, { ...error.details, name: chosen.name, kind: error.details.kind?.toUpperCase() })));
    }
  }

  async function find() {
    replace(trouble);
    if (!pdq.value.trim()) {
      await latest();
      return;
    }
    if (!HEX.test(pdq.value.trim())) {
      replace(trouble, notice("danger", t("review.bank_no_hash")));
      pdq.focus();
      return;
    }
    await guarded(async () => {
      const { body } = await call("GET", "/v1/bank/entries", { query: { pdq: pdq.value.trim(), within: within.value } });
      fill(body.entries, t("review.bank_near", { count: body.entries.length, bits: Number(within.value) }));
      announce(t("review.bank_near", { count: body.entries.length, bits: Number(within.value) }));
    });
  }

  async function latest(more = []) {
    await guarded(async () => {
      const { body } = await call("GET", "/v1/bank/entries", { query: { cursor: more.length ? cursor : null } });
      cursor = body.next;
      fill([...more, ...body.entries], t("review.bank_latest"), true);
    });
  }

  async function guarded(work) {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      replace(trouble, problemNotice(error));
    }
  }

  function fill(entries, caption, pages = false) {
    replace(found,
      entries.length ? h("div", { class: "card" }, table({ caption, heads: ["entry", "standing", "source", ...(pages ? [] : ["near"]), "do"], rows: entries.map((entry) => row(entry, !pages)) })) : h("p", {}, caption, " ", t("review.bank_none")),
      pages && cursor && h("p", {}, h("button", { type: "button", on: { click: () => latest(entries) } }, t("review.more"))),
      !pages && quality !== null && h("p", {}, h("button", { type: "button", on: { click: () => change({ change: "allow", pdq: pdq.value.trim(), quality }) } }, t("review.bank_do.allow"))));
  }

  function row(entry, near) {
    const off = entry.by_hand !== null;
    return [
      h("span", {}, caseName(entry.entry_id), h("br"), h("span", { class: "small muted" }, entry.quality === null ? t("review.bank_bytes") : t("review.bank_quality", { quality: entry.quality }))),
      [h("span", { class: `badge ${KINDS[entry.standing] ?? ""}` }, icon(entry.standing === "confirmed" ? "stop" : "info"), t(`review.standing.${entry.standing}`)),
        off && h("p", { class: "small muted" }, t("review.bank_by_hand"))],
      entry.provenance.length ? h("ul", { class: "plain" }, entry.provenance.map(source)) : t("review.provenance.none"),
      ...(near ? [entry.distance === null ? "" : [t("review.match_distance", { distance: entry.distance, bits: 256 }), h("p", { class: "small muted" }, data(entry.view))]] : []),
      h("button", { type: "button", class: "small", on: { click: () => change({ change: off ? "reinstate" : "deactivate", entry_id: entry.entry_id }, entry.revision) } }, t(off ? "review.bank_do.reinstate" : "review.bank_do.deactivate")),
    ];
  }

  /** Ask for the reason, then change the entry. Before a hash is allowed, show the entries near it. */
  function change(wanted, revision) {
    const why = h("select", { id: "why" }, REASONS.map((value) => h("option", { value }, t(`review.bank_reason.${value}`))));
    const refused = h("div", {});
    let despite = [];
    let key = newKey();
    const dialog = h("dialog", { class: "stack", "aria-labelledby": "change-title", on: { close: () => dialog.remove() } });
    const send = async (event) => {
      event.preventDefault();
      try {
        const body = { ...wanted, reason: why.value, ...(despite.length ? { despite } : {}) };
        await call("POST", "/v1/bank/entries", { body, key, ifMatch: revision && `"${revision}"` });
        dialog.close();
        announce(t("review.bank_done"));
        await find();
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        key = newKey();
        const near = error.extra.collisions ?? [];
        despite = near.map((one) => one.entry_id);
        replace(refused, problemNotice(error), near.length > 0 && h("ul", {}, near.map((one) => h("li", {}, caseName(one.entry_id), " ", t(`review.standing.${one.standing}`), " ", t("review.match_distance", { distance: one.distance, bits: 256 })))),
          near.length > 0 && h("p", {}, t("review.bank_despite", { count: near.length })));
      }
    };
    append(dialog, h("h2", { id: "change-title" }, t(`review.bank_do.${wanted.change}`)), h("p", {}, t(`review.bank_does.${wanted.change}`)),
      h("form", { class: "stack", on: { submit: send } }, h("div", {}, h("label", { for: "why" }, t("review.bank_why")), why), refused,
        h("div", { class: "row" }, h("button", { type: "submit", class: "primary" }, t(`review.bank_do.${wanted.change}`)), h("button", { type: "button", on: { click: () => dialog.close() } }, t("review.cancel")))));
    document.body.append(dialog);
    dialog.showModal();
  }

  return () => hasher.close();
}

function source({ source: kind, reference }) {
  if (kind === "case") return h("li", {}, h("a", { href: `#/case/${reference}` }, tn("review.case", { case: caseName(reference) })));
  return h("li", {}, t(`review.provenance.${kind}`), reference && [" ", data(reference)]);
}
