// Send a request that can fail, without losing the input.
import { Problem } from "../api.js";
import { replace } from "../dom.js";
import { problemNotice } from "../shell.js";

/** Run `act`. Show a Problem in `said`, and enable the button again. */
export async function tryRequest(act, said, button) {
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
