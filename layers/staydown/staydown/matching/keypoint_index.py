"""An index of all references by keypoints: finds the candidates that a query may show."""

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
"""Descriptors of the same point usually differ by at most this many bits of 256, chance pairs by about
128."""
MAX_QUERY_KEYPOINTS = (800, 600, 400, 400)
"""The keypoints of each variant that are used to find candidates. Fewer for mirrored and inverted copies,
which are rare: every query pays for them. Alignment uses all keypoints."""
MIN_SCORE = 3.0
"""A reference with a lower score is no candidate."""
_MERGE = 4
"""A table is merged with the previous one unless that has this many times as many keypoints."""
_PAIRS_AT_ONCE = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A reference that a query may show."""

    entry_id: str
    variant: str
    """The variant of the query that is similar, one of VARIANTS."""
    score: float
    """The weighted number of agreeing keypoints (`candidate_scores`)."""
    features: ReferenceFeatures


class KeypointIndex:
    """The references of a bank. An entry may have several pictures.

    New keypoints go into tables of their own, which are merged as they grow, so that each keypoint is sorted
    only a few times. Removal erases the features at once, without a rebuild.

    Queries may run concurrently, but not while pictures are added or removed.
    """

    def __init__(self) -> None:
        self.seq = 0
        """The number of the last bank change in the index; set by the caller."""
        self._store = KeypointStore()
        self._ids: list[str] = []
        self._pictures: dict[str, list[int]] = {}
        self._tables: list[KeypointTable] = []

    @classmethod
    def from_pictures(cls, pictures: Iterable[tuple[str, ReferenceFeatures]], *, seq: int = 0) -> Self:
        """Return an index of pictures: (entry id, features)."""
        ids, store = [], KeypointStore()
        for entry_id, features in pictures:
            ids.append(entry_id)
            store.add(features)
        return cls.from_store(ids, store, seq=seq)

    @classmethod
    def from_store(cls, ids: Sequence[str], store: KeypointStore, *, seq: int) -> Self:
        """Return an index of the pictures of a store without removed ones. ids: the entry of each picture."""
        index = cls()
        index._store, index._ids, index.seq = store, list(ids), seq
        for picture, entry_id in enumerate(ids):
            index._pictures.setdefault(entry_id, []).append(picture)
        if len(store.positions):
            index._tables.append(KeypointTable(store.descriptors.rows, 0))
        return index

    def contents(self) -> tuple[list[str], dict[str, NDArray[Any]]]:
        """Return the entry of each picture, and the arrays of `KeypointStore.arrays`."""
        alive = self._store.alive.rows.tolist()
        return [self._ids[n] for n, is_alive in enumerate(alive) if is_alive], self._store.arrays()

    def __len__(self) -> int:
        """The number of pictures, without removed ones."""
        return int(self._store.alive.rows.sum())

    def __contains__(self, entry_id: str) -> bool:
        return entry_id in self._pictures

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return self._store.nbytes + sum(table.nbytes for table in self._tables)

    def add(self, entry_id: str, features: ReferenceFeatures) -> None:
        """Add a picture of an entry."""
        self._pictures.setdefault(entry_id, []).append(self._store.add(features))
        self._ids.append(entry_id)
        first = self._tables[-1].first + len(self._tables[-1]) if self._tables else 0
        while self._tables and len(self._tables[-1]) < _MERGE * (len(self._store.positions) - first):
            first = self._tables.pop().first
        if first < len(self._store.positions):
            self._tables.append(KeypointTable(self._store.descriptors.rows[first:], first))

    def remove(self, entry_id: str) -> None:
        """Erase all pictures of an entry, if there are any."""
        for picture in self._pictures.pop(entry_id, ()):
            self._store.erase(picture)
            self._ids[picture] = ""

    def candidates(self, query: QueryFeatures, limit: int = 5) -> list[Candidate]:
        """Return the candidates in all variants, at most `limit`, the highest score first."""
        pairs = self._pairs(query)
        pictures, scores = candidate_scores(pairs, MIN_SCORE)
        return [
            Candidate(
                self._ids[number // len(VARIANTS)],
                VARIANTS[number % len(VARIANTS)],
                score,
                self._store.features(number // len(VARIANTS)),
            )
            for number, score in zip(pictures[:limit].tolist(), scores[:limit].tolist(), strict=True)
        ]

    def _pairs(self, query_features: QueryFeatures) -> KeypointPairs:
        """Return the pairs of similar keypoints in all variants.

        The picture of a pair is numbered 4 x its number + the index of the variant.
        """
        limits = list(zip(query_features.variants, MAX_QUERY_KEYPOINTS, strict=True))
        descriptors = np.concatenate([points.descriptors[:limit] for points, limit in limits])
        query, row = self._similar_descriptors(descriptors)
        variant = np.repeat(np.arange(len(VARIANTS)), [min(len(points), limit) for points, limit in limits])
        angles = np.concatenate([points.angles[:limit] for points, limit in limits])
        levels = np.concatenate([points.levels[:limit] for points, limit in limits]).astype(np.int64)
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
        """Return the distinct pairs (query number, row) of descriptors within MAX_DESCRIPTOR_DISTANCE."""
        keys = table_keys(descriptors)
        query_words = np.ascontiguousarray(descriptors).view(np.uint64)
        store_words = self._store.descriptors.rows.view(np.uint64)
        near: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
        for table in self._tables:
            query, row = table.candidates(keys)
            for start in range(0, len(query), _PAIRS_AT_ONCE):
                q, r = query[start : start + _PAIRS_AT_ONCE], row[start : start + _PAIRS_AT_ONCE]
                bits = np.bitwise_count(query_words[q] ^ store_words[r]).sum(axis=1, dtype=np.uint16)
                close = bits <= MAX_DESCRIPTOR_DISTANCE
                near.append(q[close] << np.int64(32) | r[close])
        pairs = np.unique(np.concatenate(near))
        return pairs >> np.int64(32), pairs & np.int64(0xFFFF_FFFF)
