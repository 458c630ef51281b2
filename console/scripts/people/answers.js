// What somebody has filled in so far: in memory, and on the device only while they ask for it.

const KEPT = "answers";
export const DECLARATIONS = ["intimate", "without_consent", "subject_or_representative", "good_faith"];

/**
 * @typedef {object} Answers
 * @property {"" | "posted" | "here" | "both"} where
 * @property {string} links one address or number on each line, as typed
 * @property {{name: string, pdq: string, quality: number, chosen?: number}[]} pictures hashed here; the name stays
 *   here. chosen: when, in milliseconds of this page
 * @property {"" | "self" | "representative"} relation
 * @property {Record<string, boolean>} declarations
 * @property {string} statement
 * @property {string} name
 * @property {string} email
 * @property {"news" | "full" | "none"} mail what an e-mail may say
 * @property {string} signature
 */

/** @returns {Answers} */
export function newAnswers() {
  return {
    where: "",
    links: "",
    pictures: [],
    relation: "",
    declarations: Object.fromEntries(DECLARATIONS.map((one) => [one, false])),
    statement: "",
    name: "",
    email: "",
    mail: "news",
    signature: "",
  };
}

export const namesPosted = (answers) => answers.where === "posted" || answers.where === "both";
export const namesOwn = (answers) => answers.where === "here" || answers.where === "both";

/** The lines that hold something, each once. */
export function linksOf(answers) {
  return [...new Set(answers.links.split("\n").map((line) => line.trim()).filter(Boolean))];
}

const UPLOAD_AT_END = /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/?(?:[?#].*)?$/i;

/** The upload that a line names: by its number, or by the address of a published picture, which ends in it. */
function uploadIn(line) {
  return UPLOAD_AT_END.exec(line)?.[1].toLowerCase() ?? line;
}

/** The body of POST /v1/reports. */
export function reportOf(answers) {
  return {
    uploads: namesPosted(answers) ? linksOf(answers).map(uploadIn) : [],
    hashes: namesOwn(answers) ? answers.pictures.map(({ pdq, quality }) => ({ pdq, quality })) : [],
    relation: answers.relation,
    declarations: answers.declarations,
    statement: answers.statement,
    signature: answers.signature,
    contact: { name: answers.name, email: answers.email, mail: answers.mail },
    language: document.documentElement.lang,
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
    // A moment of this page means nothing to the next.
    localStorage.setItem(KEPT, JSON.stringify(answers, (key, value) => (key === "chosen" ? undefined : value)));
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
