// Asking for something that may be refused or not be heard, without losing what was typed.
import { Problem } from "../api.js";
import { replace } from "../dom.js";
import { problemNotice } from "../shell.js";

/** Do it. A Problem is shown in `said`, and the button that was pressed can be pressed again. */
export async function attempt(act, said, button) {
  button.disabled = true;
  replace(said);
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    replace(said, problemNotice(error));
    said.scrollIntoView({ block: "nearest" });
    button.disabled = false;
    button.focus({ preventScroll: true });
  }
}
