// A case: its images, matches, reports, and the decision.
import { newKey, Problem } from "../api.js";
import { append, h, icon, replace } from "../dom.js";
import { announce, notice, problemNotice } from "../shell.js";
import { moment, t, tn } from "../strings.js";
import { confirmed } from "../confirm_dialog.js";
import { uploadSection, decisionSection, historySection, noImageNotice, pictures, reportsSection } from "./case_parts.js";
import { deadline } from "./clock.js";
import { loadTemplates, decisionForm } from "./decision.js";
import { preservationSection } from "./preservation.js";
import { notesSection } from "./notes.js";
import { pendingIds } from "./pending.js";
import { caseName, shortName } from "./queue.js";
import { call } from "./session.js";
import { shortcutButton, setPageShortcuts } from "./shortcuts.js";

const REFRESH_MS = 30_000;
const RENEW_MS = 5 * 60_000;
const UNDECIDED = ["open", "needs_information"];
/** Problems that take the case away from this reviewer. Each further request would be recorded as a refused view. */
const LOST_ACCESS = ["case-locked", "not-allowed", "conflict-of-interest"];

export async function show(place, [caseId], context) {
  const path = `/v1/review/cases/${encodeURIComponent(caseId)}`;
  const [first, templates] = await Promise.all([call("GET", path), loadTemplates(context.me)]);
  let found = first;
  const changed = h("div", {});
  const title = h("h1", {}, tn("review.case", { case: caseName(caseId) }));
  const facts = h("div", { class: "case-bar row" });
  const body = h("div", { class: "case" });
  const notes = notesSection(path, updateSidebar);
  const writing = ["w", "review.note", () => notes.write()];
  let seenPictures = null;
  append(place, h("div", { class: "case-head" }, title, facts), changed, body);
  const timer = setInterval(refresh, REFRESH_MS);
  fill();
  addEventListener("decision-sent", sent);
  return () => {
    clearInterval(timer);
    removeEventListener("decision-sent", sent);
  };

  function fill() {
    const seen = found.body;
    // Every request for a locked case is recorded under the name of this reviewer.
    if (seen.state === "locked") clearInterval(timer);
    const typing = notes.element.contains(document.activeElement) && document.activeElement;
    replace(changed);
    replace(facts, head(seen));
    const undecided = UNDECIDED.includes(seen.state);
    const mine = undecided && seen.claimed_by_you;
    if (undecided && !mine) seenPictures = null;
    const looks = mine || (!undecided && seen.state !== "locked" && (seen.appeal_id || context.me.senior));
    const waits = pendingIds().includes(caseId);
    notes.show(seen.notes);
    setPageShortcuts([...(!mine && undecided ? [["c", "review.claim.do", claim]] : []), writing]);
    const pictured = looks && seen.uploads.length ? shown(seen) : null;
    replace(body,
      h("div", { class: "stack" },
        looks ? pictured?.element ?? noImageNotice(seen) : closed(seen, undecided),
        seen.uploads.map((upload, index) => uploadSection(seen, upload, index, looks, { further: mine && !waits && seen.uploads.length > 1 && another(upload, index) })),
        reportsSection(seen, async (from) => (await call("GET", path, { query: { reports_from: from } })).body)),
      h("div", { class: "stack" },
        mine && !waits && decisionForm({ found, templates, label: shortName(caseId), done: decidedHere, onwards: context.next, keys: [...(pictured ? [["h", "review.picture.hold_focus", () => pictured.hold().focus()]] : []), writing] }),
        mine && waits && notice("info", t("review.pending.this"), h("p", {}, t("review.pending.this_what"))),
        mine && !waits && h("p", {}, h("button", { type: "button", class: "quiet", on: { click: () => context.aside(caseId) } }, t("review.aside")), " ",
          h("button", { type: "button", class: "quiet", on: { click: recuse } }, t("review.conflict"))),
        decisionSection(seen),
        seen.second_opinion && notice(seen.second_opinion === "differs" ? "warning" : "info", t(`review.opinion_state.${seen.second_opinion}`)),
        seen.appeal_id && notice("warning", t("review.appeal_waits"), h("p", {}, h("a", { href: `#/appeals/${seen.appeal_id}` }, t("review.appeal_open")))),
        notes.element,
        context.me.senior && preservationSection(seen, path, reload),
        historySection(seen, context.me)));
    // If a decision is sent while a note is typed, the next keys belong to the note, not to shortcuts.
    if (typing) typing.focus({ preventScroll: true });
  }

  async function reload() {
    found = await call("GET", path);
    fill();
    body.querySelector(".preservation h2").focus();
  }

  /** Update notes and other readers only: they do not change the case. */
  function updateSidebar({ notes: written, others_reading: others }) {
    found = { ...found, body: { ...found.body, notes: written, others_reading: others } };
    notes.show(written);
    replace(facts, head(found.body));
  }

  /** Go to the top of the page, which says that the decision is not sent yet. */
  function decidedHere() {
    fill();
    scrollTo(0, 0);
    title.focus();
  }

  /** Create the images once: each time counts as a view. */
  function shown(seen) {
    const of = seen.uploads.map((upload) => upload.upload_id).join();
    if (seenPictures?.of !== of) seenPictures = { of, ...pictures(seen) };
    return seenPictures;
  }

  function head(seen) {
    const until = seen.claimed_until && moment(seen.claimed_until, { timeStyle: "short" });
    return [
      UNDECIDED.includes(seen.state) && deadline(seen.deadline),
      h("span", { class: "badge" }, t(`review.state.${seen.state}`)),
      h("span", { class: "badge" }, t(`review.origin.${seen.origin}`)),
      until && h("span", { class: `badge ${seen.claimed_by_you ? "accent" : "warning"}` }, icon(seen.claimed_by_you ? "person" : "lock"),
        t(seen.claimed_by_you ? "review.claim.yours_until" : "review.claim.others_until", { time: until })),
      seen.others_reading.length > 0 && h("span", { class: "badge others" }, icon("eye"),
        h("span", {}, tn("review.others_reading", { reviewers: seen.others_reading.map((one, index) => [index > 0 && ", ", caseName(one.reviewer)]) }))),
    ];
  }

  /** Say why no image is shown, and what to do. */
  function closed(seen, undecided) {
    if (seen.state === "locked") return notice("danger", t("problem.case-locked"), h("p", {}, t("problem.case-locked.do")));
    if (!undecided) return notice("info", t("review.look_decided"));
    if (seen.claimed_until && !seen.claimed_by_you) return notice("warning", t("problem.claimed-by-another"), h("p", {}, t("problem.claimed-by-another.do")));
    return h("div", { class: "card stack" }, h("p", {}, t("review.claim.first")), h("p", {}, shortcutButton("c", { class: "primary", on: { click: claim } }, t("review.claim.do"))));
  }

  async function claim() {
    try {
      found = await call("POST", `${path}/claim`);
      fill();
      title.focus();
    } catch (error) {
      await refused(error, claim);
    }
  }

  /** Recuse the reviewer from the case. This can't be undone. */
  async function recuse() {
    const sure = await confirmed({ title: t("review.conflict"), text: t("review.conflict_what"), yes: t("review.conflict_go"), no: t("review.cancel") });
    if (!sure) return;
    try {
      await call("POST", `${path}/conflict`, { key: newKey() });
      announce(t("review.conflict_done"));
      context.next();
    } catch (error) {
      await refused(error);
    }
  }

  /** Offer to split the case: similar images of two people can end up in one case. */
  function another(upload, index) {
    return h("p", {}, h("button", { type: "button", class: "small", on: { click: () => splitCase(upload, index) } }, t("review.another", { number: index + 1 })));
  }

  async function splitCase(upload, index) {
    const sure = await confirmed({ title: t("review.another", { number: index + 1 }), text: t("review.another_what"), yes: t("review.another_go"), no: t("review.cancel") });
    if (!sure) return;
    try {
      const { body: { case: now, separated }, etag } = await call("POST", `${path}/separate`, { body: { upload_ids: [upload.upload_id] }, key: newKey(), ifMatch: found.etag });
      found = { body: now, etag };
      fill();
      const link = h("a", { href: `#/case/${separated}` }, tn("review.another_open", { case: caseName(separated) }));
      replace(changed, notice("success", t("review.another_done"), h("p", {}, link)));
      link.focus();
    } catch (error) {
      await refused(error);
    }
  }

  async function refused(error, retry) {
    if (!(error instanceof Problem)) throw error;
    found = await call("GET", path).catch(() => found);
    fill();
    replace(changed, problemNotice(error, { retry }));
  }

  /** Check for changes by others, and renew the claim of a reviewer who is at work. */
  async function refresh() {
    if (document.hidden) return;
    try {
      const now = await call("GET", path);
      const mine = now.body.claimed_by_you && UNDECIDED.includes(now.body.state);
      if (mine && new Date(now.body.claimed_until) - Date.now() < RENEW_MS) await call("POST", `${path}/claim`);
      updateSidebar(now.body);
      const same = now.body.revision === found.body.revision && now.body.claimed_by_you === found.body.claimed_by_you;
      if (same) return;
      replace(changed, notice("warning", t("review.changed"), h("p", {}, h("button", { type: "button", on: { click: () => { found = now; fill(); title.focus(); } } }, t("review.read_again")))));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (LOST_ACCESS.includes(error.slug)) clearCase(error);
    }
  }

  /** Clear the page: the case was locked, or this reviewer may no longer see it. */
  function clearCase(problem) {
    clearInterval(timer);
    seenPictures = null;
    setPageShortcuts([]);
    replace(changed);
    replace(facts);
    replace(body, problemNotice(problem));
  }

  function sent(event) {
    if (event.detail.about !== caseId) return;
    // Use the answer: reading a case that is now locked would be recorded.
    found = event.detail.answer;
    fill();
  }
}
