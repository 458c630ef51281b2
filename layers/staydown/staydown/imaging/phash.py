"""pHash: imagehash's type and the bits of `imagehash.phash`, without SciPy.

`imagehash.phash` needs SciPy for one function, a 32-point cosine transform. SciPy is in no layer, since it
takes over 100 MB and half a second of a cold start. Here the transform is built on NumPy's real Fourier
transform, which is the same code (pocketfft), in SciPy's order of operations. The order matters: in a
symmetric or plain image, coefficients cancel, and the rounding decides whether a remainder of 1e-14 is above
the median.

A hash is an `imagehash.ImageHash`: distances, comparisons and the hexadecimal form are imagehash's own. A
stored hash is the same 64 bits as an integer (`Fingerprint.phash`).

Sources: Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010; Makhoul,
"A fast cosine transform in one and two dimensions", 1980.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from imagehash import ImageHash
from numpy.typing import NDArray
from PIL import Image

_SIDE = 32
_LOW = 8

Doubles = NDArray[np.float64]


def phash(plane: NDArray[np.uint8]) -> ImageHash:
    """Return the 64-bit pHash of a luma plane (height, width)."""
    small = Image.fromarray(plane).resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    pixels = np.asarray(small, np.float64)
    coefficients = cosine_transform(cosine_transform(pixels.T).T)[:_LOW, :_LOW]
    return ImageHash(coefficients > np.median(coefficients))


def to_integer(image_hash: ImageHash) -> int:
    """Return the stored form of a pHash: its bits row by row, the first one the most significant."""
    return int(str(image_hash), 16)


def from_integer(stored: int) -> ImageHash:
    """Return the pHash of a stored form. Raise OverflowError if it has more than 64 bits."""
    bits = np.unpackbits(np.frombuffer(stored.to_bytes(_LOW * _LOW // 8), np.uint8))
    return ImageHash(bits.astype(bool).reshape(_LOW, _LOW))


def stored_distance(first: int, second: int) -> int:
    """Return the number of differing bits of two stored pHashes, 0 to 64."""
    return int(from_integer(first) - from_integer(second))


def cosine_transform(rows: Doubles) -> Doubles:
    """Return the unnormalised DCT-II of each row: (n, 32) to (n, 32), rounded like `scipy.fftpack.dct`."""
    c = rows.copy()
    c[:, 0] *= 2
    c[:, -1] *= 2
    odd, even = c[:, 1:-1:2].copy(), c[:, 2::2].copy()
    # In this order: sums where the real parts of a spectrum go, differences where the imaginary ones do.
    real = np.concatenate([c[:, :1], even + odd, c[:, -1:]], axis=1)
    imaginary = np.zeros_like(real)
    imaginary[:, 1:-1] = even - odd
    # NumPy divides by 32, a power of two: undoing it is exact.
    c = np.fft.irfft(real + 1j * imaginary, _SIDE, axis=1) * _SIDE
    half = _SIDE // 2
    twiddle = _twiddles()
    k = np.arange(1, half)
    low, high = c[:, k].copy(), c[:, _SIDE - k].copy()
    t1 = twiddle[k - 1] * high + twiddle[_SIDE - k - 1] * low
    t2 = twiddle[k - 1] * low - twiddle[_SIDE - k - 1] * high
    c[:, k] = 0.5 * (t1 + t2)
    c[:, _SIDE - k] = 0.5 * (t1 - t2)
    c[:, half] *= twiddle[half - 1]
    return c


@lru_cache(maxsize=1)
def _twiddles() -> Doubles:
    """Return cos(2 pi k / 128) for k = 1 to 32, as pocketfft computes them: by a coarse and a fine angle.

    It uses the C library's cosine. NumPy's differs in the last bit.
    """

    def turn(eighths: int) -> tuple[float, float]:
        """Return cosine and sine of `eighths` of 1/128 of a turn, reduced to the first octant."""
        angle = 0.25 * math.pi / 128
        if eighths < 128:
            return math.cos(eighths * angle), math.sin(eighths * angle)
        return math.sin((256 - eighths) * angle), math.cos((256 - eighths) * angle)

    fine = [turn(8 * k) for k in range(16)]
    coarse = [turn(8 * 16 * k) for k in range(3)]
    products = [(fine[k & 15], coarse[k >> 4]) for k in range(1, _SIDE + 1)]
    return np.array([a[0] * b[0] - a[1] * b[1] for a, b in products])
