// What somebody has filled in so far: in memory, and on the device only while they ask for it.
import { questions } from "../report_form.js";
import { answered } from "./questions.js";

const KEPT = "answers";
/** A moment of this page, which means nothing to the next; and what opens the report to whoever reads it. */
const NEVER_KEPT = new Set(["chosen", "phrase"]);
export const DECLARATIONS = ["intimate", "without_consent", "subject_or_representative", "good_faith"];

/**
 * @typedef {object} Answers
 * @property {"" | "posted" | "here" | "both"} where
 * @property {string} links one address or number on each line, as typed
 * @property {{name: string, pdq: string, quality: number, chosen?: number}[]} pictures hashed here; the name stays
 *   here. chosen: when, in milliseconds of this page
 * @property {"" | "self" | "representative"} relation
 * @property {"" | "parent_or_guardian" | "lawyer" | "support_worker" | "asked_by_them"} authority by what
 *   somebody acts for another
 * @property {Record<string, boolean>} declarations
 * @property {string} statement
 * @property {string} name
 * @property {string} email
 * @property {"news" | "full" | "none"} mail what an e-mail may say
 * @property {string} signature
 * @property {Record<string, string>} answers to the operator's own questions, by key
 * @property {string} phrase for a new secret, should this one be lost
 */

/** @returns {Answers} */
export function newAnswers() {
  return {
    where: "",
    links: "",
    pictures: [],
    relation: "",
    authority: "",
    declarations: Object.fromEntries(DECLARATIONS.map((one) => [one, false])),
    statement: "",
    name: "",
    email: "",
    mail: "news",
    signature: "",
    answers: {},
    phrase: "",
  };
}

export const namesPosted = (answers) => answers.where === "posted" || answers.where === "both";
export const namesOwn = (answers) => answers.where === "here" || answers.where === "both";

/** The lines that hold something, each once. */
export function linksOf(answers) {
  return [...new Set(answers.links.split("\n").map((line) => line.trim()).filter(Boolean))];
}

/** Of those, the numbers of uploads, and the addresses. */
export function placesOf(answers) {
  const lines = linesWanted(answers);
  return { uploads: lines.filter(isUpload), addresses: lines.filter((line) => !isUpload(line)) };
}

const linesWanted = (answers) => (namesPosted(answers) ? linksOf(answers) : []);
const isUpload = (line) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(line);

/** The body of POST /v1/reports. */
export function reportOf(answers) {
  return {
    ...placesOf(answers),
    hashes: namesOwn(answers) ? answers.pictures.map(({ pdq, quality }) => ({ pdq, quality })) : [],
    relation: answers.relation,
    ...(answers.relation === "representative" && answers.authority && { authority: answers.authority }),
    declarations: answers.declarations,
    statement: answers.statement,
    signature: answers.signature,
    contact: { name: answers.name, email: answers.email, mail: answers.mail },
    language: document.documentElement.lang,
    ...(questions().length > 0 && { answers: answered(questions(), answers.answers) }),
    ...(answers.phrase.trim() && { recovery_phrase: answers.phrase.trim() }),
  };
}

/** Answers kept on this device by somebody who asked for it; null without any. */
export function keptAnswers() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT));
    return kept && { ...newAnswers(), ...kept };
  } catch {
    return null; // a browser that keeps nothing, or something of another version
  }
}

/** @returns {boolean} whether the device keeps them */
export function keep(answers) {
  try {
    localStorage.setItem(KEPT, JSON.stringify(answers, (key, value) => (NEVER_KEPT.has(key) ? undefined : value)));
    return true;
  } catch {
    return false;
  }
}

export function forget() {
  try {
    localStorage.removeItem(KEPT);
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
}
