// Decode a file to its luma at working size. Must agree with layers/staydown/staydown/imaging/decode.py.

import { imageSize } from "./image_size.js";
import { HashError } from "./hash_error.js";

/** Above the 50 megapixels of a phone camera. A larger image can crash the page for lack of memory. */
export const MAX_PIXELS = 64_000_000;

const MIN_SIDE = 8;
const WORKING_SIDE = 480;
const MAX_PLANE_SIDE = 2048;
const STRIP_PIXELS = 1 << 21;

/**
 * @param {Blob} file
 * @returns {Promise<import("./pdq.js").Plane>} the luma of the image, upright, on a white background
 */
export async function decode(file) {
  if (file.size === 0) throw new HashError("empty");
  const found = await imageSize(file);
  if (found === null) throw new HashError("not_a_picture");
  if (found.kind === "video") throw new HashError("video");
  checkSize(found);
  const bitmap = await opened(file, found.kind);
  try {
    checkSize(bitmap);
    return reduced(bitmap);
  } finally {
    bitmap.close();
  }
}

function checkSize({ width, height }) {
  if (width * height > MAX_PIXELS) {
    const [megapixels, most] = [width * height, MAX_PIXELS].map((pixels) => Math.round(pixels / 1e6));
    throw new HashError("too_many_pixels", { width, height, megapixels, most });
  }
}

async function opened(file, kind) {
  try {
    // Ignore colour profiles: the server hashes the colours as stored, too.
    return await createImageBitmap(file, { imageOrientation: "from-image", colorSpaceConversion: "none" });
  } catch {
    throw new HashError(["heic", "tiff", "avif"].includes(kind) ? "unreadable_here" : "damaged", { kind });
  }
}

/** Average blocks of whole pixels, strip by strip, so that a large image is never copied. */
function reduced(bitmap) {
  const { width, height } = bitmap;
  if (Math.min(width, height) < MIN_SIDE) throw new HashError("too_small", { width, height });
  const least = Math.max(1, Math.floor(Math.min(width, height) / WORKING_SIDE));
  const factor = [width, height].map((side) => Math.max(least, Math.ceil(side / MAX_PLANE_SIDE)));
  const [columns, rows] = factor;
  const plane = { width: Math.ceil(width / columns), height: Math.ceil(height / rows), factor };
  plane.values = new Float32Array(plane.width * plane.height);
  const stripRows = Math.max(1, Math.floor(STRIP_PIXELS / width / rows)) * rows;
  const strip = new OffscreenCanvas(width, Math.min(stripRows, height));
  const context = strip.getContext("2d", { willReadFrequently: true });
  for (let top = 0; top < height; top += stripRows) {
    const count = Math.min(stripRows, height - top);
    context.fillStyle = "#fff";
    context.fillRect(0, 0, width, count);
    context.drawImage(bitmap, 0, top, width, count, 0, 0, width, count);
    average(context.getImageData(0, 0, width, count).data, width, count, top / rows, plane);
  }
  return plane;
}

/** Add the means of one strip to the plane, starting at row `first`. Blocks at the edges can be smaller. */
function average(rgba, width, count, first, { values, width: across, factor: [columns, rows] }) {
  for (let y = 0; y < count; y++) {
    const line = (first + Math.floor(y / rows)) * across;
    const high = Math.min(rows, count - Math.floor(y / rows) * rows);
    for (let x = 0, at = y * width * 4; x < width; x++, at += 4) {
      const column = Math.floor(x / columns);
      const wide = Math.min(columns, width - column * columns);
      values[line + column] += (0.299 * rgba[at] + 0.587 * rgba[at + 1] + 0.114 * rgba[at + 2]) / (high * wide);
    }
  }
}
