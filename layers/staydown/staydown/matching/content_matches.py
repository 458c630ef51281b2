"""The sweep's direction: given entries, which of many uploads lie within a distance of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staydown.matching.hamming_distance import HASH_BITS, as_words, scan
from staydown.matching.hamming_index import TAIL_ROWS, HammingIndex


@dataclass(frozen=True, eq=False)
class ContentMatches:
    """Pairs of a view of an upload and an entry, one element of each array per pair.

    Ordered by upload, then entry, then distance, then row: the first of an upload and an entry is the
    nearest. All are given, not the nearest alone, since the caller knows which views are to be trusted.
    upload, entry, row: int64; row is that of the view. distance: uint16.
    """

    upload: NDArray[np.int64]
    entry: NDArray[np.int64]
    row: NDArray[np.int64]
    distance: NDArray[np.uint16]

    def __len__(self) -> int:
        return len(self.upload)


def rows_near_entries(
    entries: NDArray[np.uint8], views: NDArray[np.uint8], distance: int
) -> NDArray[np.int64]:
    """The rows of views within the distance of any entry: int64, ascending, each once.

    Arguments as of `content_matches`.
    """
    _, row, _ = _pairs(entries, views, distance)
    return np.unique(row)


def content_matches(
    entries: NDArray[np.uint8],
    views: NDArray[np.uint8],
    upload_of_view: NDArray[np.int64],
    distance: int,
) -> ContentMatches:
    """Every view within the distance of an entry, none missed.

    entries: (k, 32) uint8. views: (rows, 32) uint8, all views of all uploads, in any order.
    upload_of_view: (rows,) integers, whose view it is. distance: 0 to 256 bits.

    Few entries are compared with every view, block by block (about 4 ns a comparison, and a few MB); for
    many, as after an import, an index of the entries is built and the views are asked of it.
    Raises ValueError where the arrays don't fit each other, or for another distance.
    """
    if upload_of_view.shape != (len(views),):
        raise ValueError(f"{len(views)} views, but uploads of {upload_of_view.shape}")
    entry, row, bits = _pairs(entries, views, distance)
    upload = upload_of_view[row].astype(np.int64)
    order = np.lexsort((row, bits, entry, upload))
    return ContentMatches(upload[order], entry[order], row[order], bits[order])


def _pairs(
    entries: NDArray[np.uint8], views: NDArray[np.uint8], distance: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint16]]:
    """Entries, rows of views, distances."""
    if not 0 <= distance <= HASH_BITS:
        raise ValueError(f"a distance is from 0 to {HASH_BITS}, not {distance}")
    if len(entries) > TAIL_ROWS:
        row, entry, bits = HammingIndex(entries).query(views, distance)
    else:
        entry, row, bits = scan(as_words(views), as_words(entries), distance)
    return entry, row, bits
