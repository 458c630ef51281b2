// All texts of the pages are in strings/LANGUAGE/*.json: `common`, and one file for each area. A text can have
// {placeholders}. A text that depends on {count} can be an object of plural forms (docs/translating.md).

import { load } from "./loading.js";

const FALLBACK = "en";
const PLACEHOLDER = /\{(\w+)\}/g;
const texts = new Map();
let language = FALLBACK;
let region = FALLBACK;

/** Load catalogues (`common`, `review`, …). Call it before `t` needs their texts. */
export async function loadStrings(...areas) {
  language = document.documentElement.lang || FALLBACK;
  // Format dates and numbers for the reader's region, if the browser's languages include the page's language.
  region = navigator.languages.find((one) => one.split("-")[0] === language) ?? language;
  const all = await Promise.all(areas.map((area) => load(`strings/${language}/${area}.json`)));
  for (const catalogue of all) {
    for (const [key, text] of Object.entries(catalogue)) texts.set(key, text);
  }
}

export function has(key) {
  return texts.has(key);
}

/** Return the text of a key, with values in place of its {placeholders}. */
export function t(key, values = {}) {
  return template(key, values).replace(PLACEHOLDER, (_, name) => inText(values[name]));
}

/** Do the same for values that are elements or lists of elements. Return an array for `h`. */
export function tn(key, values) {
  // Splitting by a pattern with a group gives texts and placeholder names in turn.
  return template(key, values).split(PLACEHOLDER).map((part, index) => {
    if (index % 2 === 0) return part;
    return typeof values[part] === "object" ? values[part] : inText(values[part]);
  });
}

function template(key, { count }) {
  const text = texts.get(key);
  if (text === undefined) throw new Error(`no text for ${key}`);
  return typeof text === "object" ? text[new Intl.PluralRules(language).select(count)] ?? text.other : text;
}

function inText(value) {
  return typeof value === "number" ? number(value) : String(value);
}

export function number(value, options = {}) {
  return new Intl.NumberFormat(region, options).format(value);
}

/** Format a time in the reader's time zone. */
export function moment(iso, options = { dateStyle: "medium", timeStyle: "short" }) {
  return new Intl.DateTimeFormat(region, options).format(new Date(iso));
}

/** Format the time from now, in the largest useful unit: "in 5 hours". */
export function fromNow(iso, now = Date.now()) {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  const format = new Intl.RelativeTimeFormat(region, { numeric: "auto" });
  const size = Math.abs(seconds);
  if (size < 90) return format.format(Math.round(seconds), "second");
  if (size < 90 * 60) return format.format(Math.round(seconds / 60), "minute");
  if (size < 96 * 3600) return format.format(Math.round(seconds / 3600), "hour");
  return format.format(Math.round(seconds / 86400), "day");
}
