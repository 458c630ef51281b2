// Files of these pages: on a weak connection asked for again, since without them a page says nothing at all.
const PAUSES = [300, 1000, 3000];

/** A file of these pages can't be had. */
export class NotLoaded extends Error {}

/** The JSON in a file beside the page. Throws NotLoaded when it can't be had after four attempts. */
export async function load(path) {
  for (const pause of [...PAUSES, null]) {
    try {
      const response = await fetch(path);
      if (response.ok) return await response.json();
    } catch {
      // Lost on the way, or cut short: the same as not found.
    }
    if (pause !== null) await new Promise((resume) => setTimeout(resume, pause));
  }
  throw new NotLoaded(path);
}
