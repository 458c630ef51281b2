// Hashes files one after another, away from the page's own thread.

import { decode } from "./decode.js";
import { NoHash } from "./no_hash.js";
import { hashPlane } from "./pdq.js";

let queue = Promise.resolve();
/** When the first file came; what was loaded before is this worker itself. */
let begun;

self.onmessage = ({ data: { id, file } }) => {
  begun ??= performance.now();
  queue = queue.then(() => answer(id, file));
};

async function answer(id, file) {
  try {
    const hash = hashPlane(await decode(file));
    self.postMessage({ id, hash, requests: requests() });
  } catch (error) {
    // Anything else is memory that the device does not have, or a browser that can't do it.
    const { code, details } = error instanceof NoHash ? error : { code: "not_on_this_device", details: {} };
    self.postMessage({ id, code, details, requests: requests() });
  }
}

/** What this worker has asked of anybody, as the browser counts it; the page can't see that. */
function requests() {
  return performance.getEntriesByType("resource").filter((one) => one.startTime >= begun).length;
}
