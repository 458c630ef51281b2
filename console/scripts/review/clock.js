// Countdowns: one timer updates all deadlines on the page once a second.
import { h, icon, replace } from "../dom.js";
import { fromNow, moment, t } from "../strings.js";

const SOON_HOURS = 12;
const CLOSE_HOURS = 2;
const running = new Set();

setInterval(() => {
  for (const clock of running) {
    if (clock.element.isConnected) clock.tick();
    else if (clock.shown) running.delete(clock);
    clock.shown ||= clock.element.isConnected;
  }
}, 1000);

/** Create a badge with the time until the deadline. Text, icon and colour all show how near it is. */
export function deadline(iso) {
  if (!iso) return h("span", { class: "badge" }, icon("clock"), t("review.no_deadline"));
  const element = h("time", { dateTime: iso, title: moment(iso) });
  const clock = { element, shown: false, tick };
  let said = "";
  function tick() {
    const hours = (new Date(iso).getTime() - Date.now()) / 3_600_000;
    const late = hours <= 0;
    const words = t(late ? "review.deadline_passed" : "review.due", { when: fromNow(iso) });
    if (words === said) return;
    said = words;
    const grave = late || hours < CLOSE_HOURS ? "danger" : hours < SOON_HOURS ? "warning" : "accent";
    element.className = `badge figure ${grave}`;
    replace(element, icon(late ? "alert" : "clock"), words);
  }
  tick();
  running.add(clock);
  return element;
}
