// What the pages for people have in common: neutral words at the top, one column, and a way to leave at once.
import { config } from "../config.js";
import { h, icon } from "../dom.js";
import { layOut } from "../shell.js";
import { t } from "../strings.js";

const TITLES = {
  index: "common.title",
  form: "people.title.form",
  status: "people.title.status",
  notice: "people.title.notice",
};
/** Above the help lines, where it is not the person shown who reads. */
const HELP_LEADS = { notice: "notice.help_lead" };
const IN_NAVIGATION = ["form", "status"];
const TWICE_MS = 1500;

let elsewhere;
let left = false;
let going = false;

/** Lay out one of TITLES. Returns `main`, empty and in the document already. */
export async function layOutForPeople(page, ...areas) {
  elsewhere = (await config()).leave_url;
  const { main, nav } = await layOut({
    areas: ["people", ...areas],
    title: TITLES[page],
    brand: TITLES.index,
    narrow: true,
    helpLead: HELP_LEADS[page],
  });
  nav.append(...IN_NAVIGATION.map((one) => h("a", {
    href: `${one}.html`,
    "aria-current": one === page ? "page" : undefined,
    on: { click: withoutTrace },
  }, t(TITLES[one]))));
  document.querySelector(".brand").addEventListener("click", withoutTrace);
  document.body.append(leaveButton());
  onEscapeTwice(leave);
  return main;
}

/** A link to another of these pages: it takes the place of this one in the history, so that whoever leaves
 * at once does not have these pages behind the Back button. */
export function withoutTrace(event) {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  goInstead(event.currentTarget.href);
}

/** To an everyday page, with nothing of this one behind it as far as a page can see to that. */
export function leave() {
  left = true;
  document.documentElement.replaceChildren(document.head);
  goInstead(elsewhere);
}

// A browser may keep a page as it was and show it again on Back.
addEventListener("pageshow", (event) => {
  if (event.persisted && left) location.replace(elsewhere);
});

/** Whether this page is about to go: a step back in the history is then none in a form. */
export function isGoing() {
  return going;
}

function goInstead(url) {
  going = true;
  if (!history.state?.within) return location.replace(url);
  // A step of a form lies above the page itself: that one is to be replaced.
  addEventListener("popstate", () => location.replace(url), { once: true });
  history.back();
  setTimeout(() => location.replace(url), 300);
}

function leaveButton() {
  return h("div", { class: "leave" }, h("button", {
    type: "button",
    title: t("people.leave.hint"),
    "aria-keyshortcuts": "Escape Escape",
    on: { click: leave },
  }, icon("leave"), t("people.leave")));
}

function onEscapeTwice(act) {
  let last = -Infinity;
  addEventListener("keydown", (event) => {
    const again = event.key === "Escape" && event.timeStamp - last < TWICE_MS;
    last = event.key === "Escape" ? event.timeStamp : -Infinity;
    if (again) act();
  }, true);
}
