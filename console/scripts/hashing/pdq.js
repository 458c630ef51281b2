// PDQ as matrix products. Read layers/staydown/staydown/imaging/pdq.py first: both must agree.
//
// Every step of PDQ before the median is linear, so the 16 x 16 coefficients of a luma plane Y are
// D (A_h Y A_w') D': A_n averages n pixels into 64 blocks, D holds 16 rows of the cosine transform.

const BLOCKS = 64;
const FREQUENCIES = 16;
// Above this length, the full length makes no difference: a pixel is 1/128 of a block.
const MAX_LENGTH = 8192;
// Smaller coefficients are rounding noise. A plain image must have no bits set, not random ones.
const NOISE = 0.01;

/**
 * @typedef {object} Plane The luma of an image.
 * @property {Float32Array} values 0 black to 255 white, row by row
 * @property {number} width
 * @property {number} height
 * @property {[number, number]} factor columns and rows of the image that each value averages
 */

/**
 * Hash a luma plane.
 * @param {Plane} plane
 * @returns {{pdq: string, quality: number}} 64 hexadecimal digits; 0 to 100; below 50 the image has
 *   too little detail for a reliable hash
 */
export function hashPlane(plane) {
  const across = filter(plane.width, plane.factor[0]);
  const down = filter(plane.height, plane.factor[1]);
  const blocks = blocksOf(plane, across, down);
  return { pdq: hexOf(coefficientsOf(blocks)), quality: qualityOf(blocks) };
}

/** Return 64 x 64 means of the plane, row by row. */
function blocksOf({ values, width, height }, across, down) {
  // Columns first: the plane is read once, along its rows.
  const narrow = new Float64Array(height * BLOCKS);
  for (let y = 0; y < height; y++) {
    for (let block = 0; block < BLOCKS; block++) {
      const { start, weights } = across[block];
      let sum = 0;
      for (let i = 0, at = y * width + start; i < weights.length; i++) sum += weights[i] * values[at + i];
      narrow[y * BLOCKS + block] = sum;
    }
  }
  const blocks = new Float64Array(BLOCKS * BLOCKS);
  down.forEach(({ start, weights }, row) => {
    for (let i = 0; i < weights.length; i++) {
      for (let column = 0; column < BLOCKS; column++) {
        blocks[row * BLOCKS + column] += weights[i] * narrow[(start + i) * BLOCKS + column];
      }
    }
  });
  return blocks;
}

/** Return 256 coefficients: rows by vertical, columns by horizontal frequency, 1 to 16. */
function coefficientsOf(blocks) {
  const half = new Float64Array(FREQUENCIES * BLOCKS);
  const whole = new Float64Array(FREQUENCIES * FREQUENCIES);
  for (let i = 0; i < FREQUENCIES; i++) {
    for (let k = 0; k < BLOCKS; k++) {
      const cosine = COSINES[i * BLOCKS + k];
      for (let x = 0; x < BLOCKS; x++) half[i * BLOCKS + x] += cosine * blocks[k * BLOCKS + x];
    }
    for (let j = 0; j < FREQUENCIES; j++) {
      let sum = 0;
      for (let k = 0; k < BLOCKS; k++) sum += half[i * BLOCKS + k] * COSINES[j * BLOCKS + k];
      whole[i * FREQUENCIES + j] = Math.abs(sum) < NOISE ? 0 : sum;
    }
  }
  return whole;
}

/** A bit is 1 if its coefficient is above the lower median. Bit 0 is the last of the 256-bit number. */
function hexOf(coefficients) {
  const median = Float64Array.from(coefficients).sort()[coefficients.length / 2 - 1];
  let hex = "";
  for (let digit = coefficients.length / 4 - 1; digit >= 0; digit--) {
    let value = 0;
    for (let bit = 3; bit >= 0; bit--) value = 2 * value + (coefficients[4 * digit + bit] > median ? 1 : 0);
    hex += value.toString(16);
  }
  return hex;
}

/** Add the differences between neighbours of the 64 x 64 means, each in whole percent of full contrast. */
function qualityOf(blocks) {
  let sum = 0;
  const step = (one, other) => Math.abs(Math.trunc((blocks[one] - blocks[other]) * 100 / 255));
  for (let y = 0; y < BLOCKS; y++) {
    for (let x = 0; x < BLOCKS; x++) {
      const at = y * BLOCKS + x;
      if (y > 0) sum += step(at, at - BLOCKS);
      if (x > 0) sum += step(at, at - 1);
    }
  }
  return Math.min(100, Math.floor(sum / 90));
}

const COSINES = Float64Array.from({ length: FREQUENCIES * BLOCKS }, (_, at) => {
  const [row, column] = [Math.floor(at / BLOCKS), at % BLOCKS];
  return Math.sqrt(2 / BLOCKS) * Math.cos(Math.PI / 2 / BLOCKS * (row + 1) * (2 * column + 1));
});

/**
 * Return A_n for n = length x factor, with the weights of every `factor` pixels added up. For each of the
 * 64 blocks: where its weights start, and the weights that are not 0.
 */
function filter(length, factor) {
  const whole = Math.min(factor, Math.max(1, Math.floor(MAX_LENGTH / length)));
  const full = length * whole;
  const box = boxes(full);
  return Array.from({ length: BLOCKS }, (_, block) => {
    const centre = Math.floor((block + 0.5) * full / BLOCKS);
    const first = box.starts[box.starts[centre]];
    const last = box.ends[box.ends[centre] - 1];
    const start = Math.floor(first / whole);
    const weights = new Float64Array(Math.ceil(last / whole) - start);
    // The second pass averages values of the first: each is spread evenly over its window.
    const outer = 1 / (box.ends[centre] - box.starts[centre]);
    for (let inner = box.starts[centre]; inner < box.ends[centre]; inner++) {
      const share = outer / (box.ends[inner] - box.starts[inner]);
      for (let at = box.starts[inner]; at < box.ends[inner]; at++) weights[Math.floor(at / whole) - start] += share;
    }
    return { start, weights };
  });
}

/** Return the window of (n + 127) // 128 pixels around each of n pixels, cut off at both ends. */
function boxes(length) {
  const size = Math.floor((length + 127) / 128);
  const after = Math.floor(size / 2) + 1;
  const starts = Int32Array.from({ length }, (_, at) => Math.max(at + after - size, 0));
  const ends = Int32Array.from({ length }, (_, at) => Math.min(at + after, length));
  return { starts, ends };
}
