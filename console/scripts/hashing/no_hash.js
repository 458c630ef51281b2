/** Why a file has no hash. code: empty, video, not_a_picture, unreadable_here, damaged, too_many_pixels,
 * too_small, not_on_this_device; details: numbers and names for the sentence that the page makes of it. */
export class NoHash extends Error {
  constructor(code, details = {}) {
    super(code);
    this.code = code;
    this.details = details;
  }
}
