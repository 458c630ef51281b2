// A case number and its secret, shown once, with ways to keep them.
import { data, h, replace } from "../dom.js";
import { helpLines } from "../report_form.js";
import { announce } from "../shell.js";
import { t } from "../strings.js";

/** kept: {case_number, secret}. */
export function keepsake(kept) {
  const said = h("p", { class: "hint" });
  const say = (text) => {
    replace(said, text);
    announce(text);
  };
  return h("section", { class: "card stack keep" },
    h("h2", {}, t("keepsake.h")),
    h("p", {}, t("keepsake.what")),
    h("dl", {},
      h("dt", {}, t("keepsake.number")), h("dd", {}, code(kept.case_number)),
      h("dt", {}, t("keepsake.secret")), h("dd", {}, code(kept.secret))),
    h("div", { class: "row no-print" },
      h("button", { type: "button", class: "primary", on: { click: () => copy(kept, say) } }, t("keepsake.copy")),
      h("button", { type: "button", on: { click: () => save(kept) } }, t("keepsake.save")),
      h("button", { type: "button", on: { click: () => print() } }, t("keepsake.print"))),
    said,
    h("p", { class: "hint" }, t("keepsake.care")));
}

function code(text) {
  return data(text, { class: "keepsake", dir: "ltr" });
}

async function copy(kept, say) {
  try {
    await navigator.clipboard.writeText(await textOf(kept));
    say(t("keepsake.copied"));
  } catch {
    say(t("keepsake.copy.failed"));
  }
}

/** As a file with a name that says nothing. */
async function save(kept) {
  const url = URL.createObjectURL(new Blob([await textOf(kept)], { type: "text/plain" }));
  h("a", { href: url, download: t("keepsake.file") }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

async function textOf(kept) {
  const lines = await helpLines();
  return [
    `${t("keepsake.number")}: ${kept.case_number}`,
    `${t("keepsake.secret")}: ${kept.secret}`,
    new URL("status.html", location.href).href,
    "",
    ...lines.map((line) => [line.name, line.phone_text || line.phone, line.url].filter(Boolean).join(", ")),
    "",
  ].join("\n");
}
