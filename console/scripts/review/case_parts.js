// What a case consists of, in words and pictures.
import { append, data, h, icon, replace } from "../dom.js";
import { notice, problemNotice } from "../shell.js";
import { moment, t } from "../strings.js";
import { matchesOf } from "./matches.js";
import { picture } from "./picture.js";

/** One picture at a time: the others are a click away, and nobody sees more than they ask for.
 * appealed: id of the upload that an appeal is about. */
export function pictures(seen, appealed) {
  const { case_id: caseId, uploads } = seen;
  const place = h("div", {});
  let current;
  const show = (index) => {
    current = picture({ caseId, uploadId: uploads[index].upload_id, label: t("review.picture.label", { number: index + 1, all: uploads.length }) });
    replace(place, current.element);
    for (const [at, tab] of tabs.entries()) tab.setAttribute("aria-pressed", at === index);
  };
  const tabs = uploads.map((_, index) => h("button", { type: "button", class: "small", on: { click: () => show(index) } }, uploads[index].upload_id === appealed && icon("alert"), t(uploads[index].upload_id === appealed ? "review.picture.appealed" : "review.picture.number", { number: index + 1 })));
  show(0);
  return {
    element: h("div", { class: "stack" }, uploads.length > 1 && h("div", { class: "row", role: "group", "aria-label": t("review.pictures") }, tabs), place),
    hold: () => current.hold,
  };
}

/** Of a case without one: reported by its hash alone, or where it is shown elsewhere. */
export function noPicture(seen) {
  const elsewhere = seen.reports.some((report) => report.addresses.length > 0);
  return notice("info", t(elsewhere ? "review.no_uploads_address" : "review.no_uploads"));
}

/** further: asks for those that come after so many. */
export function reports(seen, further) {
  if (!seen.reports.length) return null;
  const place = h("div", { class: "stack" });
  show(seen, 0);
  return h("section", { class: "card stack" }, h("h2", {}, t("review.reports")), h("p", { class: "hint" }, t("review.reports_hint")),
    place);

  function show(page, before) {
    append(place, page.reports.map(reported));
    if (!page.more_reports) return;
    const shown = before + page.reports.length;
    const more = h("button", { type: "button", class: "small", on: { click: async () => {
      more.disabled = true;
      try {
        show(await further(shown), shown);
        more.remove();
      } catch (error) {
        more.disabled = false;
        append(place, problemNotice(error));
      }
    } } }, t("review.reports_more", { count: page.more_reports }));
    append(place, more);
  }

  function reported(report) {
    return h("div", { class: "report" },
      h("p", { class: "small muted" }, moment(report.filed_at), " · ", t(`review.relation.${report.relation}`), " · ", t(report.valid ? "review.report_valid" : "review.report_incomplete"),
        report.authority && [" · ", t(`review.authority.${report.authority}`)],
        report.withdrawn && [" · ", t("review.report_withdrawn")]),
      h("blockquote", {}, report.statement ? data(report.statement) : t("review.no_statement")),
      // To be read, not to be opened: whoever is behind an address would see that somebody came from here.
      report.addresses.length > 0 && [h("p", { class: "small" }, t("review.addresses")),
        h("ul", { class: "addresses small" }, report.addresses.map((one) => h("li", {}, data(one, { dir: "ltr" }))))],
      report.answers.length > 0 && h("dl", { class: "answers" },
        report.answers.map(({ question, answer }) => [h("dt", {}, data(question)), h("dd", {}, data(answer))])));
  }
}

/** An upload in words; of one that is judged blind, what became of it is not known here. appealed: as above. further:
 * what can be done with it. */
export function about(seen, upload, index, looks, { appealed, further } = {}) {
  const all = seen.uploads.length;
  const size = upload.width ? t("review.upload_size", { width: upload.width, height: upload.height, count: upload.frames }) : t("review.unknown");
  return h("section", { class: "card stack" },
    h("h2", {}, t("review.upload", { number: index + 1, all })),
    upload.upload_id === appealed && h("p", {}, h("span", { class: "badge warning" }, icon("alert"), t("review.appealed"))),
    matchesOf(seen.case_id, upload, looks),
    h("dl", { class: "facts" },
      upload.account_id && fact("account", h("a", { href: `#/account/${encodeURIComponent(upload.platform)}/${encodeURIComponent(upload.account_id)}` }, data(`${upload.platform} / ${upload.account_id}`))),
      fact("received", moment(upload.received_at)),
      upload.state && fact("state", t(`review.upload_state.${upload.state}`)),
      upload.state && fact("public", t(upload.was_published ? "review.was_public" : "review.never_public")),
      fact("size", size),
      fact("quality", upload.quality === null ? t("review.unknown") : t(upload.quality < 50 ? "review.quality_poor" : "review.quality_good", { quality: upload.quality }))),
    further);
}

export function decided(seen) {
  const made = seen.decision;
  if (!made) return null;
  const { shown, setting, complainant } = made.factors;
  return h("section", { class: "card stack" },
    h("h2", {}, t("review.decision")),
    h("p", {}, h("span", { class: `badge ${made.outcome === "not_violating" ? "success" : "danger"}` }, t(`review.outcome.${made.outcome}`)), " ",
      h("span", { class: "small muted" }, moment(made.at), " · ", t(made.by_you ? "review.by_you" : "review.by_other"))),
    h("dl", { class: "facts" },
      fact("shown", shown.map((one) => t(`review.shown.${one}`)).join(", ")),
      fact("setting", t(`review.setting.${setting}`)),
      fact("complainant", t(`review.complainant.${complainant}`))),
    made.manifestly_unfounded && h("p", {}, t("review.unfounded")),
    h("blockquote", {}, data(made.reasons)));
}

export function history(seen, me) {
  return h("section", { class: "card stack" }, h("h2", {}, t("review.history")),
    h("dl", { class: "facts" },
      fact("opened", moment(seen.opened_at)),
      fact("due", seen.deadline ? moment(seen.deadline) : t("review.no_deadline")),
      fact("entries", t("review.entries_count", { count: seen.entries.length })),
      fact("banked", t("review.entries_count", { count: seen.banked.length })),
      fact("part", t(seen.you_took_part ? "review.you_took_part" : "review.you_took_no_part"))),
    me.senior && h("p", {}, h("a", { href: `#/audit/${seen.case_id}` }, t("review.audit_open"))));
}

function fact(name, value) {
  return [h("dt", {}, t(`review.fact.${name}`)), h("dd", {}, value)];
}
