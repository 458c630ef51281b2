// The frame of every page: skip link, header, help lines, and a live region for screen readers.
import { config } from "./config.js";
import { data, h, icon, replace } from "./dom.js";
import { helpLines, loadReportForm } from "./report_form.js";
import { loadStrings, t } from "./strings.js";

let liveRegion;

/**
 * Lay out the page. areas: catalogues besides `common`. title: key of the document title. brand: key of the
 * first link in the header. home: target of that link. controls: returns further elements of the header.
 * helpLead: key of the text above the help lines.
 * Return {main, nav, config}. `main` is empty, and already in the document.
 */
export async function layOutPage({
  areas = [], title, brand = title, home = "index.html", narrow = false, controls = () => [], helpLead = "common.help_lead",
}) {
  const [settings] = await Promise.all([config(), loadStrings("common", ...areas)]);
  document.title = t(title);
  const width = narrow ? "page narrow" : "page";
  const main = h("main", { id: "main", tabIndex: -1, class: width });
  const nav = h("nav", { class: "site-nav", "aria-label": t("common.nav") });
  const help = h("section", { "aria-label": t("common.help") });
  const showHelp = async () => replace(help, h("p", {}, t(helpLead)), h("ul", {}, (await helpLines()).map(helpLine)));
  await showHelp();
  liveRegion = h("p", { class: "visually-hidden", role: "status" });
  document.body.replaceChildren(
    h("a", { class: "skip", href: "#main", on: { click: skipTo(main) } }, t("common.skip")),
    h("header", { class: "site-header" },
      h("div", { class: "page" }, h("a", { class: "brand", href: home }, t(brand)), nav, controls(), themeButton())),
    main,
    h("footer", { class: "site-footer" }, h("div", { class: width }, help)),
    liveRegion,
  );
  loadReportForm().then(showHelp);
  return { main, nav, config: settings };
}

/** Announce a change to screen readers. */
export function announce(text) {
  liveRegion.textContent = "";
  // The pause makes screen readers repeat an unchanged text.
  setTimeout(() => (liveRegion.textContent = text), 50);
}

/** Create a message. kind: info, success, warning or danger, shown by icon and text as well as colour. */
export function notice(kind, title, ...content) {
  const icons = { info: "info", success: "check", warning: "alert", danger: "stop" };
  const role = kind === "danger" ? "alert" : undefined;
  return h("div", { class: `notice ${kind}`, role },
    icon(icons[kind]), h("div", {}, title && h("p", { class: "label" }, title), content));
}

/** Show a Problem: what happened, what to do, and a button to try again if `retry` is given. */
export function problemNotice(problem, { retry } = {}) {
  const fields = (problem.fields ?? []).map((field) =>
    h("li", {}, data(`${field.pointer.replace(/^\//, "")}: ${field.detail}`)));
  return notice("danger", problem.title ?? t("problem.other"),
    problem.advice && h("p", problem.detail === problem.advice ? { translate: "no" } : {}, problem.advice),
    fields.length > 0 && h("ul", {}, fields),
    retry && h("p", {}, h("button", { type: "button", on: { click: retry } }, t("common.retry"))));
}

function themeButton() {
  const root = document.documentElement;
  const button = h("button", {
    type: "button",
    class: "quiet",
    on: {
      click() {
        sessionStorage.setItem("theme", root.dataset.theme === "dark" ? "light" : "dark");
        dispatchEvent(new Event("theme-chosen"));
        show();
      },
    },
  });
  function show() {
    const next = root.dataset.theme === "dark" ? "light" : "dark";
    replace(button, icon(next === "dark" ? "moon" : "sun"), t(`common.theme.${next}`));
  }
  show();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  return button;
}

function helpLine(line) {
  return h("li", {},
    h("a", { href: line.url, rel: "noreferrer" }, data(line.name)),
    line.phone && [" ", h("a", { href: `tel:${line.phone}` }, data(line.phone_text || line.phone, { dir: "ltr" }))],
    " ", h("span", {}, t(`common.help_for.${line.whom}`), ", ", placeOf(line.where)));
}

function placeOf(code) {
  if (code === "any") return t("common.help_anywhere");
  return data(new Intl.DisplayNames(document.documentElement.lang, { type: "region" }).of(code));
}

function skipTo(main) {
  return (event) => {
    event.preventDefault();
    main.focus();
  };
}
