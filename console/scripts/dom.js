// Elements. Text becomes text nodes only, so that user input is never parsed as markup.

/**
 * Create an element. props: properties (`type`, `value`, `className`), attributes (names with a dash, and
 * `role`, `for`), `on`: listeners by event. children: nodes and text; null, undefined and false are left out.
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === "class") element.className = value;
    else if (name.includes("-") || ["role", "for", "translate", "list", "lang", "dir"].includes(name)) {
      if (value !== false) element.setAttribute(name, value === true ? "" : value);
    } else element[name] = value;
  }
  append(element, ...children);
  return element;
}

/** Create an SVG element. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  append(element, ...children);
  return element;
}

/** Create an element for text that must not be translated: an ID, a name, a statement. */
export function data(text, props = {}) {
  return h("span", { translate: "no", dir: "auto", ...props }, text ?? "");
}

export function replace(element, ...children) {
  element.replaceChildren();
  append(element, ...children);
  return element;
}

/** Append children to an element. See `h` for what they may be. */
export function append(element, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

// Strokes in a square of 24 x 24. Use an icon beside a word, never instead of one.
export const ICONS = {
  alert: "M12 4 2.5 20h19L12 4zM12 10v4M12 17h.01",
  check: "M4 12.5l5 5L20 6.5",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3 2",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5M12 8h.01",
  leave: "M14 4h6v6M20 4l-8 8M17 14v6H4V7h6",
  moon: "M20 14.5A8 8 0 1 1 9.5 4a6.5 6.5 0 0 0 10.5 10.5z",
  stop: "M8 3h8l5 5v8l-5 5H8l-5-5V8zM12 8v5M12 16h.01",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.5 1.5M17.5 17.5 19 19M5 19l1.5-1.5M17.5 6.5 19 5",
};

export function icon(name) {
  return svg("svg", { class: `icon icon-${name}`, viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));
}
