// Every word of the pages is in strings/LANGUAGE/*.json: one file for what all pages say, one for each area.
// A text may hold {names}; one that depends on a number is an object of plural forms and takes {count}.

import { load } from "./loading.js";

const FALLBACK = "en";
const texts = new Map();
let language = FALLBACK;
let region = FALLBACK;

/** Load catalogues (`common`, `review`, …), before the first `t` of a text in them. */
export async function loadStrings(...areas) {
  language = document.documentElement.lang || FALLBACK;
  // Dates and numbers as they are written where the reader lives, if that is in the page's language.
  region = navigator.languages.find((one) => one.split("-")[0] === language) ?? language;
  const all = await Promise.all(areas.map((area) => load(`strings/${language}/${area}.json`)));
  for (const catalogue of all) {
    for (const [key, text] of Object.entries(catalogue)) texts.set(key, text);
  }
}

export function has(key) {
  return texts.has(key);
}

/** The text of a key, with values in place of its {names}. */
export function t(key, values = {}) {
  let text = texts.get(key);
  if (text === undefined) throw new Error(`no text for ${key}`);
  if (typeof text === "object") text = text[new Intl.PluralRules(language).select(values.count)] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name];
    return typeof value === "number" ? number(value) : String(value);
  });
}

export function number(value, options = {}) {
  return new Intl.NumberFormat(region, options).format(value);
}

/** A moment, in the reader's own time zone. */
export function moment(iso, options = { dateStyle: "medium", timeStyle: "short" }) {
  return new Intl.DateTimeFormat(region, options).format(new Date(iso));
}

/** How long from now (or ago), in the largest unit that says enough: "in 5 hours". */
export function fromNow(iso, now = Date.now()) {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  const format = new Intl.RelativeTimeFormat(region, { numeric: "auto" });
  const size = Math.abs(seconds);
  if (size < 90) return format.format(Math.round(seconds), "second");
  if (size < 90 * 60) return format.format(Math.round(seconds / 60), "minute");
  if (size < 96 * 3600) return format.format(Math.round(seconds / 3600), "hour");
  return format.format(Math.round(seconds / 86400), "day");
}
