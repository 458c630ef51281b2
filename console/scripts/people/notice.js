// What was decided about an account and why, opened by the link that its holder was given; and their appeal.
import { Problem, ask, newKey } from "../api.js";
import { data, h, replace } from "../dom.js";
import { notice, problemNotice } from "../shell.js";
import { moment, t } from "../strings.js";
import { errorSummary, showErrors, textField, why } from "./fields.js";
import { layOutForPeople } from "./page.js";
import { letter } from "./told.js";

const main = await layOutForPeople("notice", "notice");
// Behind the #, which no browser sends with a request, so that it is in nobody's log.
const token = location.hash.slice(1).trim();
const path = `/v1/notices/${encodeURIComponent(token)}`;
const typed = { statement: "", key: newKey() };

async function load() {
  if (!token) return refuse({ title: t("notice.none"), advice: t("notice.none.do") });
  try {
    show((await ask("GET", path)).body);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const wrong = ["not-found", "invalid-request", "gateway-404"].includes(error.slug);
    if (wrong) refuse({ title: t("notice.wrong"), advice: t("notice.wrong.do") });
    else refuse(error, load);
  }
}

function refuse(problem, retry) {
  replace(main, h("div", { class: "stack" },
    h("h1", { tabIndex: -1 }, t("notice.h")), problemNotice(problem, { retry })));
}

function show(followed, { said } = {}) {
  const heading = h("h1", { tabIndex: -1 }, t("notice.h"));
  replace(main, h("div", { class: "stack" },
    heading,
    said && notice("success", "", h("p", {}, said)),
    h("dl", { class: "facts" },
      h("dt", {}, t("notice.platform")), h("dd", {}, data(followed.platform)),
      h("dt", {}, t("notice.account")), h("dd", {}, data(followed.account_id))),
    followed.appeal && appealView(followed.appeal),
    followed.notices.toReversed().map(letter),
    followed.appealable_until && appealForm(followed)));
  if (said) heading.focus();
}

function appealView({ filed_at: filedAt, outcome, decided_at: decidedAt }) {
  const word = outcome ?? "waiting";
  return h("section", { class: "card stack" },
    h("h2", {}, t("appeal.h")),
    h("p", {}, t("appeal.filed", { at: moment(filedAt) })),
    h("p", {}, h("span", { class: `badge ${outcome === "upheld" ? "success" : ""}` }, t(`appeal.outcome.${word}`))),
    h("p", {}, t(`appeal.outcome.${word}.what`, { at: decidedAt ? moment(decidedAt) : "" })));
}

function appealForm(followed) {
  const said = h("div");
  const button = h("button", { class: "primary" }, t("appeal.send"));
  const form = h("form", { class: "card stack", noValidate: true, autocomplete: "off", on: { submit } },
    h("h2", {}, t("appeal.form.h")),
    h("p", {}, t("appeal.form.what")),
    h("p", {}, t("appeal.until", { at: moment(followed.appealable_until) })),
    errorSummary(), said,
    why(t("appeal.why")),
    textField({
      id: "statement",
      label: t("appeal.statement"),
      hint: t("appeal.statement.hint"),
      value: typed.statement,
      rows: 6,
      maxLength: 5000,
      onInput: (value) => Object.assign(typed, { statement: value, key: newKey() }),
    }),
    h("div", {}, button));

  async function submit(event) {
    event.preventDefault();
    const errors = typed.statement.trim() ? {} : { statement: t("appeal.statement.none") };
    showErrors(form, errors);
    if (errors.statement) return;
    button.disabled = true;
    try {
      await ask("POST", `${path}/appeal`, { body: { statement: typed.statement.trim() }, key: typed.key });
      typed.statement = "";
      show((await ask("GET", path)).body, { said: t("appeal.sent") });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      replace(said, problemNotice(error));
      said.scrollIntoView({ block: "nearest" });
    } finally {
      button.disabled = false;
    }
  }

  return form;
}

await load();
