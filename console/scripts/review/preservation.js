// For senior reviewers: place a legal hold, release it with a second person, and erase images early.
import { newKey, Problem } from "../api.js";
import { data, h, replace } from "../dom.js";
import { announce, notice, problemNotice } from "../shell.js";
import { moment, t, tn } from "../strings.js";
import { confirmed } from "../confirm_dialog.js";
import { call } from "./session.js";

const REASONS = ["police", "court", "complaint_to_an_authority"];

/** seen: the case. path: of the case. changed: reloads and shows it. */
export function preservationSection(seen, path, changed) {
  const { hold } = seen;
  const trouble = h("div", {});
  return h("section", { class: "card stack preservation" }, h("h2", { tabIndex: -1 }, t("review.preservation")), hold.held ? held() : free(), trouble);

  function held() {
    const since = t(`review.held_since.${hold.reason}`, { when: moment(hold.since) });
    if (!hold.release_asked) return [notice("info", since), row(button("review.release", "release"))];
    if (hold.release_asked_by_you) return notice("info", since, h("p", {}, t("review.release_asked_by_you")));
    return [notice("warning", since, h("p", {}, t("review.release_asked"))),
      row(button("review.release_confirm", "release", { look: "danger" }), button("review.hold_on", "hold", { body: { reason: hold.reason } }))];
  }

  function free() {
    const reason = h("select", { id: "hold-reason" }, REASONS.map((value) => h("option", { value }, t(`review.hold_reason.${value}`))));
    const erasable = seen.state === "decided" && seen.decision?.outcome === "violating";
    return [
      h("p", { class: "hint" }, t("review.hold_what")),
      h("div", { class: "row filters" }, h("div", {}, h("label", { for: "hold-reason" }, t("review.hold_why")), reason),
        button("review.hold", "hold", { body: () => ({ reason: reason.value }) })),
      seen.hold.erasure_asked && notice("info", t("review.erasure_asked")),
      seen.hold.erasure_waits && notice("warning", t("review.erasure_waits")),
      erasable && !seen.hold.erasure_asked && [h("p", { class: "hint" }, t("review.erase_what")), row(button("review.erase", "erase", { look: "danger", sure: erasing }))],
    ];
  }

  function erasing() {
    const word = t("review.erase_word");
    return confirmed({ title: t("review.erase"), text: t("review.erase_sure"), yes: t("review.erase"), no: t("review.cancel"), word, label: tn("review.confirm_type", { word: data(word) }) });
  }

  function row(...children) {
    return h("div", { class: "row" }, children);
  }

  function button(text, what, { look = "", body, sure = () => true } = {}) {
    const key = newKey();
    const element = h("button", { type: "button", class: look, on: { click: act } }, t(text));
    return element;

    async function act() {
      if (!(await sure())) return;
      element.disabled = true;
      replace(trouble);
      try {
        await call("POST", `${path}/${what}`, { body: typeof body === "function" ? body() : body, key });
        await changed();
        announce(t("review.preservation_done"));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        element.disabled = false;
        replace(trouble, problemNotice(error));
      }
    }
  }
}
