// The factors of a decision. Granting an appeal can need them too.
import { h, replace } from "../dom.js";
import { notice } from "../shell.js";
import { t } from "../strings.js";

const SHOWN = ["sexual_act", "nudity", "intimate_parts", "underwear", "toileting", "synthetic", "none"];
const SETTINGS = ["private", "semi_private", "public", "unclear"];
const COMPLAINANTS = ["yes", "acts_for_them", "no", "unclear"];
export const FACTORS = ["shown", "setting", "complainant"];

/** Create the three groups of choices. */
export function factorFields() {
  return [group("shown", "checkbox", SHOWN), group("setting", "radio", SETTINGS), group("complainant", "radio", COMPLAINANTS)];
}

/** Create a group of choices. content: returns the label of a value. */
export function group(name, type, values, { content = (value) => t(`review.${name}.${value}`), wide = false } = {}) {
  const options = values.map((value, index) => h("label", { class: "choice" }, h("input", { type, name, value }), content(value, index)));
  return h("fieldset", { id: `${name}-group` },
    h("legend", {}, t(`review.field.${name}`), " ", h("span", { class: "hint" }, t(`review.field_hint.${name}`))),
    h("div", { class: `choices ${wide ? "halves" : "quarters"}` }, options));
}

/** Return {outcome, shown, setting, complainant}; null for a group without a choice. */
export function chosen(form) {
  const given = new FormData(form);
  return { outcome: given.get("outcome"), shown: given.getAll("shown"), setting: given.get("setting"), complainant: given.get("complainant") };
}

/** Restore earlier choices. */
export function choose(form, before) {
  for (const input of form.querySelectorAll("input")) input.checked = [before[input.name]].flat().includes(input.value);
}

/** "None of these" and the other choices exclude each other. */
export function excludeNone(form, changed) {
  if (changed.name !== "shown" || !changed.checked) return;
  for (const input of form.querySelectorAll("[name=shown]:checked")) {
    if ((input.value === "none") !== (changed.value === "none")) input.checked = false;
  }
}

/** Show which of `names` are missing, mark them and focus the first. Return true if none is. */
export function complete(form, given, names, trouble, reasons) {
  const missing = names.filter((name) => !(Array.isArray(given[name]) ? given[name].length : given[name]?.trim()));
  for (const fieldset of form.querySelectorAll("fieldset")) {
    fieldset.toggleAttribute("data-missing", missing.includes(fieldset.id.replace("-group", "")));
  }
  if (missing.includes("reasons")) reasons.setAttribute("aria-invalid", "true");
  else reasons.removeAttribute("aria-invalid");
  replace(trouble, missing.length > 0 && notice("danger", t("review.missing"), h("ul", {}, missing.map((name) => h("li", {}, t(`review.field.${name}`))))));
  if (missing.length) (missing[0] === "reasons" ? reasons : form.querySelector(`[name=${missing[0]}]`)).focus();
  return missing.length === 0;
}
