// The queue, nearest deadline first. Filters apply to the loaded cases.
import { append, h, icon, replace } from "../dom.js";
import { moment, t } from "../strings.js";
import { deadline } from "./clock.js";
import { pendingIds } from "./pending.js";
import { call } from "./session.js";
import { table } from "./table.js";

const PAGE = 100;
/** How many pages to load at a time; "Show more" loads the next ones. */
const AT_ONCE = 3;
const FILTERS = {
  state: [["any"], ["open", (one) => one.state === "open"], ["needs_information", (one) => one.state === "needs_information"]],
  origin: [["any"], ["report", (one) => one.origin === "report"], ["match", (one) => one.origin === "match"]],
  claim: [["any"], ["free", (one) => !one.claimed_until], ["mine", (one) => one.claimed_by_you], ["others", (one) => one.claimed_until && !one.claimed_by_you]],
};

export async function show(place, _, context) {
  const chosen = { state: "any", origin: "any", claim: "any" };
  let cases = [];
  let cursor = null;
  let reading = 0;
  const listing = h("div", { class: "card" });
  const count = h("p", { class: "small muted", role: "status" });
  const more = h("button", { type: "button", on: { click: read } }, t("review.more"));
  await read();
  append(place, 
    h("h1", {}, t("review.queue")),
    h("div", { class: "row filters", role: "group", "aria-label": t("review.filters") }, Object.keys(FILTERS).map(select)),
    count, listing, more,
    context.me.senior && h("p", {}, h("a", { href: "#/erasures" }, t("review.erasures"))));
  addEventListener("decision-sent", again);
  return () => removeEventListener("decision-sent", again);

  async function again() {
    cases = [];
    cursor = null;
    await read();
  }

  async function read() {
    const mine = (reading += 1);
    for (let page = 0; page < AT_ONCE; page += 1) {
      const { body } = await call("GET", "/v1/review/queue", { query: { limit: PAGE, cursor } });
      if (mine !== reading) return; // another read started meanwhile
      cases.push(...body.cases);
      cursor = body.next;
      if (!cursor) break;
    }
    fill();
  }

  function fill() {
    const about = pendingIds();
    const wanted = Object.entries(chosen).map(([name, value]) => FILTERS[name].find(([one]) => one === value)[1]).filter(Boolean);
    const listed = cases.filter((one) => !about.includes(one.case_id) && wanted.every((holds) => holds(one)));
    more.hidden = !cursor;
    count.textContent = t(listed.length === cases.length ? "review.queue_all" : "review.queue_count", { count: listed.length, all: cases.length });
    replace(listing, listed.length ? rows(listed) : h("p", {}, t("review.queue_empty")));
  }

  function select(name) {
    const element = h("select", { id: `filter-${name}`, on: { change: () => { chosen[name] = element.value; fill(); } } },
      FILTERS[name].map(([value]) => h("option", { value }, t(`review.filter.${name}.${value}`))));
    return h("div", {}, h("label", { for: element.id }, t(`review.filter.${name}`)), element);
  }
}

function rows(cases) {
  return table({
    caption: t("review.queue_caption"),
    heads: ["case", "deadline", "origin", "uploads", "reports", "claim"],
    rows: cases.map((one) => [
      h("a", { href: `#/case/${one.case_id}` }, caseName(one.case_id)),
      deadline(one.deadline),
      [t(`review.origin.${one.origin}`), " ", one.state === "needs_information" && h("span", { class: "badge warning" }, icon("info"), t("review.state.needs_information"))],
      t("review.uploads_count", { count: one.uploads }),
      t("review.reports_count", { count: one.reports }),
      claim(one),
    ]),
  });
}

/** Show the end of an ID, which differs between cases (the start is the time). The link has the full ID. */
export function caseName(caseId) {
  return h("span", { translate: "no", class: "code nowrap", title: caseId }, shortName(caseId));
}

export function shortName(caseId) {
  return caseId.slice(-6);
}

function claim(one) {
  if (one.claimed_by_you) return h("span", { class: "badge accent" }, icon("person"), t("review.claim.mine"));
  if (one.claimed_until) return h("span", { class: "badge" }, icon("lock"), t("review.claim.others"));
  if (one.set_aside_until) return h("span", { class: "badge" }, icon("clock"), t("review.claim.aside", { time: moment(one.set_aside_until) }));
  return h("span", { class: "muted" }, t("review.claim.free"));
}
