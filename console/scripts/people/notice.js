// A notice for an account holder, opened by its link, and their appeal.
import { Problem, ask } from "../api.js";
import { data, h, replace } from "../dom.js";
import { notice, problemNotice } from "../shell.js";
import { t } from "../strings.js";
import { appealForm, appealView } from "./appeal.js";
import { layOutPublicPage } from "./page.js";
import { letter } from "./timeline.js";

const main = await layOutPublicPage("notice", "notice", "appeal");
// Browsers never send the part after #, so the token is in no log.
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
  // Either an image was blocked or removed, or only the account was blocked.
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

/** Choose the heading: a block, an image, or a warning. */
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

// Correcting the link in the address bar changes only the hash, which does not reload the page.
addEventListener("hashchange", () => location.reload());
await load();
