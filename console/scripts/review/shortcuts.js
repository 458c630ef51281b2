// One-key shortcuts: shown on their buttons, listed under "?", and easy to switch off (WCAG 2.1.4).
import { h, replace } from "../dom.js";
import { t } from "../strings.js";

const STORED = "staydown:shortcuts";
/** key -> {label, run}: for the current page, and for all pages. */
let ofPage = new Map();
const always = new Map();

export function shortcutsEnabled() {
  return localStorage.getItem(STORED) !== "off";
}

function choose(on) {
  localStorage.setItem(STORED, on ? "on" : "off");
  show();
}

function show() {
  document.documentElement.dataset.shortcuts = shortcutsEnabled() ? "on" : "off";
}

/** Add a shortcut for every page. label: key of its text. */
export function addShortcut(key, label, run) {
  always.set(key, { label, run });
}

/** Set the shortcuts of the current page, replacing those of the previous page. */
export function setPageShortcuts(entries) {
  ofPage = new Map(entries.map(([key, label, run]) => [key, { label, run }]));
}

/** Create a button that shows its key. */
export function shortcutButton(key, properties, ...children) {
  return h("button", { type: "button", "aria-keyshortcuts": spelled(key), ...properties },
    children, h("kbd", { class: "key", "aria-hidden": "true" }, spelled(key)));
}

function spelled(key) {
  return key.length === 1 && key !== key.toLowerCase() ? `Shift+${key}` : key.toUpperCase();
}

export function startShortcuts() {
  show();
  addEventListener("keydown", (event) => {
    if (!shortcutsEnabled() || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, dialog")) return;
    const found = ofPage.get(event.key) ?? always.get(event.key);
    if (!found) return;
    event.preventDefault();
    found.run();
  });
}

/** Show the list of shortcuts, and the switch. */
export function showShortcuts() {
  const dialog = h("dialog", { "aria-labelledby": "shortcuts-title", class: "stack", on: { close: () => dialog.remove() } });
  const rows = [...ofPage, ...always].map(([key, { label }]) =>
    h("tr", {}, h("td", {}, h("kbd", {}, spelled(key))), h("td", {}, t(label))));
  const state = h("input", { type: "checkbox", checked: shortcutsEnabled(), on: { change: () => choose(state.checked) } });
  replace(dialog,
    h("h2", { id: "shortcuts-title" }, t("review.shortcuts")),
    h("label", { class: "choice" }, state, t("review.shortcuts_on")),
    h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("review.shortcuts_key")), h("th", { scope: "col" }, t("review.shortcuts_does")))), h("tbody", {}, rows)),
    h("form", { method: "dialog" }, h("button", {}, t("review.close"))));
  document.body.append(dialog);
  dialog.showModal();
}
