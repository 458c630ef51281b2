// The API: JSON in, JSON out, and every failure as one kind of error that can be shown to a person.
import { config } from "./config.js";
import { has, t } from "./strings.js";

const PAUSES = [400, 1500];

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
 * twice. ifMatch: the ETag something was read with. query: of the address, empty values left out.
 * Returns {body, etag, status}; throws Problem.
 */
export async function ask(method, path, { body, token, secret, key, ifMatch, query, signal } = {}) {
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
    signal,
    body: body === undefined ? undefined : JSON.stringify(body),
    cache: "no-store",
    credentials: "omit",
    referrerPolicy: "no-referrer",
  };
  const again = method === "GET" || key !== undefined;
  const response = await persistently(`${base}${path}${parameters && `?${parameters}`}`, request, again);
  const content = await read(response);
  if (!response.ok) throw problemOf(response, content, Boolean(token));
  return { body: content, etag: response.headers.get("ETag"), status: response.status };
}

/** A key for one thing to do, whatever number of times it has to be asked for. */
export function newKey() {
  return crypto.randomUUID();
}

async function persistently(url, request, again) {
  for (const pause of again ? [...PAUSES, null] : [null]) {
    try {
      return await fetch(url, request);
    } catch (error) {
      if (error.name === "AbortError") throw error;
      if (pause === null) throw new Problem("offline");
      await new Promise((resume) => setTimeout(resume, pause));
    }
  }
}

async function read(response) {
  const text = await response.text();
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
