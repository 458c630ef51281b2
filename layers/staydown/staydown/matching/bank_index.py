"""The bank in memory: follows the log of changes, and tells which entries an image meets."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from staydown.domain.bank.entry import BankChange, BankEntry, Standing
from staydown.domain.bank.fingerprints import UPRIGHT, Fingerprint, View
from staydown.domain.bank.hashes import PdqHash
from staydown.domain.bank.match import Match
from staydown.matching.appendable_array import AppendableArray
from staydown.matching.bank_segment import (
    HAS_PDQ,
    HAS_SHA256,
    STANDINGS,
    BankSegment,
    id_bytes,
    merge_segments,
)
from staydown.matching.hamming_index import HammingIndex
from staydown.matching.key_index import KeyIndex
from staydown.matching.orientations import approximate_orientations

_INACTIVE = STANDINGS.index(Standing.INACTIVE)
_NO_HASH = -1


class BankLogGap(Exception):
    """A change came whose predecessor was not applied: read the log again from `expected` on."""

    def __init__(self, expected: int, got: int) -> None:
        super().__init__(f"expected change {expected} of the bank, got {got}")
        self.expected = expected
        self.got = got


class BankIndex:
    """All entries of a bank, found by hash within a distance and by exact bytes.

    It knows no policy: distances and the least quality come with each question. It holds what matching
    needs, in arrays: about 180 bytes an entry, 230 with a SHA-256. A row is written for each new
    combination of id and hashes; where an entry's hashes change, its former row is switched off.

    seq: the number of the last change that is in it.
    Questions may be asked at the same time; nothing else may run while changes are applied.
    """

    def __init__(self) -> None:
        """A bank without entries, before its first change."""
        self.seq = 0
        self._ids = KeyIndex(16)
        self._standing = AppendableArray(np.uint8)
        self._quality = AppendableArray(np.uint8)
        self._pdq = HammingIndex()
        self._pdq_row = AppendableArray(np.int32)
        self._pdq_owner = AppendableArray(np.uint32)
        self._sha256 = KeyIndex(32)
        self._sha256_row = AppendableArray(np.int32)
        self._sha256_owner = AppendableArray(np.uint32)
        self._replaced = 0

    @classmethod
    def load(cls, segments: Sequence[BankSegment], *, seq: int) -> Self:
        """The bank as it stood after change `seq`.

        segments: of the bank's snapshot; later ones override earlier ones, entry by entry. They are
        copied, and their bytes may be given up. None at all is an empty bank.
        """
        index = cls()
        if segments:
            index._append(merge_segments(segments))
        index.seq = seq
        return index

    def __len__(self) -> int:
        """How many entries there are, inactive ones included."""
        return len(self._ids) - self._replaced

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        arrays = (self._ids, self._standing, self._quality, self._pdq, self._pdq_row, self._pdq_owner)
        return sum(array.nbytes for array in (*arrays, self._sha256, self._sha256_row, self._sha256_owner))

    def apply(self, changes: Iterable[BankChange]) -> None:
        """Bring the bank up to date. A change that is in it already is passed over.

        Raises LogGap where a change is missing, ValueError where an entry can't be held (its id is no
        UUID, its quality out of range); then none of the changes is applied.
        """
        seq = self.seq
        latest: dict[str, BankEntry] = {}
        for change in changes:
            if change.seq <= seq:
                continue
            if change.seq != seq + 1:
                raise BankLogGap(seq + 1, change.seq)
            seq = change.seq
            latest[change.entry.entry_id] = change.entry
        # Of all of them first: it refuses what can't be held before anything is touched.
        segment = BankSegment.of_entries(latest.values(), seq=seq)
        fresh = [entry for entry in latest.values() if not self._update_row(entry)]
        self._append(segment if len(fresh) == len(segment) else BankSegment.of_entries(fresh, seq=seq))
        self.seq = seq

    def match(self, fingerprint: Fingerprint, *, distance: int, minimum_quality: int) -> list[Match]:
        """The entries that an image meets; see `match_many`."""
        return self.match_many([fingerprint], distance=distance, minimum_quality=minimum_quality)[0]

    def match_many(
        self, fingerprints: Sequence[Fingerprint], *, distance: int, minimum_quality: int
    ) -> list[list[Match]]:
        """For each image the entries it meets, each once, the nearest first.

        An entry is met by the very bytes, or by a view within `distance` bits (0 to 256). Of several
        views the nearest counts among those whose match is trusted (both qualities are at least
        `minimum_quality`, 0 to 100), so that a featureless view can't hide a good one; failing these, the
        nearest of all. Inactive entries are never met; allowed ones are, and say so in their standing.
        """
        views = [(number, view) for number, image in enumerate(fingerprints) for view in image.views]
        met = self._best_matches(views, len(fingerprints), distance, minimum_quality)
        for number, image in enumerate(fingerprints):
            for place in self._sha256.rows_of(image.sha256):
                row = int(self._sha256_owner.rows[place])
                if self._standing.rows[row] != _INACTIVE:
                    trusted = self._pdq_row.rows[row] != _NO_HASH and self._trusted(
                        row, image.upright, minimum_quality
                    )
                    met[number][row] = self._as_match(row, 0, image.upright.name, trusted, exact=True)
        return [sorted(matches.values(), key=_nearest_first) for matches in met]

    def match_hash(
        self,
        pdq: PdqHash,
        quality: int,
        *,
        distance: int,
        minimum_quality: int,
        all_orientations: bool = True,
    ) -> list[Match]:
        """The entries that a bare hash meets, the nearest first, as `match_many` says.

        all_orientations: ask for the picture turned and mirrored too, as far as its bits tell (see
        `orientations`; the distance is then some bits larger than that of the turned picture).
        """
        hashes = approximate_orientations(pdq) if all_orientations else {UPRIGHT: pdq}
        views = [(0, View(name, turned, quality)) for name, turned in hashes.items()]
        return sorted(self._best_matches(views, 1, distance, minimum_quality)[0].values(), key=_nearest_first)

    def _best_matches(
        self, views: Sequence[tuple[int, View]], images: int, distance: int, minimum_quality: int
    ) -> list[dict[int, Match]]:
        """For each image, row -> the match by its best view. views: (number of the image, view)."""
        hashes = np.frombuffer(b"".join(view.pdq.data for _, view in views), np.uint8).reshape(-1, 32)
        found = self._pdq.query(hashes, distance)
        rows = self._pdq_owner.rows[found.row].tolist()
        met: list[dict[int, Match]] = [{} for _ in range(images)]
        for query, row, bits in zip(found.query.tolist(), rows, found.distance.tolist(), strict=True):
            number, view = views[query]
            trusted = self._trusted(row, view, minimum_quality)
            former = met[number].get(row)
            if former is None or (not trusted, bits) < (not former.trusted, former.distance):
                met[number][row] = self._as_match(row, bits, view.name, trusted, exact=False)
        return met

    def _trusted(self, row: int, view: View, minimum_quality: int) -> bool:
        return view.quality >= minimum_quality and int(self._quality.rows[row]) >= minimum_quality

    def _as_match(self, row: int, distance: int, view: str, trusted: bool, *, exact: bool) -> Match:
        return Match(
            entry_id=str(uuid.UUID(bytes=self._ids.keys[row].tobytes())),
            standing=STANDINGS[self._standing.rows[row]],
            distance=distance,
            view=view,
            exact=exact,
            trusted=trusted,
        )

    def _update_row(self, entry: BankEntry) -> bool:
        """Bring the entry's row up to date; where its hashes are not the row's, switch the row off."""
        rows = self._ids.rows_of(id_bytes(entry.entry_id))
        if not rows:
            return False
        row = rows[-1]
        same = self._has_hashes(row, entry)
        standing = STANDINGS.index(entry.standing) if same else _INACTIVE
        self._standing.rows[row] = standing
        self._quality.rows[row] = entry.quality
        pdq_row = int(self._pdq_row.rows[row])
        if pdq_row != _NO_HASH:
            self._pdq.set_active(pdq_row, active=standing != _INACTIVE)
        self._replaced += not same
        return same

    def _has_hashes(self, row: int, entry: BankEntry) -> bool:
        pdq_row, sha256_row = int(self._pdq_row.rows[row]), int(self._sha256_row.rows[row])
        pdq = None if pdq_row == _NO_HASH else self._pdq.hash_of(pdq_row)
        sha256 = None if sha256_row == _NO_HASH else self._sha256.keys[sha256_row].tobytes()
        return pdq == (entry.pdq.data if entry.pdq else None) and sha256 == entry.sha256

    def _append(self, segment: BankSegment) -> None:
        """Give each entry a new row."""
        first = self._ids.extend(segment.ids)
        standings = segment.standings()
        self._standing.extend(standings)
        self._quality.extend(segment.quality)
        with_pdq = np.flatnonzero(segment.flags & HAS_PDQ)
        pdq_rows = self._pdq.add(segment.hashes[with_pdq]) + np.arange(len(with_pdq))
        self._pdq_row.extend(_scatter(len(segment), with_pdq, pdq_rows))
        self._pdq_owner.extend((first + with_pdq).astype(np.uint32))
        self._pdq.set_active(pdq_rows[standings[with_pdq] == _INACTIVE], active=False)
        with_sha256 = np.flatnonzero(segment.flags & HAS_SHA256)
        sha256_rows = self._sha256.extend(segment.sha256) + np.arange(len(with_sha256))
        self._sha256_row.extend(_scatter(len(segment), with_sha256, sha256_rows))
        self._sha256_owner.extend((first + with_sha256).astype(np.uint32))


def _scatter(count: int, places: NDArray[np.int64], values: NDArray[np.int64]) -> NDArray[np.int32]:
    """The values at their places, _NO_HASH elsewhere."""
    column = np.full(count, _NO_HASH, np.int32)
    column[places] = values
    return column


def _nearest_first(match: Match) -> tuple[bool, int, str]:
    return (not match.exact, match.distance, match.entry_id)
