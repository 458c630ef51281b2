// The answers so far: in memory, and on the device only while the person asks for it.
import { questions } from "../report_form.js";
import { answered } from "./questions.js";

const STORAGE_KEY = "answers";
/** `chosen` means nothing to the next page; `phrase` opens the report to anyone who reads it. */
const NEVER_SAVED = new Set(["chosen", "phrase"]);
export const DECLARATIONS = ["intimate", "without_consent", "subject_or_representative", "good_faith"];

/**
 * @typedef {object} Answers
 * @property {"" | "posted" | "here" | "both"} where
 * @property {string} links one link or number on each line, as typed
 * @property {{name: string, pdq: string, quality: number, chosen?: number}[]} images hashed on this device; the name is
 *   never sent. chosen: time of the choice, in ms
 * @property {"" | "self" | "representative"} relation
 * @property {"" | "parent_or_guardian" | "lawyer" | "support_worker" | "asked_by_them"} authority what
 *   entitles the person to act for the person shown
 * @property {Record<string, boolean>} declarations
 * @property {string} statement
 * @property {string} name
 * @property {string} email
 * @property {"news" | "full" | "none"} mail what an email may say
 * @property {string} signature
 * @property {Record<string, string>} answers to the operator's questions, by key
 * @property {string} phrase the recovery phrase
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

export const hasPosted = (answers) => answers.where === "posted" || answers.where === "both";
export const hasOwn = (answers) => answers.where === "here" || answers.where === "both";

/** Return the lines that are not empty, without duplicates. */
export function linkLines(answers) {
  return [...new Set(answers.links.split("\n").map((line) => line.trim()).filter(Boolean))];
}

/** Split the lines into upload IDs and links. */
export function splitPlaces(answers) {
  const lines = linesInUse(answers);
  return { uploads: lines.filter(isUpload), addresses: lines.filter((line) => !isUpload(line)) };
}

const linesInUse = (answers) => (hasPosted(answers) ? linkLines(answers) : []);
const isUpload = (line) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(line);

/** Return the body of POST /v1/reports. */
export function reportBody(answers) {
  return {
    ...splitPlaces(answers),
    hashes: hasOwn(answers) ? answers.pictures.map(({ pdq, quality }) => ({ pdq, quality })) : [],
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

/** Return the answers saved on this device, or null. */
export function savedAnswers() {
  try {
    const saved = JSON.parse(localStorage.getItem(STORAGE_KEY));
    return saved && { ...newAnswers(), ...saved };
  } catch {
    return null; // the browser has no storage, or the data is from another version
  }
}

/** @returns {boolean} whether they were saved */
export function saveAnswers(answers) {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(answers, (key, value) => (NEVER_SAVED.has(key) ? undefined : value)));
    return true;
  } catch {
    return false;
  }
}

export function deleteSavedAnswers() {
  try {
    localStorage.removeItem(STORAGE_KEY);
  } catch {
    // Without storage, there is nothing to delete.
  }
}
