"""PDQ as matrix products.

Every step of PDQ before the median is linear: two passes of a box filter in each direction, the choice of
64 x 64 points, the cosine transform. So the 16 x 16 coefficients of a luma plane Y are
D (A_h Y A_w') D', where A_n depends on the length n alone and is kept. A part of a picture is then a slice
of Y and four small products.

The picture mirrored or turned is Y with an axis reversed or the axes swapped. Reversing an axis of Y is
reversing the rows of its matrix; with both kinds stacked, one product gives all four reversals, and their
transposes are the other four orientations. (Changing the signs of the odd frequencies would be cheaper
still, as in the reference, but is up to 8 bits off: its windows are not symmetric.)

Source: Meta, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019; window,
block centres, bit order and quality as in its reference implementation.
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
"""From there on it makes no difference how long the full side was: a pixel is 1/128 of a block."""
_NOISE = 0.01
"""Below it a coefficient is the rounding of 32-bit numbers: a plain picture is to have no bits, not any."""
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class PdqDct:
    """What hashes are read from.

    coefficients: float32 (2, 2, 16, 16), first by whether the picture is upside down, then by whether it
    is mirrored; rows by vertical and columns by horizontal frequency 1 to 16. quality: 0 to 100; below 50
    the picture is too plain for its hash to say much.
    """

    coefficients: Floats
    quality: int


def luma(rgb: NDArray[np.uint8]) -> Floats:
    """(height, width, 3) red, green, blue, 0 to 255, to (height, width) luma, 0 to 255."""
    return rgb.astype(np.float32) @ _LUMA


def dct16(plane: NDArray[np.uint8] | Floats, factor: tuple[int, int] = (1, 1)) -> PdqDct:
    """Transform a luma plane of any shape from (1, 1) up, values 0 to 255; a slice of one will do.

    factor: over how many columns and rows of the full-size picture each value of the plane is the mean.
    The hash is then that of the full-size picture, to 2 bits or so: the filter's windows are whole pixels
    and a little off centre, by a shift that would otherwise grow with the factor.
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
    """The hashes of many planes of one shape: (n, height, width), values 0 to 255, to (n, 32) uint8.

    As `dct16` and `hash_of` give them one by one, up to a coefficient that lies on the median; several
    times as fast, since transform and filter are one matrix of 16 rows where nobody asks for the quality.
    """
    values: Floats = np.asarray(planes, np.float32)
    down, across = (_cosines() @ _filter(length, 1)[:_BLOCKS] for length in values.shape[1:])
    coefficients: Floats = np.matmul(np.matmul(down, values), across.T)
    coefficients[np.abs(coefficients) < _NOISE] = 0
    return np.frombuffer(b"".join(found.data for found in _hashes(coefficients)), np.uint8).reshape(-1, 32)


def smooth_and_sample(plane: Floats, points: int) -> Floats:
    """The plane after the filter's passes, at points x points places spread over it evenly: what the 64 x 64
    are chosen from, for whoever wants to choose others. Float32 (points, points)."""
    height, width = plane.shape
    field: Floats = np.linalg.multi_dot([_fine_filter(height, points), plane, _fine_filter(width, points).T])
    return field


def hash_of(dct: PdqDct) -> PdqHash:
    """The picture's PDQ hash."""
    return _hashes(dct.coefficients[0, 0])[0]


def orientation_hashes(dct: PdqDct) -> tuple[tuple[str, PdqHash], ...]:
    """The hashes of the picture in its eight orientations, by name, in the order of ORIENTATIONS."""
    (upright, mirrored), (flipped, reversed_) = dct.coefficients
    turned = (upright, flipped.T, reversed_, mirrored.T, mirrored, reversed_.T, flipped, upright.T)
    return tuple(zip(ORIENTATIONS, _hashes(np.stack(turned)), strict=True))


def inverted(dct: PdqDct) -> PdqDct:
    """That of the negative picture, light for dark."""
    return PdqDct(-dct.coefficients, dct.quality)


def _hashes(coefficients: Floats) -> list[PdqHash]:
    """(n, 16, 16) to n hashes: a bit is 1 where a coefficient is above the lower median of its 256.

    Bit 16 i + j of the 256-bit number is that of row i, column j; the hash is that number, big-endian.
    """
    rows = coefficients.reshape(-1, 256)
    median = np.partition(rows, 127, axis=1)[:, 127:128]
    return [PdqHash(row.tobytes()) for row in np.packbits((rows > median)[:, ::-1], axis=1)]


def _quality(blocks: Floats) -> int:
    """Sum of the steps between neighbours of the 64 x 64, each in whole percent of full contrast."""
    down = np.trunc(np.diff(blocks, axis=0) * np.float32(100) / np.float32(255))
    across = np.trunc(np.diff(blocks, axis=1) * np.float32(100) / np.float32(255))
    return min(100, int(np.abs(down).sum() + np.abs(across).sum()) // 90)


@lru_cache(maxsize=1)
def _cosines() -> Floats:
    """D: float32 (16, 64), the rows 1 to 16 of the orthonormal 64-point cosine transform."""
    frequency = np.arange(1, 17)[:, None]
    place = 2 * np.arange(_BLOCKS) + 1
    return np.asarray(np.sqrt(2 / _BLOCKS) * np.cos(np.pi / 2 / _BLOCKS * frequency * place), np.float32)


@lru_cache(maxsize=128)
def _filter(length: int, factor: int) -> Floats:
    """A_n for n = length x factor, the weights of every `factor` pixels added up: float32 (128, length).

    64 rows for the side as it is, then 64 for the side reversed.
    """
    whole = min(factor, max(1, _MAX_LENGTH // length))
    weights = _weights(length * whole).reshape(_BLOCKS, length, whole).sum(axis=2)
    return np.concatenate([weights, weights[:, ::-1]]).astype(np.float32)


@lru_cache(maxsize=32)
def _fine_filter(length: int, points: int) -> Floats:
    """A_n at so many points instead of 64: float32 (points, length)."""
    return _weights(length, points).astype(np.float32)


def _weights(length: int, blocks: int = _BLOCKS) -> NDArray[np.float64]:
    """A_n: (blocks, n), the two box passes along a side of n pixels, taken at the centres of 64 blocks, or
    of so many.

    Each pass averages a window of (n + 127) // 128 pixels, cut off at the ends. A weight of the second
    pass spreads evenly over the window of the first: that is two steps in the running sum of a row.
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
