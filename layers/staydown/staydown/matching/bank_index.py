"""The bank in memory: applies the changes of the bank log, and finds the entries that an image matches."""

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
    """A change is missing. Read the log again from change `expected` on."""

    def __init__(self, expected: int, got: int) -> None:
        super().__init__(f"expected change {expected} of the bank, got {got}")
        self.expected = expected
        self.got = got


class BankIndex:
    """All entries of a bank, found by hash within a distance and by exact bytes.

    It contains no policy: distances and the minimum quality are arguments. Memory: about 180 bytes an entry,
    230 with a SHA-256. Each combination of id and hashes has a row; if the hashes of an entry change, its old
    row is deactivated.

    Queries may run concurrently, but not while changes are applied.
    """

    def __init__(self) -> None:
        """Create an empty bank, before its first change."""
        self.seq = 0
        """The number of the last applied change."""
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
        """Return the bank after change `seq`.

        segments: those of the snapshot, copied; entries of later ones replace those of earlier ones. No
        segment gives an empty bank.
        """
        index = cls()
        if segments:
            index._append(merge_segments(segments))
        index.seq = seq
        return index

    def __len__(self) -> int:
        """The number of entries, inactive ones included."""
        return len(self._ids) - self._replaced

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        arrays = (self._ids, self._standing, self._quality, self._pdq, self._pdq_row, self._pdq_owner)
        return sum(array.nbytes for array in (*arrays, self._sha256, self._sha256_row, self._sha256_owner))

    def apply(self, changes: Iterable[BankChange]) -> None:
        """Apply changes in order; changes that were already applied are skipped.

        Raises BankLogGap if a change is missing, ValueError if an entry is invalid (its id is no UUID, or its
        quality out of range). In both cases no change is applied.
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
        # Validates all entries before the first change.
        segment = BankSegment.of_entries(latest.values(), seq=seq)
        new_rows = [entry for entry in latest.values() if not self._update_row(entry)]
        self._append(segment if len(new_rows) == len(segment) else BankSegment.of_entries(new_rows, seq=seq))
        self.seq = seq

    def match(self, fingerprint: Fingerprint, *, distance: int, minimum_quality: int) -> list[Match]:
        """Return the matches of an image; see `match_many`."""
        return self.match_many([fingerprint], distance=distance, minimum_quality=minimum_quality)[0]

    def match_many(
        self, fingerprints: Sequence[Fingerprint], *, distance: int, minimum_quality: int
    ) -> list[list[Match]]:
        """Return the matches of each image, one for each entry, the nearest first.

        An entry matches by identical bytes, or by a view within `distance` bits (0 to 256). A match is
        trusted if the qualities of the view and the entry are at least `minimum_quality` (0 to 100). Of
        several views the nearest trusted one counts, otherwise the nearest. Inactive entries never match;
        allowed ones do.
        """
        views = [(number, view) for number, image in enumerate(fingerprints) for view in image.views]
        matches_by_image = self._best_matches(views, len(fingerprints), distance, minimum_quality)
        for number, image in enumerate(fingerprints):
            for sha256_row in self._sha256.rows_of(image.sha256):
                row = int(self._sha256_owner.rows[sha256_row])
                if self._standing.rows[row] != _INACTIVE:
                    trusted = self._pdq_row.rows[row] != _NO_HASH and self._trusted(
                        row, image.upright, minimum_quality
                    )
                    matches_by_image[number][row] = self._as_match(
                        row, 0, image.upright.name, trusted, exact=True
                    )
        return [sorted(matches.values(), key=_nearest_first) for matches in matches_by_image]

    def match_hash(
        self,
        pdq: PdqHash,
        quality: int,
        *,
        distance: int,
        minimum_quality: int,
        all_orientations: bool = True,
    ) -> list[Match]:
        """Return the matches of a hash without its image, the nearest first; see `match_many`.

        all_orientations: also search for the rotated and mirrored image, by approximate hashes (see
        `orientations`; their distances are a few bits larger than those of the rotated image).
        """
        hashes = approximate_orientations(pdq) if all_orientations else {UPRIGHT: pdq}
        views = [(0, View(name, oriented, quality)) for name, oriented in hashes.items()]
        return sorted(self._best_matches(views, 1, distance, minimum_quality)[0].values(), key=_nearest_first)

    def _best_matches(
        self, views: Sequence[tuple[int, View]], images: int, distance: int, minimum_quality: int
    ) -> list[dict[int, Match]]:
        """Return, for each image, the match by its best view for each row.

        views: (number of the image, view).
        """
        hashes = np.frombuffer(b"".join(view.pdq.data for _, view in views), np.uint8).reshape(-1, 32)
        found = self._pdq.query(hashes, distance)
        rows = self._pdq_owner.rows[found.row].tolist()
        matches_by_image: list[dict[int, Match]] = [{} for _ in range(images)]
        for query, row, bits in zip(found.query.tolist(), rows, found.distance.tolist(), strict=True):
            number, view = views[query]
            trusted = self._trusted(row, view, minimum_quality)
            best = matches_by_image[number].get(row)
            if best is None or (not trusted, bits) < (not best.trusted, best.distance):
                matches_by_image[number][row] = self._as_match(row, bits, view.name, trusted, exact=False)
        return matches_by_image

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
        """Update the row of an entry, or deactivate it if the hashes differ. Returns whether it has a row."""
        rows = self._ids.rows_of(id_bytes(entry.entry_id))
        if not rows:
            return False
        row = rows[-1]
        has_same_hashes = self._has_hashes(row, entry)
        standing = STANDINGS.index(entry.standing) if has_same_hashes else _INACTIVE
        self._standing.rows[row] = standing
        self._quality.rows[row] = entry.quality
        pdq_row = int(self._pdq_row.rows[row])
        if pdq_row != _NO_HASH:
            self._pdq.set_active(pdq_row, active=standing != _INACTIVE)
        self._replaced += not has_same_hashes
        return has_same_hashes

    def _has_hashes(self, row: int, entry: BankEntry) -> bool:
        pdq_row, sha256_row = int(self._pdq_row.rows[row]), int(self._sha256_row.rows[row])
        pdq = None if pdq_row == _NO_HASH else self._pdq.hash_of(pdq_row)
        sha256 = None if sha256_row == _NO_HASH else self._sha256.keys[sha256_row].tobytes()
        return pdq == (entry.pdq.data if entry.pdq else None) and sha256 == entry.sha256

    def _append(self, segment: BankSegment) -> None:
        """Append a row for each entry."""
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


def _scatter(count: int, rows: NDArray[np.int64], values: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return a column with the values in these rows, and _NO_HASH in the others."""
    column = np.full(count, _NO_HASH, np.int32)
    column[rows] = values
    return column


def _nearest_first(match: Match) -> tuple[bool, int, str]:
    return (not match.exact, match.distance, match.entry_id)
