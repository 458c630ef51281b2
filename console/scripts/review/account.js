// An account and its blocks. Senior reviewers can set and lift a manual block; reviewers see the state.
import { newKey, Problem } from "../api.js";
import { append, data, h, icon, replace } from "../dom.js";
import { announce, notice, problemNotice } from "../shell.js";
import { has, loadStrings, moment, t, tn } from "../strings.js";
import { caseName } from "./queue.js";
import { call } from "./session.js";
import { table } from "./table.js";

export async function show(place, [platform, accountId], { me }) {
  await loadStrings("account");
  append(place, h("h1", {}, t("review.account")), search(platform, accountId));
  if (!platform || !accountId) return;
  const path = `/v1/accounts/${encodeURIComponent(accountId)}`;
  const state = h("div", { class: "stack" });
  append(place, state);
  fill((await call("GET", path, { query: { platform } })).body);

  function fill(account) {
    const blocked = account.state === "blocked";
    const byHand = account.blocks.some((block) => block.case_id === null);
    replace(state,
      h("section", { class: "card stack" },
        h("div", { class: "row" }, h("h2", {}, data(`${platform} / ${accountId}`)),
          h("span", { class: `badge ${blocked ? "danger" : "success"}` }, icon(blocked ? "stop" : "check"), t(`review.account_state.${account.state}`))),
        account.blocks.length > 0 && table({
          caption: t("review.blocks_caption"),
          heads: ["block", "since", "why"],
          rows: account.blocks.map((block) => [
            block.case_id ? h("a", { href: `#/case/${block.case_id}` }, tn("review.case", { case: caseName(block.case_id) })) : t("review.by_hand"),
            moment(block.since), reason(block.reason),
          ]),
        }),
        account.blocks.some((block) => block.case_id) && h("p", { class: "hint" }, t("review.blocks_by_case")),
        account.blocks.length === 0 && h("p", { class: "hint" }, t("review.account_free"))),
      me.senior && act(byHand ? "unblock" : "block"));
  }

  function act(what) {
    const reason = h("textarea", { id: "block-reason", maxLength: 500, rows: 3, required: true });
    const trouble = h("div", {});
    let key = newKey();
    return h("form", { class: "card stack", noValidate: true, on: { submit: send } },
      h("h2", {}, t(`review.act.${what}`)), h("p", {}, t(`review.act_does.${what}`)),
      what === "block" && h("div", {}, h("label", { for: "block-reason" }, t("review.field.reasons")), reason),
      trouble, h("p", {}, h("button", { type: "submit", class: what === "block" ? "danger" : "primary" }, t(`review.act.${what}`))));

    async function send(event) {
      event.preventDefault();
      if (what === "block" && !reason.value.trim()) {
        replace(trouble, notice("danger", t("review.missing"), h("p", {}, t("review.field.reasons"))));
        reason.focus();
        return;
      }
      try {
        const { body } = await call("POST", `${path}/${what}`, { body: { platform, ...(what === "block" ? { reason: reason.value.trim() } : {}) }, key });
        announce(t(`review.account_state.${body.state}`));
        fill(body);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        key = newKey();
        replace(trouble, problemNotice(error));
      }
    }
  }
}

function reason(given) {
  const key = `review.block_reason.${given}`;
  return has(key) ? t(key) : data(given);
}

function search(platform = "", accountId = "") {
  const of = h("input", { id: "platform", value: platform, required: true, autocapitalize: "none", spellcheck: false });
  const id = h("input", { id: "account", value: accountId, required: true, autocapitalize: "none", spellcheck: false });
  const trouble = h("div", {});
  const go = (event) => {
    event.preventDefault();
    replace(trouble);
    if (of.value.trim() && id.value.trim()) location.hash = `#/account/${encodeURIComponent(of.value.trim())}/${encodeURIComponent(id.value.trim())}`;
    else {
      replace(trouble, notice("danger", t("review.account_find")));
      (of.value.trim() ? id : of).focus();
    }
  };
  return h("form", { class: "row search", noValidate: true, on: { submit: go } },
    h("div", {}, h("label", { for: "platform" }, t("review.platform")), of),
    h("div", {}, h("label", { for: "account" }, t("review.account_id")), id),
    h("button", { type: "submit" }, t("review.find")), trouble);
}
