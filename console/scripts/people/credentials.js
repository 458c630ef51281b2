// Case number and secret, shown once, with ways to save them.
import { data, h, replace } from "../dom.js";
import { helpLines } from "../report_form.js";
import { announce } from "../shell.js";
import { t } from "../strings.js";

/** credentials: {case_number, secret}. */
export function credentialsCard(credentials) {
  const said = h("p", { class: "hint" });
  const say = (text) => {
    replace(said, text);
    announce(text);
  };
  return h("section", { class: "card stack credentials" },
    h("h2", {}, t("credentials.h")),
    h("p", {}, t("credentials.what")),
    h("dl", {},
      h("dt", {}, t("credentials.number")), h("dd", {}, code(credentials.case_number)),
      h("dt", {}, t("credentials.secret")), h("dd", {}, code(credentials.secret))),
    h("div", { class: "row no-print" },
      h("button", { type: "button", class: "primary", on: { click: () => copy(credentials, say) } }, t("credentials.copy")),
      h("button", { type: "button", on: { click: () => save(credentials) } }, t("credentials.save")),
      h("button", { type: "button", on: { click: () => print() } }, t("credentials.print"))),
    said,
    h("p", { class: "hint" }, t("credentials.care")));
}

function code(text) {
  return data(text, { class: "credential", dir: "ltr" });
}

async function copy(credentials, say) {
  try {
    await navigator.clipboard.writeText(await textOf(credentials));
    say(t("credentials.copied"));
  } catch {
    say(t("credentials.copy.failed"));
  }
}

/** Save as a file whose name reveals nothing. */
async function save(credentials) {
  const url = URL.createObjectURL(new Blob([await textOf(credentials)], { type: "text/plain" }));
  h("a", { href: url, download: t("credentials.file") }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

async function textOf(credentials) {
  const lines = await helpLines();
  return [
    `${t("credentials.number")}: ${credentials.case_number}`,
    `${t("credentials.secret")}: ${credentials.secret}`,
    new URL("status.html", location.href).href,
    "",
    ...lines.map((line) => [line.name, line.phone_text || line.phone, line.url].filter(Boolean).join(", ")),
    "",
  ].join("\n");
}
