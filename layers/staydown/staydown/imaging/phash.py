"""pHash, bit for bit as `imagehash.phash` has it, without SciPy.

imagehash asks SciPy for one thing, a 32-point cosine transform; importing SciPy takes longer than hashing
ten photographs, and it is larger than everything else together. NumPy's real Fourier transform is the same
code underneath (pocketfft), so the transform is built on it by the very steps that SciPy takes. The order
of the steps matters: in a symmetric or plain picture coefficients cancel, and whether a rest of 1e-14 lies
above the median depends on the rounding.

Sources: Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010; Makhoul,
"A fast cosine transform in one and two dimensions", 1980.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_SIDE = 32
_LOW = 8

Doubles = NDArray[np.float64]


def phash(plane: NDArray[np.uint8]) -> int:
    """The 64-bit pHash of a luma plane (height, width), the first bit the most significant."""
    small = Image.fromarray(plane).resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    pixels = np.asarray(small, np.float64)
    coefficients = cosine_transform(cosine_transform(pixels.T).T)[:_LOW, :_LOW]
    bits = coefficients > np.median(coefficients)
    return int.from_bytes(np.packbits(bits).tobytes())


def cosine_transform(rows: Doubles) -> Doubles:
    """The unnormalised DCT-II of each row: (n, 32) to (n, 32), as `scipy.fftpack.dct` rounds it."""
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
    """cos(2 pi k / 128) for k = 1 to 32, each by the angle's sixteenth and its rest, as pocketfft has them.

    (The C library's cosine, not NumPy's: they differ in the last bit.)
    """

    def turn(eighths: int) -> tuple[float, float]:
        """Cosine and sine of `eighths` of 1/128 of a turn, reduced to the first octant."""
        angle = 0.25 * math.pi / 128
        if eighths < 128:
            return math.cos(eighths * angle), math.sin(eighths * angle)
        return math.sin((256 - eighths) * angle), math.cos((256 - eighths) * angle)

    fine = [turn(8 * k) for k in range(16)]
    coarse = [turn(8 * 16 * k) for k in range(3)]
    products = [(fine[k & 15], coarse[k >> 4]) for k in range(1, _SIDE + 1)]
    return np.array([a[0] * b[0] - a[1] * b[1] for a, b in products])
