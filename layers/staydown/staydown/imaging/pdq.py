"""PDQ as matrix products.

Every step of PDQ before the median is linear: two passes of a box filter in each direction, the sampling of
64 x 64 points, and the cosine transform. So the 16 x 16 coefficients of a luma plane Y are D (A_h Y A_w') D'.
A_n depends only on the length n and is cached. Hashing a part of an image takes a slice of Y and four small
products.

Mirroring or rotating the image reverses or swaps the axes of Y. Reversing an axis of Y reverses the rows of
its matrix. With both versions stacked, one product gives all four reversals, and their transposes give the
other four orientations. The reference implementation changes the signs of the odd frequencies instead. That
is cheaper, but up to 8 bits off, because its windows are not symmetric.

Source: Meta, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019. Window, block
centres, bit order and quality are as in the reference implementation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from staydown.domain.bank.fingerprints import ORIENTATIONS
from staydown.domain.bank.hashes import PdqHash

Floats = NDArray[np.float32]

_BLOCKS = 64
_MAX_LENGTH = 8_192
"""Longer sides give the same weights, since a pixel is then 1/128 of a block."""
_NOISE = 0.01
"""Smaller coefficients are rounding errors of 32-bit floats, and count as 0: a plain image has no random
bits."""
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class PdqDct:
    """The coefficients that the hashes of all orientations are read from."""

    coefficients: Floats
    """float32 (2, 2, 16, 16). The first axis is the image as it is and upside down, the second as it is and
    mirrored; then vertical and horizontal frequencies 1 to 16."""
    quality: int
    """0 to 100. Below 50 the image has too little detail for a reliable hash."""


def luma(rgb: NDArray[np.uint8]) -> Floats:
    """Return the luma, float32 (height, width), 0 to 255, of red, green and blue (height, width, 3)."""
    return rgb.astype(np.float32) @ _LUMA


def dct16(plane: NDArray[np.uint8] | Floats, factor: tuple[int, int] = (1, 1)) -> PdqDct:
    """Return the coefficients of a luma plane of any shape, values 0 to 255.

    factor: columns and rows of the full-size image whose mean each value of the plane is. With it, the hash
    differs from that of the full-size image by about 2 bits. The windows of the filter are whole pixels and
    slightly off centre; without the factor, that shift would grow with it.
    """
    values: Floats = np.asarray(plane, np.float32)
    height, width = values.shape
    left, right = _filter(height, factor[1]), _filter(width, factor[0])
    product: Floats = np.linalg.multi_dot([left, values, right.T])
    blocks = product.reshape(2, _BLOCKS, 2, _BLOCKS).swapaxes(1, 2)
    cosines = _cosines()
    coefficients: Floats = np.matmul(np.matmul(cosines, blocks), cosines.T)
    coefficients[np.abs(coefficients) < _NOISE] = 0
    return PdqDct(coefficients, _quality(blocks[0, 0]))


def hash_stack(planes: NDArray[np.uint8] | Floats) -> NDArray[np.uint8]:
    """Return the hashes, uint8 (n, 32), of planes of one shape: (n, height, width), values 0 to 255.

    Equal to `dct16` and `hash_of`, up to coefficients at the median. Several times as fast: without the
    quality, filter and transform are one matrix of 16 rows.
    """
    values: Floats = np.asarray(planes, np.float32)
    down, across = (_cosines() @ _filter(length, 1)[:_BLOCKS] for length in values.shape[1:])
    coefficients: Floats = np.matmul(np.matmul(down, values), across.T)
    coefficients[np.abs(coefficients) < _NOISE] = 0
    return np.frombuffer(b"".join(found.data for found in _hashes(coefficients)), np.uint8).reshape(-1, 32)


def smooth_and_sample(plane: Floats, points: int) -> Floats:
    """Return the plane after the box filter at points x points even positions: float32 (points, points).

    PDQ samples 64 x 64; more allow other grids to be sampled from the result.
    """
    height, width = plane.shape
    field: Floats = np.linalg.multi_dot([_fine_filter(height, points), plane, _fine_filter(width, points).T])
    return field


def hash_of(dct: PdqDct) -> PdqHash:
    """Return the PDQ hash of the image."""
    return _hashes(dct.coefficients[0, 0])[0]


def orientation_hashes(dct: PdqDct) -> tuple[tuple[str, PdqHash], ...]:
    """Return name and hash of the image in its eight orientations, in the order of ORIENTATIONS."""
    (upright, mirrored), (flipped, reversed_) = dct.coefficients
    oriented = (upright, flipped.T, reversed_, mirrored.T, mirrored, reversed_.T, flipped, upright.T)
    return tuple(zip(ORIENTATIONS, _hashes(np.stack(oriented)), strict=True))


def inverted(dct: PdqDct) -> PdqDct:
    """Return the coefficients of the negative image."""
    return PdqDct(-dct.coefficients, dct.quality)


def _hashes(coefficients: Floats) -> list[PdqHash]:
    """Return the hashes of (n, 16, 16) coefficients: a bit is 1 if its coefficient is above the lower median.

    Bit 16 i + j of the 256-bit number belongs to row i and column j; the hash is that number, big-endian.
    """
    rows = coefficients.reshape(-1, 256)
    median = np.partition(rows, 127, axis=1)[:, 127:128]
    return [PdqHash(row.tobytes()) for row in np.packbits((rows > median)[:, ::-1], axis=1)]


def _quality(blocks: Floats) -> int:
    """Return the quality, 0 to 100, from the gradients between blocks, in whole percent of full contrast."""
    down = np.trunc(np.diff(blocks, axis=0) * np.float32(100) / np.float32(255))
    across = np.trunc(np.diff(blocks, axis=1) * np.float32(100) / np.float32(255))
    return min(100, int(np.abs(down).sum() + np.abs(across).sum()) // 90)


@lru_cache(maxsize=1)
def _cosines() -> Floats:
    """Return D: float32 (16, 64), the rows 1 to 16 of the orthonormal 64-point cosine transform."""
    frequency = np.arange(1, 17)[:, None]
    place = 2 * np.arange(_BLOCKS) + 1
    return np.asarray(np.sqrt(2 / _BLOCKS) * np.cos(np.pi / 2 / _BLOCKS * frequency * place), np.float32)


@lru_cache(maxsize=128)
def _filter(length: int, factor: int) -> Floats:
    """Return A_n for n = length x factor, float32 (128, length): the weights of every `factor` pixels summed.

    The first 64 rows are for the side as it is, the others for the reversed side.
    """
    used_factor = min(factor, max(1, _MAX_LENGTH // length))
    weights = _weights(length * used_factor).reshape(_BLOCKS, length, used_factor).sum(axis=2)
    return np.concatenate([weights, weights[:, ::-1]]).astype(np.float32)


@lru_cache(maxsize=32)
def _fine_filter(length: int, points: int) -> Floats:
    """Return A_n at `points` positions instead of 64: float32 (points, length)."""
    return _weights(length, points).astype(np.float32)


def _weights(length: int, blocks: int = _BLOCKS) -> NDArray[np.float64]:
    """Return A_n, float64 (blocks, n): both box passes along a side of n pixels, at the centres of blocks.

    Each pass averages a window of (n + 127) // 128 pixels, truncated at the ends. A weight of the second pass
    spreads evenly over a window of the first, which is two steps in the cumulative sum of a row.
    """
    window = (length + 127) // 128
    after = window // 2 + 1
    places = np.arange(length)
    starts = np.maximum(places + after - window, 0)
    ends = np.minimum(places + after, length)
    share = 1.0 / (ends - starts)
    centres = ((np.arange(blocks) + 0.5) * length / blocks).astype(np.intp)
    steps = np.zeros((blocks, length + 1))
    for row, centre in zip(steps, centres, strict=True):
        inner = slice(starts[centre], ends[centre])
        np.add.at(row, starts[inner], share[inner] * share[centre])
        np.add.at(row, ends[inner], -share[inner] * share[centre])
    weights = np.cumsum(steps[:, :-1], axis=1)
    weights[np.abs(weights) < 1e-12] = 0.0
    return weights
