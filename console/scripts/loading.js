// Load files of these pages, with retries for weak connections: without them, a page stays empty.
const PAUSES = [300, 1000, 3000];

/** A file of these pages did not load. */
export class NotLoaded extends Error {}

/** Return the JSON in a file of these pages. Throw NotLoaded after four failed attempts. */
export async function load(path) {
  for (const pause of [...PAUSES, null]) {
    try {
      const response = await fetch(path);
      if (response.ok) return await response.json();
    } catch {
      // A lost or truncated answer: try again, as after an error status.
    }
    if (pause !== null) await new Promise((resume) => setTimeout(resume, pause));
  }
  throw new NotLoaded(path);
}
