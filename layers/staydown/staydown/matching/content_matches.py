"""Match in the direction of a sweep: find the views of many uploads that are near any of a few entries."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from staydown.matching.hamming_distance import HASH_BITS, as_words, scan
from staydown.matching.hamming_index import TAIL_ROWS, HammingIndex


def rows_near_entries(
    entries: NDArray[np.uint8], views: NDArray[np.uint8], distance: int
) -> NDArray[np.int64]:
    """Return the rows of views within the distance of any entry: int64, ascending, each once.

    entries: (k, 32) uint8. views: (rows, 32) uint8, in any order. distance: 0 to 256 bits; ValueError else.

    Few entries are compared with every view, in blocks (about 4 ns for each comparison, and a few MB). For
    many, as after an import, an index of the entries is built and queried with the views.
    """
    if not 0 <= distance <= HASH_BITS:
        raise ValueError(f"a distance is from 0 to {HASH_BITS}, not {distance}")
    if len(entries) > TAIL_ROWS:
        rows, _, _ = HammingIndex(entries).query(views, distance)
    else:
        _, rows, _ = scan(as_words(views), as_words(entries), distance)
    return np.unique(rows)
