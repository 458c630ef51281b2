// The case number and the secret, shown this once, with ways to keep them.
import { config } from "../config.js";
import { data, h, replace } from "../dom.js";
import { announce, notice } from "../shell.js";
import { moment, t } from "../strings.js";
import { withoutTrace } from "./page.js";
import { missingList } from "./missing.js";

/** filed: the answer to POST /v1/reports. */
export function filedView(filed) {
  const said = h("p", { class: "hint" });
  const say = (text) => {
    replace(said, text);
    announce(text);
  };
  return h("div", { class: "stack" },
    h("h1", { tabIndex: -1 }, t("filed.h")),
    h("section", { class: "card stack keep" },
      h("h2", {}, t("filed.keep.h")),
      h("p", {}, t("filed.keep")),
      h("dl", {},
        h("dt", {}, t("filed.number")), h("dd", {}, code(filed.case_number)),
        h("dt", {}, t("filed.secret")), h("dd", {}, code(filed.secret))),
      h("div", { class: "row no-print" },
        h("button", { type: "button", class: "primary", on: { click: () => copy(filed, say) } }, t("filed.copy")),
        h("button", { type: "button", on: { click: () => save(filed) } }, t("filed.save")),
        h("button", { type: "button", on: { click: () => print() } }, t("filed.print"))),
      said,
      h("p", { class: "hint" }, t("filed.care"))),
    filed.valid
      ? notice("success", "", h("p", {}, completeText(filed)))
      : notice("warning", "", h("p", {}, t("filed.incomplete")), missingList(filed.missing)),
    h("p", { class: "no-print" },
      h("a", { class: "button", href: "status.html", on: { click: withoutTrace } }, t("filed.follow"))));
}

/** Without a deadline where all that it names was decided before. */
function completeText({ deadline }) {
  return deadline ? t("filed.complete", { deadline: moment(deadline) }) : t("form.check.complete");
}

function code(text) {
  return data(text, { class: "keepsake", dir: "ltr" });
}

async function copy(filed, say) {
  try {
    await navigator.clipboard.writeText(await keepsake(filed));
    say(t("filed.copied"));
  } catch {
    say(t("filed.copy.failed"));
  }
}

/** As a file with a name that says nothing. */
async function save(filed) {
  const url = URL.createObjectURL(new Blob([await keepsake(filed)], { type: "text/plain" }));
  h("a", { href: url, download: t("filed.file") }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

async function keepsake(filed) {
  const { help_lines: lines } = await config();
  return [
    `${t("filed.number")}: ${filed.case_number}`,
    `${t("filed.secret")}: ${filed.secret}`,
    new URL("status.html", location.href).href,
    "",
    ...lines.map((line) => [line.name, line.phone_text, line.url].filter(Boolean).join(", ")),
    "",
  ].join("\n");
}
