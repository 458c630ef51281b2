/** The reason why a file has no hash. code: empty, video, not_a_picture, unreadable_here, damaged,
 * too_many_pixels, too_small, not_on_this_device. details: values for the text `hash_error.CODE`. */
export class HashError extends Error {
  constructor(code, details = {}) {
    super(code);
    this.code = code;
    this.details = details;
  }
}
