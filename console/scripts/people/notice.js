// What was decided about an account and why, opened by the link that its holder was given; and their appeal.
import { Problem, ask } from "../api.js";
import { data, h, replace } from "../dom.js";
import { notice, problemNotice } from "../shell.js";
import { t } from "../strings.js";
import { appealForm, appealView } from "./appeal.js";
import { layOutForPeople } from "./page.js";
import { letter } from "./told.js";

const main = await layOutForPeople("notice", "notice", "appeal");
// Behind the #, which no browser sends with a request, so that it is in nobody's log.
const token = location.hash.slice(1).trim();
const path = `/v1/notices/${encodeURIComponent(token)}`;

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
    h("h1", { tabIndex: -1 }, t("people.title.notice")), problemNotice(problem, { retry })));
}

function show(followed, { said } = {}) {
  // An image was stopped, or the account alone blocked by hand.
  const by = followed.notices.some((one) => one.values.uploads) ? "poster" : "holder";
  const heading = h("h1", { tabIndex: -1 }, t(about(followed.notices)));
  replace(main, h("div", { class: "stack" },
    heading,
    said && notice("success", "", h("p", {}, said)),
    h("dl", { class: "facts" },
      h("dt", {}, t("notice.platform")), h("dd", {}, data(followed.platform)),
      h("dt", {}, t("notice.account")), h("dd", {}, data(followed.account_id))),
    followed.appeal && appealView(by, followed.appeal),
    followed.notices.toReversed().map(letter),
    followed.appealable_until && appealForm({ by, until: followed.appealable_until, typed: {}, send: appeal })));
  if (said) heading.focus();
}

/** Of a matter that is no block: an image alone, or a warning. */
function about(notices) {
  const done = notices.flatMap((one) => one.values.action ?? []);
  if (done.includes("account_blocked")) return "notice.h";
  if (done.some((action) => action.startsWith("image_"))) return "notice.h.image";
  return notices.some((one) => one.kind === "warning") ? "notice.h.warning" : "notice.h";
}

async function appeal(body, key) {
  await ask("POST", `${path}/appeal`, { body, key });
  show((await ask("GET", path)).body, { said: t("appeal.sent") });
}

// A link that lost a part is mended in the address bar: that alone opens no page anew.
addEventListener("hashchange", () => location.reload());
await load();
