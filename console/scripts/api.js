// The API client: JSON in, JSON out. Every failure is a Problem that a page can show.
import { config } from "./config.js";
import { has, t } from "./strings.js";

const PAUSES = [400, 1500];
/** Pauses while the first call with a key still runs, in ms: about 20 seconds in total. */
const RUNNING_PAUSES = [1000, 2000, 4000, 6000, 8000];

/**
 * A failed call. slug: the last part of the problem's type (`stale-version`), or `offline`, `session-ended`,
 * `gateway-STATUS`. fields: the errors of fields, {pointer, detail}. extra: the other members of the problem.
 */
export class Problem extends Error {
  constructor(slug, status = 0, { detail = "", fields = [], extra = {} } = {}) {
    super(slug);
    Object.assign(this, { slug, status, detail, fields, extra });
  }

  /** Say in plain words what happened. */
  get title() {
    return has(`problem.${this.slug}`) ? t(`problem.${this.slug}`) : t("problem.other");
  }

  /** Say in plain words what to do about it. */
  get advice() {
    return has(`problem.${this.slug}.do`) ? t(`problem.${this.slug}.do`) : this.detail;
  }
}

/**
 * Call the API. path: `/v1/…`. body: sent as JSON. token: of the signed-in user. secret: of a case.
 * key: an Idempotency-Key. With a key, and for GET, a lost connection is retried: nothing happens twice.
 * While the first call with a key still runs, wait for its answer. ifMatch: the ETag of the version that was
 * read. query: parameters; empty values are left out.
 * Return {body, etag, status}. Throw Problem.
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
    const { response, content } = await fetchWithRetries(`${base}${path}${parameters && `?${parameters}`}`, request, again);
    if (response.ok) return { body: content, etag: response.headers.get("ETag"), status: response.status };
    const problem = toProblem(response, content, Boolean(token));
    if (problem.slug !== "still-running" || pause === null) throw problem;
    await delay(pause);
  }
}

function delay(milliseconds) {
  return new Promise((resume) => setTimeout(resume, milliseconds));
}

/** Return a new Idempotency-Key: one for each action, however often its call is retried. */
export function newKey() {
  return crypto.randomUUID();
}

async function fetchWithRetries(url, request, again) {
  for (const pause of again ? [...PAUSES, null] : [null]) {
    try {
      const response = await fetch(url, request);
      return { response, content: parsed(await response.text()) };
    } catch {
      if (pause === null) throw new Problem("offline");
      await delay(pause);
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

function toProblem(response, content, signedIn) {
  const slug = String(content?.type ?? "").split("/").pop();
  if (response.status === 401 && signedIn) return new Problem("session-ended", 401);
  if (!slug) return new Problem(`gateway-${response.status}`, response.status);
  const { type, title, status, detail = "", errors = [], ...extra } = content;
  return new Problem(slug, response.status, { detail, fields: errors, extra });
}
