// Metrics for senior reviewers: queue, time to decision, outcomes, blocked uploads.
import { append, h, icon } from "../dom.js";
import { loadStrings, moment, number, t } from "../strings.js";
import { barChart, rowChart } from "./chart.js";
import { viewName } from "./matches.js";
import { caseName } from "./queue.js";
import { call } from "./session.js";
import { table } from "./table.js";

/** The legal time limit in hours, and the default thresholds of the policy in bits. */
const LEGAL_HOURS = 48;
const BLOCKED_TO = 31;
const REVIEWED_TO = 47;
const BITS_A_BAR = 4;

export async function show(place, [from, to]) {
  const [{ body: stats }] = await Promise.all([call("GET", "/v1/stats", { query: { from, to } }), loadStrings("metrics")]);
  const { queue, time_to_act: act, appeals, second_opinions: second, stopped } = stats;
  append(place,
    h("h1", {}, t("review.metrics")),
    period(stats),
    h("div", { class: "tiles" },
      tile("waiting", number(queue.waiting), queue.overdue ? t("review.tile.overdue", { count: queue.overdue }) : t("review.tile.none_overdue"), queue.overdue > 0),
      tile("in_time", share(act.share_in_time), t("review.tile.of_cases", { count: act.in_time + act.late }), act.late > 0),
      tile("overturned", share(appeals.share_overturned), t("review.tile.of_appeals", { count: appeals.upheld + appeals.rejected })),
      tile("agreed", share(second.share_agreed), t("review.tile.of_opinions", { count: second.agreed + second.differed })),
      tile("stopped", number(stopped.blocked), t("review.tile.stopped_at_once"))),
    h("div", { class: "charts" },
      barChart({
        title: t("review.chart.by_day"),
        head: "day",
        series: ["blocked", "removed", "held"].map((name) => t(`review.stopped.${name}`)),
        bars: stopped.by_day.map((day) => ({ label: moment(day.date, { day: "numeric", month: "short", timeZone: "UTC" }), values: [day.blocked, day.removed, day.held] })),
      }),
      timeToAct(act),
      barChart({
        title: t("review.chart.queue_age"),
        head: "age",
        series: [t("review.series.cases")],
        bars: queue.by_age.map((age, index) => ({ label: ageLabel(age, queue.by_age[index - 1]), values: [age.cases] })),
      }),
      barChart({
        title: t("review.chart.distance"),
        head: "distance",
        series: [t("review.series.uploads")],
        ...distances(stopped.by_distance),
      }),
      rowChart({ title: t("review.chart.outcomes"), rows: Object.entries(stats.decisions).map(([outcome, value]) => ({ label: t(`review.outcome.${outcome}`), value })) }),
      rowChart({ title: t("review.chart.views"), rows: stopped.by_view.map(({ view, uploads }) => ({ label: viewName(view), value: uploads })) })),
    h("section", { class: "card stack" }, h("h2", {}, t("review.load")), h("p", { class: "hint" }, t("review.load_hint")),
      table({
        caption: t("review.load"),
        heads: ["reviewer"],
        named: ["claims", "decisions", "appeals", "second_opinions", "looks", "sharp_looks"].map((name) => t(`review.load.${name}`)),
        rows: stats.reviewers.map((one) => [caseName(one.reviewer), ...[one.claims, one.decisions, one.appeals, one.second_opinions, one.looks, one.sharp_looks].map((value) => number(value))]),
      })));
}

function period(stats) {
  const first = h("input", { id: "from", type: "date", value: stats.first_day, max: stats.last_day, required: true });
  const last = h("input", { id: "to", type: "date", value: stats.last_day, required: true });
  const go = (event) => {
    event.preventDefault();
    if (first.value && last.value) location.hash = `#/metrics/${first.value}/${last.value}`;
  };
  return h("form", { class: "row search", noValidate: true, on: { submit: go } },
    h("div", {}, h("label", { for: "from" }, t("review.first_day")), first),
    h("div", {}, h("label", { for: "to" }, t("review.last_day")), last),
    h("button", { type: "submit" }, t("review.show")),
    h("p", { class: "hint" }, t("review.metrics_of", { when: moment(stats.now) })));
}

function tile(name, value, below, grave = false) {
  return h("section", { class: `card tile ${grave ? "grave" : ""}` },
    h("h2", {}, t(`review.tile.${name}`)), h("p", { class: "value figure" }, value),
    h("p", { class: "small muted" }, grave && icon("alert"), " ", below));
}

function share(value) {
  return value === null ? t("review.not_yet") : number(value, { style: "percent", maximumFractionDigits: 1 });
}

/** Show the time to decision, on a line that ends at the legal limit. */
function timeToAct(act) {
  const title = t("review.chart.time_to_act");
  const rows = [["median", act.median_hours], ["ninetieth", act.ninetieth_hours]].map(([name, hours]) => {
    const bar = h("span", { class: "bar" });
    bar.style.setProperty("--share", Math.min(1, (hours ?? 0) / LEGAL_HOURS));
    return h("li", {}, h("span", {}, t(`review.time.${name}`)), h("span", { class: "track" }, bar),
      h("span", { class: "figure nowrap" }, hours === null ? t("review.not_yet") : t("review.hours", { hours })));
  });
  return h("section", { class: "card stack" }, h("h2", {}, title), h("p", { class: "hint" }, t("review.time_hint", { hours: LEGAL_HOURS })), h("ul", { class: "rows", "aria-label": title }, rows));
}

function ageLabel({ up_to_hours: to }, before) {
  const from = before?.up_to_hours ?? 0;
  return to === null ? t("review.age_over", { from }) : t("review.age", { from, to });
}

/** Group the distances into bars, with marks for the block and review thresholds. */
function distances(counted) {
  const last = Math.max(REVIEWED_TO + 2 * BITS_A_BAR, ...counted.map((one) => one.distance));
  const bars = [];
  for (let from = 0; from <= last; from += BITS_A_BAR) {
    const within = counted.filter((one) => one.distance >= from && one.distance < from + BITS_A_BAR);
    bars.push({ label: number(from), values: [within.reduce((all, one) => all + one.uploads, 0)] });
  }
  const marks = [[BLOCKED_TO, "blocked"], [REVIEWED_TO, "reviewed"]].map(([bits, name]) => ({ at: (bits + 1) / BITS_A_BAR, label: t(`review.mark.${name}`) }));
  return { bars, marks };
}
