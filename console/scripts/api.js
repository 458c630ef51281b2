// The API: JSON in, JSON out, and every failure as one kind of error that can be shown to a person.
import { config } from "./config.js";
import { has, t } from "./strings.js";

const PAUSES = [400, 1500];
/** While the first call with a key is still being worked on: some twenty seconds in all. */
const RUNNING_PAUSES = [1000, 2000, 4000, 6000, 8000];

/**
 * What went wrong. slug: the last part of the problem's type (`stale-version`), or `offline`, `session-ended`,
 * `gateway-STATUS`. fields: what is wrong where, {pointer, detail}. extra: the problem's other members.
 */
export class Problem extends Error {
  constructor(slug, status = 0, { detail = "", fields = [], extra = {} } = {}) {
    super(slug);
    Object.assign(this, { slug, status, detail, fields, extra });
  }

  /** Plain words: what happened. */
  get title() {
    return has(`problem.${this.slug}`) ? t(`problem.${this.slug}`) : t("problem.other");
  }

  /** Plain words: what to do about it. */
  get advice() {
    return has(`problem.${this.slug}.do`) ? t(`problem.${this.slug}.do`) : this.detail;
  }
}

/**
 * Ask the API. path: `/v1/…`. body: sent as JSON. token: of who is signed in. secret: of a case.
 * key: an Idempotency-Key; with one (and for a GET) a lost connection is tried again, since nothing happens
 * twice; and while the first call still runs, its answer is waited for. ifMatch: the ETag something was read with. query: of the address, empty values left out.
 * Returns {body, etag, status}; throws Problem.
 */
export async function ask(method, path, { body, token, secret, key, ifMatch, query } = {}) {
  const { api_url: base } = await config();
  const parameters = new URLSearchParams(
    Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null && value !== ""),
  ).toString();
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token) headers.Authorization = `Bearer ${token}`;
  if (secret) headers["Case-Secret"] = secret;
  if (key) headers["Idempotency-Key"] = key;
  if (ifMatch) headers["If-Match"] = ifMatch;
  const request = {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    cache: "no-store",
    credentials: "omit",
    referrerPolicy: "no-referrer",
  };
  const again = method === "GET" || key !== undefined;
  for (const pause of [...RUNNING_PAUSES, null]) {
    const { response, content } = await persistently(`${base}${path}${parameters && `?${parameters}`}`, request, again);
    if (response.ok) return { body: content, etag: response.headers.get("ETag"), status: response.status };
    const problem = problemOf(response, content, Boolean(token));
    if (problem.slug !== "still-running" || pause === null) throw problem;
    await waited(pause);
  }
}

function waited(milliseconds) {
  return new Promise((resume) => setTimeout(resume, milliseconds));
}

/** A key for one thing to do, whatever number of times it has to be asked for. */
export function newKey() {
  return crypto.randomUUID();
}

async function persistently(url, request, again) {
  for (const pause of again ? [...PAUSES, null] : [null]) {
    try {
      const response = await fetch(url, request);
      return { response, content: parsed(await response.text()) };
    } catch {
      if (pause === null) throw new Problem("offline");
      await waited(pause);
    }
  }
}

function parsed(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

function problemOf(response, content, signedIn) {
  const slug = String(content?.type ?? "").split("/").pop();
  if (response.status === 401 && signedIn) return new Problem("session-ended", 401);
  if (!slug) return new Problem(`gateway-${response.status}`, response.status);
  const { type, title, status, detail = "", errors = [], ...extra } = content;
  return new Problem(slug, response.status, { detail, fields: errors, extra });
}
