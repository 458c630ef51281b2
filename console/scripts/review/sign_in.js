// The sign-in form: user name and password, then the challenges of Cognito.
import { Problem } from "../api.js";
import { h, replace } from "../dom.js";
import { problemNotice } from "../shell.js";
import { t } from "../strings.js";
import { respond, signIn } from "./cognito.js";

/** username: filled in. fixed: it can't be changed. done: called with the tokens. */
export function signInForm({ username = "", fixed = false, done }) {
  const place = h("div", { class: "stack" });
  const trouble = h("div", {});
  const form = h("form", { class: "stack", noValidate: true, on: { submit } }, place, trouble);
  let step = passwordStep(username, fixed);
  let busy = false;
  show();
  return form;

  function show() {
    replace(place, step.fields, h("button", { type: "submit", class: "primary" }, t(step.button)));
  }

  async function submit(event) {
    event.preventDefault();
    if (busy) return;
    busy = true;
    replace(trouble);
    try {
      const outcome = await step.send();
      if (outcome.tokens) {
        done(outcome.tokens);
        return;
      }
      step = challengeStep(outcome);
      show();
      form.querySelector("input")?.focus();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      replace(trouble, problemNotice(step.asked ? restarted(error) : error));
      form.querySelector("input:not([readonly])")?.focus();
    } finally {
      busy = false;
    }
  }

  /** Cognito waits only a few minutes for an answer to a challenge. After that, start again. */
  function restarted(error) {
    if (error.slug !== "sign-in.NotAuthorizedException") return error;
    step = passwordStep(step.asked.username, fixed);
    show();
    return new Problem("sign-in.took-too-long");
  }
}

function passwordStep(username, fixed) {
  const name = field("username", { autocomplete: "username", value: username, readOnly: fixed, autocapitalize: "none", spellcheck: false });
  const password = field("password", { type: "password", autocomplete: "current-password" });
  return {
    fields: [name.row, password.row],
    button: "sign_in.go",
    send: () => signIn(name.input.value.trim(), password.input.value),
  };
}

function challengeStep(asked) {
  const code = asked.challenge === "SOFTWARE_TOKEN_MFA";
  const answer = code
    ? field("code", { inputMode: "numeric", autocomplete: "one-time-code" })
    : field("new_password", { type: "password", autocomplete: "new-password", minLength: 14 });
  return {
    asked,
    fields: [h("p", {}, t(code ? "sign_in.code_why" : "sign_in.new_password_why")), answer.row],
    button: code ? "sign_in.go" : "sign_in.set",
    send: () => respond(asked, answer.input.value),
  };
}

function field(name, properties) {
  const input = h("input", { id: `sign-in-${name}`, required: true, ...properties });
  return { input, row: h("div", {}, h("label", { for: input.id }, t(`sign_in.field.${name}`)), input) };
}
