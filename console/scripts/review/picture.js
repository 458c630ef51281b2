// An image of a case: blurred and grey, made by the server; sharp only while a button is held down.
import { Problem } from "../api.js";
import { h, icon, replace } from "../dom.js";
import { problemNotice } from "../shell.js";
import { number, t } from "../strings.js";
import { countSharpView } from "./exposure.js";
import { call } from "./session.js";

const ZOOMS = [1, 1.5, 2, 3];

/** label: position of the image ("1 of 3"). */
export function picture({ caseId, uploadId, label }) {
  const path = `/v1/review/cases/${encodeURIComponent(caseId)}/reveal`;
  const blurred = h("img", { alt: t("review.picture.blurred", { label }), draggable: false, hidden: true });
  const layers = h("div", { class: "layers" }, blurred);
  const stage = h("div", {
    class: "stage",
    tabIndex: 0,
    role: "group",
    "aria-label": t("review.picture.stage", { label }),
    on: { contextmenu: (event) => event.preventDefault() },
  }, layers);
  const state = h("p", { class: "small muted", role: "status" }, t("review.picture.loading"));
  const trouble = h("div", {});
  const hold = h("button", { type: "button", class: "hold", disabled: true, "aria-describedby": `hold-${uploadId}` },
    icon("eye"), t("review.picture.hold"));
  let zoom = 0;
  let held = null;

  const smaller = h("button", { type: "button", class: "small", on: { click: () => zoomTo(zoom - 1) } }, t("review.picture.smaller"));
  const larger = h("button", { type: "button", class: "small", on: { click: () => zoomTo(zoom + 1) } }, icon("zoom"), t("review.picture.larger"));
  zoomTo(0);
  hold.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    hold.setPointerCapture(event.pointerId);
    press();
  });
  for (const event of ["pointerup", "pointercancel", "lostpointercapture", "blur"]) hold.addEventListener(event, release);
  hold.addEventListener("keydown", (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    if (!event.repeat) press();
  });
  hold.addEventListener("keyup", release);
  hold.addEventListener("contextmenu", (event) => event.preventDefault());
  load();

  const element = h("figure", { class: "picture" }, stage,
    h("figcaption", { class: "stack" },
      h("div", { class: "row held" }, hold, state, h("span", { class: "row zoom" }, smaller, larger)),
      trouble,
      h("p", { class: "hint", id: `hold-${uploadId}` }, t("review.picture.hint"))));
  return { element, hold };

  async function load() {
    try {
      const { body } = await call("POST", path, { body: { upload_id: uploadId } });
      blurred.src = `data:image/jpeg;base64,${body.image}`;
      await blurred.decode();
      blurred.hidden = false;
      hold.disabled = false;
      state.textContent = t("review.picture.is_blurred");
    } catch (error) {
      state.textContent = t("review.picture.none");
      show(error, load);
    }
  }

  async function press() {
    if (hold.disabled || held) return;
    const mine = (held = { since: null });
    document.addEventListener("visibilitychange", release);
    hold.setAttribute("aria-pressed", "true");
    state.textContent = t("review.picture.opening");
    replace(trouble);
    try {
      const { body } = await call("POST", path, { body: { upload_id: uploadId, sharp: true } });
      if (held !== mine) return;
      const sharp = h("img", { class: "sharp", alt: t("review.picture.sharp", { label }), draggable: false, referrerPolicy: "no-referrer" });
      sharp.src = body.url;
      await sharp.decode();
      if (held !== mine) return;
      mine.since = performance.now();
      layers.append(sharp);
      state.textContent = t("review.picture.is_sharp");
    } catch (error) {
      if (held === mine) release();
      show(error instanceof DOMException ? new Problem("picture-lost") : error);
    }
  }

  function release() {
    if (!held) return;
    const { since } = held;
    held = null;
    document.removeEventListener("visibilitychange", release);
    for (const sharp of layers.querySelectorAll(".sharp")) sharp.remove();
    hold.removeAttribute("aria-pressed");
    state.textContent = t("review.picture.is_blurred");
    if (since !== null) countSharpView((performance.now() - since) / 1000);
  }

  function zoomTo(step) {
    zoom = Math.min(Math.max(step, 0), ZOOMS.length - 1);
    layers.style.setProperty("--zoom", ZOOMS[zoom]);
    smaller.disabled = zoom === 0;
    larger.disabled = zoom === ZOOMS.length - 1;
    stage.setAttribute("aria-description", t("review.picture.zoom", { percent: number(ZOOMS[zoom], { style: "percent" }) }));
  }

  function show(error, retry) {
    if (!(error instanceof Problem)) throw error;
    replace(trouble, problemNotice(error, { retry: retry && (() => { replace(trouble); retry(); }) }));
  }
}
