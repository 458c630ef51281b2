// The parts of a case view.
import { append, data, h, icon, replace } from "../dom.js";
import { notice, problemNotice } from "../shell.js";
import { moment, t } from "../strings.js";
import { matchesSection } from "./matches.js";
import { picture } from "./picture.js";

/** Show one image at a time, so that nobody sees more than they ask for. appealed: ID of the appealed upload. */
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

/** Explain a case without an image: reported by hash, or by a link to another site. */
export function noImageNotice(seen) {
  const elsewhere = seen.reports.some((report) => report.addresses.length > 0);
  return notice("info", t(elsewhere ? "review.no_uploads_address" : "review.no_uploads"));
}

/** Show the reports. further: loads those after the first n. */
export function reportsSection(seen, further) {
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
      // Text, not a link: the owner of the site would see that a visitor came from here.
      report.addresses.length > 0 && [h("p", { class: "small" }, t("review.addresses")),
        h("ul", { class: "addresses small" }, report.addresses.map((one) => h("li", {}, data(one, { dir: "ltr" }))))],
      report.answers.length > 0 && h("dl", { class: "answers" },
        report.answers.map(({ question, answer }) => [h("dt", {}, data(question)), h("dd", {}, data(answer))])));
  }
}

/** Describe an upload. For a second opinion, its state is not known here. appealed: as above. further: actions. */
export function uploadSection(seen, upload, index, looks, { appealed, further } = {}) {
  const all = seen.uploads.length;
  const size = upload.width ? t("review.upload_size", { width: upload.width, height: upload.height, count: upload.frames }) : t("review.unknown");
  return h("section", { class: "card stack" },
    h("h2", {}, t("review.upload", { number: index + 1, all })),
    upload.upload_id === appealed && h("p", {}, h("span", { class: "badge warning" }, icon("alert"), t("review.appealed"))),
    matchesSection(seen.case_id, upload, looks),
    h("dl", { class: "facts" },
      upload.account_id && fact("account", h("a", { href: `#/account/${encodeURIComponent(upload.platform)}/${encodeURIComponent(upload.account_id)}` }, data(`${upload.platform} / ${upload.account_id}`))),
      fact("received", moment(upload.received_at)),
      upload.state && fact("state", t(`review.upload_state.${upload.state}`)),
      upload.state && fact("public", t(upload.was_published ? "review.was_public" : "review.never_public")),
      fact("size", size),
      fact("quality", upload.quality === null ? t("review.unknown") : t(upload.quality < 50 ? "review.quality_poor" : "review.quality_good", { quality: upload.quality }))),
    further);
}

export function decisionSection(seen) {
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

export function historySection(seen, me) {
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
