// A case: its pictures, what they met, who says what, and the decision.
import { newKey, Problem } from "../api.js";
import { append, h, icon, replace } from "../dom.js";
import { announce, notice, problemNotice } from "../shell.js";
import { moment, t } from "../strings.js";
import { asked } from "./asking.js";
import { about, decided, history, noPicture, pictures, reports } from "./case_parts.js";
import { deadline } from "./clock.js";
import { allTemplates, decisionForm } from "./decision.js";
import { keeping } from "./keeping.js";
import { notesOf } from "./notes.js";
import { pendingAbout } from "./pending.js";
import { caseName, shortName } from "./queue.js";
import { call } from "./session.js";
import { keyed, ofThisPage } from "./shortcuts.js";

const LOOK_AGAIN_MS = 30_000;
const RENEW_MS = 5 * 60_000;
const UNDECIDED = ["open", "needs_information"];
/** Answers after which the case is nothing to this reviewer any more; each further look would be on record. */
const CLOSED = ["case-locked", "not-allowed", "conflict-of-interest"];

export async function show(place, [caseId], context) {
  const path = `/v1/review/cases/${encodeURIComponent(caseId)}`;
  const [first, templates] = await Promise.all([call("GET", path), allTemplates(context.me)]);
  let found = first;
  const changed = h("div", {});
  const title = h("h1", {}, t("review.case"), " ", caseName(caseId));
  const facts = h("div", { class: "case-bar row" });
  const body = h("div", { class: "case" });
  const notes = notesOf(path, besides);
  const writing = ["w", "review.note", () => notes.write()];
  let seenPictures = null;
  append(place, h("div", { class: "case-head" }, title, facts), changed, body);
  const timer = setInterval(lookAgain, LOOK_AGAIN_MS);
  fill();
  addEventListener("decision-sent", sent);
  return () => {
    clearInterval(timer);
    removeEventListener("decision-sent", sent);
  };

  function fill() {
    const seen = found.body;
    // Every look at a locked case is on record, in the name of whoever left the page open.
    if (seen.state === "locked") clearInterval(timer);
    const typing = notes.element.contains(document.activeElement) && document.activeElement;
    replace(changed);
    replace(facts, head(seen));
    const undecided = UNDECIDED.includes(seen.state);
    const mine = undecided && seen.claimed_by_you;
    if (undecided && !mine) seenPictures = null;
    const looks = mine || (!undecided && seen.state !== "locked" && (seen.appeal_id || context.me.senior));
    const waits = pendingAbout().includes(caseId);
    notes.show(seen.notes);
    ofThisPage([...(!mine && undecided ? [["c", "review.claim.do", claim]] : []), writing]);
    const pictured = looks && seen.uploads.length ? shown(seen) : null;
    replace(body,
      h("div", { class: "stack" },
        looks ? pictured?.element ?? noPicture(seen) : closed(seen, undecided),
        seen.uploads.map((upload, index) => about(seen, upload, index, looks, { further: mine && !waits && seen.uploads.length > 1 && another(upload, index) })),
        reports(seen, async (from) => (await call("GET", path, { query: { reports_from: from } })).body)),
      h("div", { class: "stack" },
        mine && !waits && decisionForm({ found, templates, label: shortName(caseId), done: decidedHere, onwards: context.next, keys: [...(pictured ? [["h", "review.picture.hold_focus", () => pictured.hold().focus()]] : []), writing] }),
        mine && waits && notice("info", t("review.pending.this"), h("p", {}, t("review.pending.this_what"))),
        mine && !waits && h("p", {}, h("button", { type: "button", class: "quiet", on: { click: () => context.aside(caseId) } }, t("review.aside")), " ",
          h("button", { type: "button", class: "quiet", on: { click: conflict } }, t("review.conflict"))),
        decided(seen),
        seen.second_opinion && notice(seen.second_opinion === "differs" ? "warning" : "info", t(`review.opinion_state.${seen.second_opinion}`)),
        seen.appeal_id && notice("warning", t("review.appeal_waits"), h("p", {}, h("a", { href: `#/appeals/${seen.appeal_id}` }, t("review.appeal_open")))),
        notes.element,
        context.me.senior && keeping(seen, path, readAgain),
        history(seen, context.me)));
    // A decision goes out while a note is written: the next letters are the note's, and no shortcuts.
    if (typing) typing.focus({ preventScroll: true });
  }

  async function readAgain() {
    found = await call("GET", path);
    fill();
    body.querySelector(".keeping h2").focus();
  }

  /** What others write and who they are changes nothing about the case: the rest of the page stays as it is. */
  function besides({ notes: written, others_reading: others }) {
    found = { ...found, body: { ...found.body, notes: written, others_reading: others } };
    notes.show(written);
    replace(facts, head(found.body));
  }

  /** Back to the head of the page, where it says that it is not sent yet. */
  function decidedHere() {
    fill();
    scrollTo(0, 0);
    title.focus();
  }

  /** Made once: making it again would be another look. */
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
        h("span", {}, t("review.others_reading"), " ", seen.others_reading.map((one, index) => [index > 0 && ", ", caseName(one.reviewer)]))),
    ];
  }

  /** Why there is no picture, and what to do about it. */
  function closed(seen, undecided) {
    if (seen.state === "locked") return notice("danger", t("problem.case-locked"), h("p", {}, t("problem.case-locked.do")));
    if (!undecided) return notice("info", t("review.look_decided"));
    if (seen.claimed_until && !seen.claimed_by_you) return notice("warning", t("problem.claimed-by-another"), h("p", {}, t("problem.claimed-by-another.do")));
    return h("div", { class: "card stack" }, h("p", {}, t("review.claim.first")), h("p", {}, keyed("c", { class: "primary", on: { click: claim } }, t("review.claim.do"))));
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

  /** Somebody who knows who is shown, or whose account it is, judges nothing here; there is no way back. */
  async function conflict() {
    const sure = await asked(t("review.conflict"), t("review.conflict_what"), t("review.conflict_go"));
    if (!sure) return;
    try {
      await call("POST", `${path}/conflict`, { key: newKey() });
      announce(t("review.conflict_done"));
      context.next();
    } catch (error) {
      await refused(error);
    }
  }

  /** A way out for two people's pictures that came into one case because they are near each other. */
  function another(upload, index) {
    return h("p", {}, h("button", { type: "button", class: "small", on: { click: () => takeOut(upload, index) } }, t("review.another", { number: index + 1 })));
  }

  async function takeOut(upload, index) {
    const sure = await asked(t("review.another", { number: index + 1 }), t("review.another_what"), t("review.another_go"));
    if (!sure) return;
    try {
      const { body: { case: now, separated }, etag } = await call("POST", `${path}/separate`, { body: { upload_ids: [upload.upload_id] }, key: newKey(), ifMatch: found.etag });
      found = { body: now, etag };
      fill();
      const link = h("a", { href: `#/case/${separated}` }, t("review.another_open"), " ", caseName(separated));
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

  /** Somebody else may have added to it, decided it, or taken it over; the claim is renewed while one works. */
  async function lookAgain() {
    if (document.hidden) return;
    try {
      const now = await call("GET", path);
      const mine = now.body.claimed_by_you && UNDECIDED.includes(now.body.state);
      if (mine && new Date(now.body.claimed_until) - Date.now() < RENEW_MS) await call("POST", `${path}/claim`);
      besides(now.body);
      const same = now.body.revision === found.body.revision && now.body.claimed_by_you === found.body.claimed_by_you;
      if (same) return;
      replace(changed, notice("warning", t("review.changed"), h("p", {}, h("button", { type: "button", on: { click: () => { found = now; fill(); title.focus(); } } }, t("review.read_again")))));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (CLOSED.includes(error.slug)) takeAway(error);
    }
  }

  /** Somebody locked it, or it is for others now: nothing of it stays on the screen. */
  function takeAway(problem) {
    clearInterval(timer);
    seenPictures = null;
    ofThisPage([]);
    replace(changed);
    replace(facts);
    replace(body, problemNotice(problem));
  }

  function sent(event) {
    if (event.detail.about !== caseId) return;
    // As it was answered: a case that is locked now is not to be read again.
    found = event.detail.answer;
    fill();
  }
}
