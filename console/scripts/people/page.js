// The frame of the public pages: neutral titles, one column, and a way to leave at once.
import { config } from "../config.js";
import { h, icon } from "../dom.js";
import { layOutPage } from "../shell.js";
import { t } from "../strings.js";

const TITLES = {
  index: "common.title",
  form: "people.title.form",
  status: "people.title.status",
  notice: "people.title.notice",
};
/** Text above the help lines for pages whose reader is not the person shown. */
const HELP_LEADS = { notice: "notice.help_lead" };
const IN_NAVIGATION = ["form", "status"];
const TWICE_MS = 1500;

let leaveUrl;
let left = false;
let going = false;

/** Lay out a page of TITLES. Return its empty `main`, already in the document. */
export async function layOutPublicPage(page, ...areas) {
  leaveUrl = (await config()).leave_url;
  const { main, nav } = await layOutPage({
    areas: ["people", ...areas],
    title: TITLES[page],
    brand: TITLES.index,
    narrow: true,
    helpLead: HELP_LEADS[page],
  });
  nav.append(...IN_NAVIGATION.map((one) => h("a", {
    href: `${one}.html`,
    "aria-current": one === page ? "page" : undefined,
    on: { click: followWithoutHistory },
  }, t(TITLES[one]))));
  document.querySelector(".brand").addEventListener("click", followWithoutHistory);
  document.body.append(leaveButton());
  onEscapeTwice(leave);
  return main;
}

/** Follow a link to another public page, replacing this one in the history. So after "Leave now", the Back
 * button does not lead to these pages. */
export function followWithoutHistory(event) {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  replacePage(event.currentTarget.href);
}

/** Open an everyday page, and remove this one from the history as far as a page can. */
export function leave() {
  left = true;
  document.documentElement.replaceChildren(document.head);
  replacePage(leaveUrl);
}

// The browser can restore a page from its cache on Back.
addEventListener("pageshow", (event) => {
  if (event.persisted && left) location.replace(leaveUrl);
});

/** Return whether this page is being left: then a step back in the history is not a step in a form. */
export function isLeaving() {
  return going;
}

function replacePage(url) {
  going = true;
  if (!history.state?.within) return location.replace(url);
  // A form step has its own entry above the page: go back first, then replace the page.
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
