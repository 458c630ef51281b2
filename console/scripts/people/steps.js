// The steps of a report: questions, reasons and checks. A step requires an answer only if the report makes no
// sense without it. Everything else that the law requires can be added later.
import { data, h } from "../dom.js";
import { questions } from "../report_form.js";
import { t } from "../strings.js";
import { DECLARATIONS, linkLines, hasOwn, hasPosted, splitPlaces, reportBody } from "./answers.js";
import { checkContact, contactFields } from "./contact.js";
import { choices, textField, why } from "./fields.js";
import { missingList } from "./missing.js";
import { pictureChooser, isHashing } from "./pictures.js";
import { answered, questionFields } from "./questions.js";

const MOST_LINKS = 10;
const MOST_TOGETHER = 15;
const LEAST_PHRASE = 12;
const AUTHORITIES = ["parent_or_guardian", "lawyer", "support_worker", "asked_by_them"];

/**
 * id: of its texts. applies: whether the step applies to these answers. fields: its elements; they change the
 * answers in place and call `changed`; `change` goes to a step by its index. check: errors, text by field ID.
 */
export const STEPS = [
  {
    id: "where",
    applies: () => true,
    fields: (answers, { changed }) => [
      why(t("form.where.why")),
      choices({
        id: "where",
        kind: "radio",
        legend: t("form.where.legend"),
        options: ["posted", "here", "both"].map((value) => ({
          value,
          label: t(`form.where.${value}`),
          hint: t(`form.where.${value}.hint`),
          checked: answers.where === value,
        })),
        onChoose: (value) => changed(answers.where = value),
      }),
      h("p", { class: "hint" }, t("form.where.under18")),
    ],
    check: (answers) => (answers.where ? {} : { where: t("form.where.none") }),
  },
  {
    id: "links",
    applies: hasPosted,
    fields: (answers, { changed }) => [
      why(t("form.links.why")),
      textField({
        id: "links",
        label: t("form.links.label"),
        hint: t("form.links.hint", { most: MOST_LINKS }),
        value: answers.links,
        rows: 4,
        dir: "ltr",
        spellcheck: false,
        onInput(value) {
          changed(answers.links = value);
          document.querySelector("#links-odd").textContent = oddLink(answers);
        },
      }),
      h("p", { class: "hint", id: "links-odd", role: "status" }, oddLink(answers)),
    ],
    check(answers) {
      const count = linkLines(answers).length;
      if (count === 0) return { links: t("form.links.none") };
      return count > MOST_LINKS ? { links: t("form.links.many", { count, most: MOST_LINKS }) } : {};
    },
  },
  {
    id: "files",
    applies: hasOwn,
    fields: (answers, { changed }) => [
      why(t("form.files.why")),
      h("p", {}, t("form.files.proof")),
      pictureChooser(answers, changed),
    ],
    check(answers) {
      if (isHashing()) return { pictures: t("form.files.moment") };
      if (answers.pictures.length === 0) return { pictures: t("form.files.none") };
      const together = splitPlaces(answers).uploads.length + answers.pictures.length;
      return together > MOST_TOGETHER ? { pictures: t("form.files.together", { together, most: MOST_TOGETHER }) } : {};
    },
  },
  {
    id: "you",
    applies: () => true,
    fields: (answers, { changed }) => [
      why(t("form.you.relation.why")),
      choices({
        id: "relation",
        kind: "radio",
        legend: t("form.you.relation"),
        options: ["self", "representative"].map((value) => ({
          value,
          label: t(`form.you.relation.${value}`),
          checked: answers.relation === value,
        })),
        onChoose(value) {
          changed(answers.relation = value);
          document.querySelector("#by-what").hidden = value !== "representative";
        },
      }),
      h("div", { id: "by-what", hidden: answers.relation !== "representative" }, choices({
        id: "authority",
        kind: "radio",
        legend: t("form.you.authority"),
        options: AUTHORITIES.map((value) => ({
          value,
          label: t(`form.you.authority.${value}`),
          checked: answers.authority === value,
        })),
        onChoose: (value) => changed(answers.authority = value),
      })),
      why(t("form.you.declare.why")),
      choices({
        id: "declarations",
        kind: "checkbox",
        legend: t("form.you.declare"),
        options: DECLARATIONS.map((value) => ({
          value,
          label: t(`declaration.${value}`),
          checked: answers.declarations[value],
        })),
        onChoose: (value, checked) => changed(answers.declarations[value] = checked),
      }),
    ],
    check: (answers) => (answers.relation ? {} : { relation: t("form.you.relation.none") }),
  },
  {
    id: "words",
    applies: () => true,
    fields: (answers, { changed }) => [
      why(t("form.words.why")),
      textField({
        id: "statement",
        label: t("form.words.label"),
        hint: t("form.words.hint"),
        value: answers.statement,
        rows: 6,
        maxLength: 5000,
        onInput: (value) => changed(answers.statement = value),
      }),
    ],
    check: () => ({}),
  },
  {
    id: "more",
    applies: () => questions().length > 0,
    fields: (answers, { changed }) => [why(t("form.more.why")), questionFields(questions(), answers.answers, changed)],
    check: () => ({}),
  },
  {
    id: "contact",
    applies: () => true,
    fields: (answers, { changed }) => [why(t("form.contact.why")), contactFields(answers, changed)],
    check: checkContact,
  },
  {
    id: "back",
    applies: () => true,
    fields: (answers, { changed }) => [
      why(t("form.back.why")),
      textField({
        id: "phrase",
        label: t("form.back.label"),
        hint: t("form.back.hint", { least: LEAST_PHRASE }),
        value: answers.phrase,
        maxLength: 200,
        spellcheck: false,
        onInput: (value) => changed(answers.phrase = value),
      }),
    ],
    check({ phrase }) {
      const short = phrase.trim() && phrase.trim().length < LEAST_PHRASE;
      return short ? { phrase: t("form.back.short", { least: LEAST_PHRASE }) } : {};
    },
  },
  {
    id: "check",
    applies: () => true,
    fields: (answers, { change }) => [summary(answers, change), missingNow(answers)],
    check: () => ({}),
  },
];

/** Return the step and the error text for a pointer into the report; null if there is none. */
export function stepOfPointer(pointer, answers) {
  const [, part, place] = pointer.split("/");
  if (part === "uploads" || part === "addresses") {
    const link = answers && splitPlaces(answers)[part][place];
    return { id: "links", text: link && t("form.links.unknown", { link }) };
  }
  if (part === "hashes") {
    const name = answers?.pictures[place]?.name;
    return { id: "files", text: name && t("hash_error.too_plain", { name }) };
  }
  if (part === "contact") return { id: "contact", text: t("form.contact.email.wrong") };
  const id = { relation: "you", declarations: "you", statement: "words", signature: "contact", authority: "you", recovery_phrase: "back", answers: "more" }[part];
  return id ? { id } : null;
}

/** Warn about a line that is neither a link nor a number. It is sent anyway. */
function oddLink(answers) {
  const odd = linkLines(answers).find((line) => !/[./\d]/.test(line));
  return odd ? t("form.links.odd", { link: odd }) : "";
}

function summary(answers, change) {
  const steps = STEPS.filter((one) => one.applies(answers));
  const said = {
    where: t(`form.where.${answers.where}`),
    links: linkLines(answers).map((line) => h("div", { dir: "auto" }, line)),
    files: answers.pictures.map((one) => h("div", { dir: "auto" }, one.name)),
    you: [
      h("div", {}, t(`form.you.relation.${answers.relation || "none"}`)),
      answers.relation === "representative" && answers.authority &&
        h("div", {}, t(`form.you.authority.${answers.authority}`)),
      ...DECLARATIONS.filter((one) => answers.declarations[one]).map((one) => h("div", {}, t(`declaration.${one}`))),
    ],
    words: answers.statement,
    more: Object.values(answered(questions(), answers.answers)).map((one) => h("div", {}, data(one))),
    back: answers.phrase.trim() ? t("form.back.chosen") : "",
    contact: [
      answers.email,
      answers.email && t(`form.contact.mail.${answers.mail}`),
      answers.signature,
      answers.name,
    ].filter(Boolean).map((one) => h("div", { dir: "auto" }, one)),
  };
  return h("dl", { class: "summary" }, steps.slice(0, -1).map(({ id }, index) => h("div", {},
    h("dt", {}, t(`form.${id}.h`)),
    h("dd", { dir: "auto" }, said[id].length > 0 ? said[id] : t("form.check.nothing")),
    h("dd", {}, h("button", {
      type: "button",
      class: "small",
      "aria-label": t("form.check.change.what", { what: t(`form.${id}.h`) }),
      on: { click: () => change(index) },
    }, t("form.check.change"))))));
}

/** Show what is missing for the law and for the operator, as the API will. */
function missingNow(answers) {
  const report = reportBody(answers);
  const byLaw = [
    ...DECLARATIONS.filter((one) => !report.declarations[one]).map((one) => `/declarations/${one}`),
    !report.signature.trim() && "/signature",
    !report.contact.email && "/contact",
  ].filter(Boolean);
  const besides = questions()
    .filter((one) => one.required && !report.answers[one.key]).map((one) => `/answers/${one.key}`);
  if (byLaw.length + besides.length === 0) return h("p", {}, t("form.check.complete"));
  return h("div", { class: "missing" },
    h("h2", {}, t("form.check.missing.h")),
    h("p", {}, t(byLaw.length > 0 ? "form.check.missing" : "form.check.asked_besides")),
    missingList([...byLaw, ...besides]));
}
