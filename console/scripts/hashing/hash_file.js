// Hashing on the person's own device: the file is read here and goes nowhere.

import { NoHash } from "./no_hash.js";

export { NoHash };

// To the policy of these pages the address of a worker is script: this is the one that may be made.
const WORKER = new URL("./worker.js", import.meta.url).href;
const trusted = globalThis.trustedTypes?.createPolicy("hashing", { createScriptURL: () => WORKER });

/** A worker; started early, it is there when the connection is not. */
export class Hasher {
  /** When its worker has asked anybody for anything, as the browser has it (ms since 1970); `onRequest` is told. */
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
      else reject(new NoHash(code, details));
    };
    // It did not load, or it died, perhaps while nothing waited: there is none any more.
    this.#worker.onerror = () => {
      this.#worker = null;
      for (const { resolve } of this.#waiting.values()) resolve(null);
      this.#waiting.clear();
    };
  }

  /**
   * @param {File} file
   * @returns {Promise<{pdq: string, quality: number}>} rejected with NoHash where there is none
   */
  async hash(file) {
    // Where there is no worker any more, another one is made, once.
    const hash = (await this.#asked(file)) ?? (await this.#asked(file));
    if (!hash) throw new NoHash("not_on_this_device");
    return hash;
  }

  /** null when the worker was lost over it. */
  #asked(file) {
    this.start();
    return new Promise((resolve, reject) => {
      const id = ++this.#last;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, file });
    });
  }

  /** Nothing is hashed any more. */
  close() {
    this.#worker?.terminate();
  }
}
