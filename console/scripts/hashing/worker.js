// Hashes files one after another, away from the page's own thread.

import { decode } from "./decode.js";
import { NoHash } from "./no_hash.js";
import { hashPlane } from "./pdq.js";

let queue = Promise.resolve();

// What a worker asks for is not among what its page has asked for: it says so itself.
new PerformanceObserver((list) => {
  self.postMessage({ began: list.getEntries().map((one) => performance.timeOrigin + one.startTime) });
}).observe({ type: "resource", buffered: true });

self.onmessage = ({ data: { id, file } }) => {
  queue = queue.then(() => answer(id, file));
};

async function answer(id, file) {
  try {
    self.postMessage({ id, hash: hashPlane(await decode(file)) });
  } catch (error) {
    // Anything else is memory that the device does not have, or a browser that can't do it.
    const { code, details } = error instanceof NoHash ? error : { code: "not_on_this_device", details: {} };
    self.postMessage({ id, code, details });
  }
}
