// Decisions that are not sent yet. The call is made after 30 seconds or on "Send now". Until then nothing has
// changed on the server, so undoing means not sending.
//
// Closing the page sends nothing: the case returns to the queue when its claim expires. The browser asks before
// it closes the page. After a reload, pending decisions wait for "Send now" or "Undo"
// (docs/decisions/0027-review-page-storage-and-delayed-sending.md).
import { newKey, Problem } from "../api.js";
import { h, icon, replace } from "../dom.js";
import { store, stored } from "../tab_storage.js";
import { t } from "../strings.js";
import { announce } from "../shell.js";
import { call } from "./session.js";

const SECONDS = 30;
const SHOWN_MS = 8_000;

let items = (stored("pending") ?? []).map((item) => ({ ...item, due: null, problem: null, sending: false }));
let bar;

/** Return whether a problem means that nothing was done. After any other failure, it is unknown. */
const isRejection = ({ slug, status }) => status >= 400 && status < 500 && slug !== "still-running" && !slug.startsWith("gateway-");

/**
 * Send a call later. label: its text. about: ID of the case or appeal. back: the page to change it. blind: that
 * page does not show the result. draft: {name, value}, restored on undo. path, body, ifMatch: the call.
 */
export function sendLater({ label, about, back, blind = false, draft, path, body, ifMatch }) {
  items.push({ id: newKey(), key: newKey(), label, about, back, blind, draft, path, body, ifMatch, due: Date.now() + SECONDS * 1000 });
  changed();
  announce(t("review.pending.said", { what: label, seconds: SECONDS }));
}

/** Return the IDs of cases and appeals with a pending decision. */
export function pendingIds() {
  return items.filter((item) => !item.sent).map((item) => item.about);
}

/** Undo the last pending decision. Return false if there is none. */
export function undoLast() {
  const last = items.findLast((item) => !item.sent && !item.sending && !item.attempted);
  if (last) undo(last);
  return Boolean(last);
}

/** Start the bar at the bottom of the page, and its timer. */
export function startPending(element) {
  bar = element;
  changed();
  setInterval(tick, 250);
  addEventListener("signed-out", () => (items = []));
  addEventListener("beforeunload", (event) => {
    if (pendingIds().length) event.preventDefault();
  });
}

function tick() {
  for (const item of items) {
    if (item.due !== null && !item.sending && !item.sent && Date.now() >= item.due) send(item);
    else if (item.remaining) item.remaining.textContent = remaining(item);
  }
}

function remaining(item) {
  return t("review.pending.in", { count: Math.max(0, Math.ceil((item.due - Date.now()) / 1000)) });
}

async function send(item) {
  item.due = null;
  item.sending = true;
  // Store this before the call: after a reload or a lost answer, it may have been sent.
  item.attempted = true;
  item.problem = null;
  changed();
  try {
    const answer = await call("POST", item.path, { body: item.body, key: item.key, ifMatch: item.ifMatch });
    item.sent = true;
    announce(t("review.pending.sent", { what: item.label }));
    dispatchEvent(new CustomEvent("decision-sent", { detail: { about: item.about, answer } }));
    setTimeout(() => drop(item), SHOWN_MS);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    item.problem = error;
    item.attempted = !isRejection(error);
  } finally {
    item.sending = false;
    changed();
  }
}

function undo(item) {
  if (item.draft) store(item.draft.name, item.draft.value);
  drop(item);
  announce(t(item.problem ? "review.pending.taken_back" : "review.pending.undone", { what: item.label }));
  if (location.hash === item.back) dispatchEvent(new HashChangeEvent("hashchange"));
  else location.hash = item.back;
}

function drop(item) {
  items = items.filter((one) => one !== item);
  changed();
}

function changed() {
  const unsent = items.filter((item) => !item.sent);
  store("pending", unsent.length ? unsent.map(({ remaining: _, problem: __, ...item }) => item) : null);
  bar.hidden = items.length === 0;
  const focused = document.activeElement?.dataset.pending;
  replace(bar, h("ul", { "aria-label": t("review.pending") }, items.map(row)));
  if (focused) (bar.querySelector(`[data-pending="${focused}"]`) ?? bar.querySelector(`[data-pending="row-${focused.slice(focused.indexOf("-") + 1)}"]`))?.focus();
}

function row(item) {
  const what = h("span", { class: "what" }, item.label);
  // Its buttons disappear while it is sent, so the row takes the focus.
  const rest = { tabIndex: -1, "data-pending": `row-${item.id}` };
  const see = !item.blind && h("a", { href: item.back }, t("review.pending.see"));
  if (item.sent) return h("li", { class: "sent", ...rest }, icon("check"), what, see, h("span", {}, t("review.pending.done")));
  if (item.sending) return h("li", rest, icon("clock"), what, t("review.pending.sending"));
  const again = (words) => h("button", { type: "button", class: "small", "data-pending": `send-${item.id}`, on: { click: () => send(item) } }, t(words));
  if (item.attempted) return h("li", { class: "failed", ...rest }, icon("alert"), what, h("span", { role: "alert" }, [item.problem?.title, t("review.pending.unsure")].filter(Boolean).join(" ")), h("span", { class: "row" }, see, again("review.pending.again")));
  item.remaining = item.due === null ? null : h("span", { class: "figure" }, remaining(item));
  const held = item.problem ? [item.problem.title, item.problem.advice].join(" ") : t("review.pending.held");
  return h("li", { class: item.problem ? "failed" : "" },
    icon(item.problem ? "alert" : "clock"), what,
    item.remaining ?? h("span", { role: item.problem ? "alert" : undefined }, held),
    h("span", { class: "row" },
      h("button", { type: "button", class: "small", "data-pending": `undo-${item.id}`, on: { click: () => undo(item) } }, icon("undo"), t("review.pending.undo"),
        h("kbd", { class: "key", "aria-hidden": "true" }, "U")),
      again("review.pending.now")));
}
