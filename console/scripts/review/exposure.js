// How many sharp images a reviewer viewed since the last break. Counted in this tab only, never sent.
import { h } from "../dom.js";
import { store, stored } from "../tab_storage.js";
import { number, t } from "../strings.js";
import { notice } from "../shell.js";

const MOST_LOOKS = 20;
const MOST_MINUTES = 50;
/** Minutes without use of the page that count as a break. */
const BREAK_MINUTES = 10;

const listeners = new Set();

function state() {
  const now = Date.now();
  const found = stored("exposure") ?? { looks: 0, seconds: 0, since: now, last: now, later: 0 };
  if (now - found.last > BREAK_MINUTES * 60_000) return { looks: 0, seconds: 0, since: now, last: now, later: 0 };
  return found;
}

/** Count one sharp view of this many seconds. */
export function countSharpView(seconds) {
  const before = state();
  store("exposure", { ...before, looks: before.looks + 1, seconds: before.seconds + seconds, last: Date.now() });
  tell();
}

export function onExposure(listener) {
  listeners.add(listener);
  listener();
}

function tell() {
  for (const listener of listeners) listener();
}

/** Reset the count after a break. */
export function resetExposure() {
  store("exposure", null);
  tell();
}

/** Return the count as one line; null before the first view. */
export function exposureLine() {
  const { looks, seconds } = state();
  if (looks === 0) return null;
  return t("review.exposure", { count: looks, seconds: number(Math.round(seconds)) });
}

/** Return a suggestion when a break is due, else null. pause: opens the break view. */
export function breakSuggestion(pause) {
  const { looks, since, later } = state();
  const minutes = (Date.now() - since) / 60_000;
  const due = looks >= MOST_LOOKS || (looks > 0 && minutes >= MOST_MINUTES);
  if (!due || looks < later) return null;
  return notice("warning", t("review.break_due"),
    h("p", {}, t("review.break_why", { count: looks, minutes: Math.round(minutes) })),
    h("div", { class: "row" },
      h("button", { type: "button", on: { click: pause } }, t("review.break_take")),
      h("button", { type: "button", class: "quiet", on: { click: postpone } }, t("review.break_later"))));
}

function postpone() {
  const before = state();
  store("exposure", { ...before, later: before.looks + 5 });
  tell();
}
