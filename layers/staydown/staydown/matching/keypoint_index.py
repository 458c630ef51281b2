"""All judged pictures by their keypoints: which of them may an asked picture show?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from staydown.imaging.features import VARIANTS, QueryFeatures, ReferenceFeatures
from staydown.matching.candidate_scoring import KeypointPairs, candidate_scores
from staydown.matching.keypoint_store import KeypointStore
from staydown.matching.keypoint_table import KeypointTable, table_keys

MAX_DESCRIPTOR_DISTANCE = 44
"""Descriptors of the same point differ in so many bits of 256 or fewer, mostly; chance pairs in about 128."""
MAX_QUERY_KEYPOINTS = (800, 600, 400, 400)
"""How many keypoints of each variant are asked for candidates: mirrored and inverted copies are rare, and
asking takes time for every innocent picture. Alignment looks at all of them."""
MIN_SCORE = 3.0
"""With fewer keypoints in agreement a picture is no candidate."""
_MERGE = 4
"""A table is merged with the one before it unless that has this many times as many keypoints."""
_PAIRS_AT_ONCE = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A judged picture that an asked one may show. variant: how the asked one was taken (VARIANTS).
    score: about how many keypoints agree on it. features: what `align` needs."""

    entry_id: str
    variant: str
    score: float
    features: ReferenceFeatures


class KeypointIndex:
    """The judged pictures of a bank. An entry may have several (the frames of an animation).

    Adding sorts the new keypoints into tables of their own, which are merged as they grow, so that each
    keypoint is sorted a few times in all. Removing erases at once, and takes no rebuild.

    seq: the number of the bank's last change that is in it, kept for whoever applies the log.
    Questions may be asked at the same time; nothing else may run while pictures are added or removed.
    """

    def __init__(self) -> None:
        self.seq = 0
        self._store = KeypointStore()
        self._ids: list[str] = []
        self._pictures: dict[str, list[int]] = {}
        self._tables: list[KeypointTable] = []

    @classmethod
    def from_pictures(cls, pictures: Iterable[tuple[str, ReferenceFeatures]], *, seq: int = 0) -> Self:
        """An index of many pictures at once: (entry id, features)."""
        ids, store = [], KeypointStore()
        for entry_id, features in pictures:
            ids.append(entry_id)
            store.add(features)
        return cls.from_store(ids, store, seq=seq)

    @classmethod
    def from_store(cls, ids: Sequence[str], store: KeypointStore, *, seq: int) -> Self:
        """An index of the pictures of a store, none of them removed; ids: the entry of each."""
        index = cls()
        index._store, index._ids, index.seq = store, list(ids), seq
        for picture, entry_id in enumerate(ids):
            index._pictures.setdefault(entry_id, []).append(picture)
        if len(store.positions):
            index._tables.append(KeypointTable(store.descriptors.rows, 0))
        return index

    def contents(self) -> tuple[list[str], dict[str, NDArray[Any]]]:
        """The entry of each picture, and their arrays as `KeypointStore.arrays` gives them."""
        alive = self._store.alive.rows.tolist()
        return [self._ids[n] for n, is_alive in enumerate(alive) if is_alive], self._store.arrays()

    def __len__(self) -> int:
        """How many pictures can be found."""
        return int(self._store.alive.rows.sum())

    def __contains__(self, entry_id: str) -> bool:
        return entry_id in self._pictures

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return self._store.nbytes + sum(table.nbytes for table in self._tables)

    def add(self, entry_id: str, features: ReferenceFeatures) -> None:
        """Add a picture of an entry; it can be found from now on."""
        self._pictures.setdefault(entry_id, []).append(self._store.add(features))
        self._ids.append(entry_id)
        first = self._tables[-1].first + len(self._tables[-1]) if self._tables else 0
        while self._tables and len(self._tables[-1]) < _MERGE * (len(self._store.positions) - first):
            first = self._tables.pop().first
        if first < len(self._store.positions):
            self._tables.append(KeypointTable(self._store.descriptors.rows[first:], first))

    def remove(self, entry_id: str) -> None:
        """Erase all pictures of an entry; nothing happens where there is none."""
        for picture in self._pictures.pop(entry_id, ()):
            self._store.erase(picture)
            self._ids[picture] = ""

    def candidates(self, query: QueryFeatures, limit: int = 5) -> list[Candidate]:
        """The pictures that most keypoints speak for, of all variants together, the likeliest first."""
        pairs = self._pairs(query)
        pictures, reached = candidate_scores(pairs, MIN_SCORE)
        return [
            Candidate(
                self._ids[number // len(VARIANTS)],
                VARIANTS[number % len(VARIANTS)],
                score,
                self._store.features(number // len(VARIANTS)),
            )
            for number, score in zip(pictures[:limit].tolist(), reached[:limit].tolist(), strict=True)
        ]

    def _pairs(self, query_features: QueryFeatures) -> KeypointPairs:
        """Pairs of keypoints that look alike.

        All variants are asked at once: a query is a keypoint of a variant, and in place of a picture's
        number stands 4 x that + the variant's place.
        """
        shares = list(zip(query_features.variants, MAX_QUERY_KEYPOINTS, strict=True))
        descriptors = np.concatenate([points.descriptors[:most] for points, most in shares])
        query, row = self._similar_descriptors(descriptors)
        variant = np.repeat(np.arange(len(VARIANTS)), [min(len(points), most) for points, most in shares])
        angles = np.concatenate([points.angles[:most] for points, most in shares])
        levels = np.concatenate([points.levels[:most] for points, most in shares]).astype(np.int64)
        owner = self._store.picture_numbers(row)
        alive = self._store.alive.rows[owner]
        query, row, owner = query[alive], row[alive], owner[alive]
        return KeypointPairs(
            query=query,
            picture=owner * len(VARIANTS) + variant[query],
            rotation=angles[query] - self._store.angles.rows[row],
            level_change=levels[query] - self._store.levels.rows[row],
        )

    def _similar_descriptors(
        self, descriptors: NDArray[np.uint8]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(number of the query, row) of descriptors within MAX_BITS, each pair once."""
        keys = table_keys(descriptors)
        asked = np.ascontiguousarray(descriptors).view(np.uint64)
        held = self._store.descriptors.rows.view(np.uint64)
        near: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
        for table in self._tables:
            query, row = table.candidates(keys)
            for start in range(0, len(query), _PAIRS_AT_ONCE):
                q, r = query[start : start + _PAIRS_AT_ONCE], row[start : start + _PAIRS_AT_ONCE]
                bits = np.bitwise_count(asked[q] ^ held[r]).sum(axis=1, dtype=np.uint16)
                close = bits <= MAX_DESCRIPTOR_DISTANCE
                near.append(q[close] << np.int64(32) | r[close])
        pairs = np.unique(np.concatenate(near))
        return pairs >> np.int64(32), pairs & np.int64(0xFFFF_FFFF)
