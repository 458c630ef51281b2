// Hash files one after another, outside the page's main thread.

import { decode } from "./decode.js";
import { HashError } from "./hash_error.js";
import { hashPlane } from "./pdq.js";

let queue = Promise.resolve();

// The page does not see the requests of its worker, so the worker reports them.
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
    // Any other error: too little memory, or a browser that lacks a function.
    const { code, details } = error instanceof HashError ? error : { code: "not_on_this_device", details: {} };
    self.postMessage({ id, code, details });
  }
}
