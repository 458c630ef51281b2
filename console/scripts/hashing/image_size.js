// Read the format and size of an image from the first bytes of its file, before it is decoded: decoding
// 100 megapixels takes 400 MB and crashes the page on a phone.

const HEAD = 65536;

/**
 * @param {Blob} file
 * @returns {Promise<{kind: string, width: number, height: number} | null>} width and height are 0 if the
 *   kind is known but the size is not; null for an unknown file. kind: jpeg, png, gif, webp, bmp, avif, heic,
 *   tiff, or video
 */
export async function imageSize(file) {
  const head = new DataView(await file.slice(0, HEAD).arrayBuffer());
  const starts = (text, at = 0) => textAt(head, at, text.length) === text;
  try {
    if (starts("\xff\xd8\xff")) return { kind: "jpeg", ...(await jpegSize(file)) };
    if (starts("\x89PNG\r\n\x1a\n")) return size("png", head.getUint32(16), head.getUint32(20));
    if (starts("GIF8")) return size("gif", head.getUint16(6, true), head.getUint16(8, true));
    if (starts("RIFF") && starts("WEBP", 8)) return webpSize(head);
    if (starts("BM")) return size("bmp", Math.abs(head.getInt32(18, true)), Math.abs(head.getInt32(22, true)));
    if (starts("II*\0") || starts("MM\0*")) return size("tiff", 0, 0);
    if (starts("ftyp", 4)) return containerSize(head);
    if (starts("\x1aE\xdf\xa3")) return size("video", 0, 0);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // truncated header: the decoder reports it
    return size("jpeg", 0, 0);
  }
  return null;
}

const size = (kind, width, height) => ({ kind, width, height });

function textAt(view, at, length) {
  let text = "";
  for (let i = at; i < Math.min(at + length, view.byteLength); i++) text += String.fromCharCode(view.getUint8(i));
  return text;
}

/** Walk the segments to the frame header (ISO 10918-1, B.1), past embedded thumbnails. */
async function jpegSize(file) {
  for (let at = 2, segments = 0; at < file.size && segments < 1000; segments++) {
    const segment = new DataView(await file.slice(at, at + 9).arrayBuffer());
    if (segment.getUint8(0) !== 0xff) break;
    const marker = segment.getUint8(1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { width: segment.getUint16(7), height: segment.getUint16(5) };
    at += marker === 0xff ? 1 : 2 + segment.getUint16(2);
  }
  return { width: 0, height: 0 };
}

function webpSize(head) {
  const kind = textAt(head, 12, 4);
  const three = (at) => head.getUint16(at, true) | (head.getUint8(at + 2) << 16);
  if (kind === "VP8X") return size("webp", three(24) + 1, three(27) + 1);
  if (kind === "VP8L") {
    const bits = head.getUint32(21, true);
    return size("webp", (bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1);
  }
  return size("webp", head.getUint16(26, true) & 0x3fff, head.getUint16(28, true) & 0x3fff);
}

/** Tell AVIF, HEIC and video apart by their brands. Return the size of the largest image (ISO 23008-12, 6.5.3). */
function containerSize(head) {
  const brands = textAt(head, 8, Math.min(head.getUint32(0), 256) - 8);
  const kind = /avif|avis/.test(brands) ? "avif" : /heic|heix|hevc|mif1|msf1/.test(brands) ? "heic" : "video";
  const found = [size(kind, 0, 0)];
  for (let at = 0; at + 16 <= head.byteLength; at++) {
    if (head.getUint8(at) === 0x69 && textAt(head, at, 4) === "ispe") {
      found.push(size(kind, head.getUint32(at + 8), head.getUint32(at + 12)));
    }
  }
  return found.reduce((largest, one) => (one.width * one.height > largest.width * largest.height ? one : largest));
}
