// The operator's own questions. Each says who reads the answer.
import { data } from "../dom.js";
import { t } from "../strings.js";
import { textField } from "./fields.js";

const ONE_LINE = 200;

/** Create fields for these questions. given: answers by key, changed in place. */
export function questionFields(questions, given, changed) {
  return questions.map((question) => textField({
    id: idOf(question),
    label: data(question.label),
    hint: [question.help && [data(question.help), " "],
      question.required && [t("answers.required"), " "],
      t(question.for_reviewers ? "answers.for_reviewers" : "answers.not_for_reviewers")],
    value: given[question.key] ?? "",
    rows: question.max_length > ONE_LINE ? 4 : undefined,
    maxLength: question.max_length,
    onInput: (value) => changed(given[question.key] = value),
  }));
}

/** Return the answers to these questions by key, without empty ones. */
export function answered(questions, given) {
  return Object.fromEntries(questions
    .map(({ key }) => [key, (given[key] ?? "").trim()])
    .filter(([, answer]) => answer));
}

function idOf({ key }) {
  return `answer-${key}`;
}
