// How much somebody has seen since their last break. Counted in this tab, told to nobody.
import { h } from "../dom.js";
import { keep, kept } from "../kept.js";
import { number, t } from "../strings.js";
import { notice } from "../shell.js";

const MOST_LOOKS = 20;
const MOST_MINUTES = 50;
/** Away so long (nobody touched the page) is a break, too. */
const BREAK_MINUTES = 10;

const listeners = new Set();

function state() {
  const now = Date.now();
  const found = kept("exposure") ?? { looks: 0, seconds: 0, since: now, last: now, later: 0 };
  if (now - found.last > BREAK_MINUTES * 60_000) return { looks: 0, seconds: 0, since: now, last: now, later: 0 };
  return found;
}

/** One sharp look of so many seconds. */
export function looked(seconds) {
  const before = state();
  keep("exposure", { ...before, looks: before.looks + 1, seconds: before.seconds + seconds, last: Date.now() });
  tell();
}

export function onExposure(listener) {
  listeners.add(listener);
  listener();
}

function tell() {
  for (const listener of listeners) listener();
}

/** A break ends what was counted. */
export function tookABreak() {
  keep("exposure", null);
  tell();
}

/** In a line: looks, seconds; null before the first. */
export function exposureLine() {
  const { looks, seconds } = state();
  if (looks === 0) return null;
  return t("review.exposure", { count: looks, seconds: number(Math.round(seconds)) });
}

/** A suggestion, when it is time for one; else null. pause: what shows the break. */
export function breakSuggestion(pause) {
  const { looks, since, later } = state();
  const minutes = (Date.now() - since) / 60_000;
  const due = looks >= MOST_LOOKS || (looks > 0 && minutes >= MOST_MINUTES);
  if (!due || looks < later) return null;
  return notice("warning", t("review.break_due"),
    h("p", {}, t("review.break_why", { count: looks, minutes: Math.round(minutes) })),
    h("div", { class: "row" },
      h("button", { type: "button", on: { click: pause } }, t("review.break_take")),
      h("button", { type: "button", class: "quiet", on: { click: putOff } }, t("review.break_later"))));
}

function putOff() {
  const before = state();
  keep("exposure", { ...before, later: before.looks + 5 });
  tell();
}
