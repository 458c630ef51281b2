// The reviewer console: one document, with a view for each route after the "#".
import { newKey, Problem } from "../api.js";
import { append, data, h, icon, replace } from "../dom.js";
import { store, stored } from "../tab_storage.js";
import { NotLoaded } from "../loading.js";
import { announce, layOutPage, notice, problemNotice } from "../shell.js";
import { t } from "../strings.js";
import "./icons.js";
import { breakSuggestion, exposureLine, onExposure, resetExposure } from "./exposure.js";
import { pendingIds, startPending, undoLast } from "./pending.js";
import { call, storeTokens, signOut, currentUser } from "./session.js";
import { addShortcut, shortcutButton, startShortcuts, setPageShortcuts, showShortcuts } from "./shortcuts.js";
import { signInForm } from "./sign_in.js";

/** Route -> its module, loaded on first use. */
const VIEWS = {
  queue: () => import("./queue.js"),
  case: () => import("./case.js"),
  appeals: () => import("./appeals.js"),
  account: () => import("./account.js"),
  audit: () => import("./audit.js"),
  bank: () => import("./bank.js"),
  metrics: () => import("./metrics.js"),
  locked: () => import("./case_list.js").then((lists) => lists.locked),
  opinions: () => import("./opinions.js"),
  erasures: () => import("./case_list.js").then((lists) => lists.erasures),
  misuse: () => import("./misuse.js"),
};
/** Route, text key, and who may open it. */
const NAV = [
  ["queue", "review.nav.queue", (me) => me.reviews],
  ["appeals", "review.nav.appeals", (me) => me.reviews],
  ["opinions", "review.nav.opinions", (me) => me.reviews],
  ["locked", "review.nav.locked", (me) => me.childSafety],
  ["misuse", "review.nav.misuse", (me) => me.reviews],
  ["account", "review.nav.account", (me) => me.senior],
  ["bank", "review.nav.bank", (me) => me.senior],
  ["audit", "review.nav.audit", (me) => me.senior || me.childSafety],
  ["metrics", "review.nav.metrics", (me) => me.senior],
];

const { main, nav } = await layOutPage({ areas: ["review"], title: "review.title", home: "review.html", controls, helpLead: "review.help_lead" });
const view = h("div", { class: "view" });
let leave = () => {};
let shown = 0;
/** The default view. */
let first = "queue";

if (currentUser()) start();
else showSignIn();

function showSignIn() {
  const done = (tokens) => {
    storeTokens(tokens);
    start();
  };
  replace(main, h("div", { class: "card sign-in stack" }, h("h1", {}, t("sign_in.title")), h("p", { class: "muted" }, t("sign_in.lead")), signInForm({ done })));
  main.querySelector("input").focus();
}

function start() {
  const me = currentUser();
  const bar = h("section", { class: "pending", "aria-label": t("review.pending"), hidden: true });
  const exposure = h("div", { class: "exposure no-print" });
  const mine = NAV.filter(([, , may]) => may(me));
  first = mine[0]?.[0] ?? "queue";
  const links = mine.map(([name, text]) => h("a", { href: `#/${name}`, "data-view": name }, t(text)));
  replace(nav, links);
  document.querySelector(".signed-in").hidden = false;
  document.querySelector(".next").hidden = !me.reviews;
  document.querySelector(".signed-in .who").textContent = me.username;
  replace(main, exposure, view);
  document.body.append(bar);
  startPending(bar);
  onExposure(() => replace(exposure, breakSuggestion(() => (location.hash = "#/pause")), exposureLine() && h("p", { class: "small muted" }, exposureLine())));
  if (me.reviews) {
    addShortcut("n", "review.next", next);
    addShortcut("q", "review.nav.queue", () => (location.hash = "#/queue"));
    addShortcut("a", "review.nav.appeals", () => (location.hash = "#/appeals"));
    addShortcut("u", "review.pending.undo", undoLast);
  }
  addShortcut("?", "review.shortcuts", showShortcuts);
  startShortcuts();
  addEventListener("hashchange", go);
  go();
}

function controls() {
  return h("div", { class: "signed-in row", hidden: true },
    shortcutButton("n", { class: "primary next", on: { click: next } }, t("review.next")),
    h("button", { type: "button", class: "quiet for-keys", on: { click: showShortcuts } }, h("span", { class: "visually-hidden" }, t("review.shortcuts")), h("kbd", { "aria-hidden": "true" }, "?")),
    h("span", { class: "row who-row" }, icon("person"), data("", { class: "who" })),
    h("button", { type: "button", class: "quiet", on: { click: signOutOrWarn } }, t("sign_in.out")));
}

/** Claim the next case that is neither pending nor left to others, and show it. */
async function next() {
  const left = [...pendingIds(), ...(stored("aside") ?? [])].slice(-24);
  try {
    const { body } = await call("POST", "/v1/review/next", { query: { passing_over: left.join(",") } });
    const there = body.case ? `#/case/${body.case.case_id}` : "#/nothing";
    if (location.hash === there && body.case) showAlreadyNext();
    else location.hash = there;
  } catch (error) {
    show(error, next);
  }
}

/** Say that the open case is the next one: it stays claimed until it is decided or left to others. */
function showAlreadyNext() {
  view.querySelector(".this-is-it")?.remove();
  view.prepend(h("div", { class: "this-is-it" }, notice("info", t("review.next_is_this"), h("p", {}, t("review.next_is_this_what")))));
  announce(t("review.next_is_this"));
  scrollTo(0, 0);
}

async function go() {
  const [name = "", ...rest] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  const mine = ++shown;
  leave();
  leave = () => {};
  setPageShortcuts([]);
  for (const link of nav.querySelectorAll("a")) {
    if (link.dataset.view === (name || first)) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const place = h("div", { class: "stack" });
  try {
    if (name === "pause" || name === "nothing") quiet(place, name);
    else {
      const module = await (VIEWS[name] ?? VIEWS[first])().catch(() => {
        throw new NotLoaded(name);
      });
      if (mine !== shown) return;
      replace(view, h("p", { class: "muted", role: "status" }, t("review.loading")));
      const left = await module.show(place, rest, { me: currentUser(), next, aside });
      if (mine !== shown) {
        left?.();
        return;
      }
      leave = left ?? leave;
    }
    replace(view, place);
    const title = place.querySelector("h1");
    title.tabIndex = -1;
    title.focus();
    scrollTo(0, 0);
  } catch (error) {
    if (mine === shown) show(error, go);
  }
}

function show(thrown, retry) {
  const error = thrown instanceof NotLoaded ? new Problem("offline") : thrown;
  if (!(error instanceof Problem)) throw error;
  leave(); // stop the timers of the previous view
  leave = () => {};
  setPageShortcuts([]);
  // Retrying does not help without permission.
  replace(view, h("h1", {}, t("review.title")), problemNotice(error, { retry: error.status === 403 ? undefined : retry }));
}

/** Leave a case to others: its claim ends, and "next" in this tab skips it. */
async function aside(caseId) {
  try {
    await call("POST", `/v1/review/cases/${encodeURIComponent(caseId)}/leave`, { key: newKey() });
  } catch (error) {
    show(error, () => aside(caseId));
    return;
  }
  store("aside", [...(stored("aside") ?? []), caseId].slice(-20));
  next();
}

function quiet(place, name) {
  if (name === "pause") resetExposure();
  append(place, h("div", { class: "card quiet stack" },
    h("h1", {}, t(`review.quiet.${name}.title`)), h("p", {}, t(`review.quiet.${name}.text`)),
    h("p", {}, h("a", { class: "button", href: "#/queue" }, t(`review.quiet.${name}.go`)))));
}

function signOutOrWarn() {
  if (pendingIds().length === 0) {
    signOut();
    return;
  }
  const bar = document.querySelector(".pending");
  bar.querySelector("button").focus();
  bar.classList.add("first");
}
