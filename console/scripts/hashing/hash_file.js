// Hash files on the person's own device. The file never leaves it.

import { HashError } from "./hash_error.js";

export { HashError };

// Trusted Types treat the URL of a worker as script. This policy allows only this worker.
const WORKER = new URL("./worker.js", import.meta.url).href;
const trusted = globalThis.trustedTypes?.createPolicy("hashing", { createScriptURL: () => WORKER });

/** A worker that hashes files. Start it early: then it also works without a connection. */
export class Hasher {
  /** Start times of the worker's own network requests, in ms since 1970. `onRequest` is called for new ones. */
  began = [];
  onRequest = () => {};
  #worker = null;
  #waiting = new Map();
  #last = 0;

  start() {
    if (this.#worker) return;
    this.#worker = new Worker(trusted?.createScriptURL(WORKER) ?? WORKER, { type: "module" });
    this.#worker.onmessage = ({ data: { id, hash, code, details, began } }) => {
      if (began) {
        this.began.push(...began);
        this.onRequest();
        return;
      }
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (hash) resolve(hash);
      else reject(new HashError(code, details));
    };
    // The worker did not load, or it crashed, perhaps while idle.
    this.#worker.onerror = () => {
      this.#worker = null;
      for (const { resolve } of this.#waiting.values()) resolve(null);
      this.#waiting.clear();
    };
  }

  /**
   * @param {File} file
   * @returns {Promise<{pdq: string, quality: number}>} rejected with HashError if the file has no hash
   */
  async hash(file) {
    // Retry once with a new worker.
    const hash = (await this.#request(file)) ?? (await this.#request(file));
    if (!hash) throw new HashError("not_on_this_device");
    return hash;
  }

  /** Resolve to null if the worker crashed. */
  #request(file) {
    this.start();
    return new Promise((resolve, reject) => {
      const id = ++this.#last;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, file });
    });
  }

  /** Stop the worker. */
  close() {
    this.#worker?.terminate();
  }
}
