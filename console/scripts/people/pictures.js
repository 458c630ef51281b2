// Choose images that stay on the device. Only their hashes are sent.
import { data, h, icon, replace } from "../dom.js";
import { Hasher } from "../hashing/hash_file.js";
import { announce } from "../shell.js";
import { number, t } from "../strings.js";

export const MOST_PICTURES = 10;
/** Below this quality, a hash can't tell images apart. The API rejects it. */
const LEAST_QUALITY = 50;

const SOON_MS = 1500;

const hasher = new Hasher();
// Start after the page is drawn, or at the first input, so that hashing also works without a connection.
setTimeout(() => hasher.start(), SOON_MS);
addEventListener("input", () => hasher.start(), { once: true });
let working = 0;
const began = [];
/** Functions that update the request count of each shown image. */
const counts = [];
const updateCounts = () => counts.forEach((say) => say());
hasher.onRequest = updateCounts;
new PerformanceObserver((list) => {
  began.push(...list.getEntries().map((one) => performance.timeOrigin + one.startTime));
  updateCounts();
}).observe({ type: "resource", buffered: true });

/** Return whether chosen files are still being hashed. */
export const isHashing = () => working > 0;

/** Create the chooser and its list. They change answers.pictures in place and call onChange. */
export function pictureChooser(answers, onChange) {
  const list = h("ul", { class: "pictures", "aria-label": t("form.files.list") });
  const said = h("div", { class: "stack" });
  const input = h("input", {
    id: "pictures",
    type: "file",
    accept: "image/*",
    multiple: true,
    class: "visually-hidden",
    "aria-describedby": "pictures-hint pictures-error",
    on: {
      async change() {
        const files = [...input.files];
        input.value = ""; // the same file may be chosen again
        replace(said);
        working += files.length;
        for (const file of files) await add(file).finally(() => (working -= 1));
      },
    },
  });

  async function add(file) {
    const name = shortened(file.name);
    if (answers.pictures.length >= MOST_PICTURES) return refuse(t("form.files.many", { most: MOST_PICTURES }));
    const working = h("li", {}, icon("clock"), h("span", {}, t("form.files.working", { name })));
    const chosen = performance.timeOrigin + performance.now();
    list.append(working);
    announce(t("form.files.working", { name }));
    try {
      const { pdq, quality } = await hasher.hash(file);
      if (quality < LEAST_QUALITY) refuse(t("hash_error.too_plain", { name }));
      else if (answers.pictures.some((one) => one.pdq === pdq)) refuse(t("form.files.twice", { name }));
      else answers.pictures.push({ name, pdq, quality, chosen });
    } catch (error) {
      if (error.code === undefined) throw error;
      refuse(t(`hash_error.${error.code}`, { ...error.details, name, kind: error.details.kind?.toUpperCase() }));
    } finally {
      working.remove();
    }
    show();
    onChange();
  }

  function refuse(text) {
    said.append(h("div", { class: "notice danger", role: "alert" }, icon("stop"), h("p", {}, text)));
  }

  function show() {
    counts.length = 0;
    replace(list, answers.pictures.map((one) => h("li", {},
      icon("check"),
      h("div", { class: "about" },
        h("p", {}, data(one.name)),
        h("p", { class: "hint" }, t("form.files.code"), " ", h("code", {}, one.pdq)),
        one.chosen !== undefined && proof(one)),
      h("button", {
        type: "button",
        class: "small",
        "aria-label": t("form.files.remove", { name: one.name }),
        on: { click: () => remove(one) },
      }, t("form.files.remove.short")))));
  }

  /** Show how many requests there were since the choice: proof that the image was not sent. */
  function proof({ chosen }) {
    const place = h("p", { class: "hint" });
    const say = () => (place.textContent = navigator.onLine ? t("form.files.requests", { count: requestsSince(chosen) }) : t("form.files.offline"));
    counts.push(say);
    say();
    return place;
  }

  function remove(one) {
    answers.pictures.splice(answers.pictures.indexOf(one), 1);
    show();
    onChange();
    announce(t("form.files.removed", { name: one.name }));
    input.focus();
  }

  show();
  return h("div", { class: "field" },
    h("p", { class: "hint", id: "pictures-hint" }, t("form.files.hint", { most: number(MOST_PICTURES) })),
    h("p", { class: "error", id: "pictures-error" }),
    input, h("label", { class: "button", for: "pictures" }, t("form.files.choose")), said, list);
}

/** Count the requests of this page and its worker since then, as the browser records them. */
function requestsSince(moment) {
  return [...began, ...hasher.began].filter((one) => one >= moment).length;
}

function shortened(name) {
  return name.length > 40 ? `${name.slice(0, 24)}…${name.slice(-12)}` : name;
}
