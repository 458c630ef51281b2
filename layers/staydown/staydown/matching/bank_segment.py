"""Entries of the bank as plain arrays: what a snapshot holds and an index is built from."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from staydown.domain.bank.entry import BankEntry, Standing, Support
from staydown.domain.bank.hashes import PdqHash

STANDINGS = tuple(Standing)
"""A standing is kept in arrays as its place here."""

HAS_PDQ, HAS_SHA256, HAS_PHASH, DISABLED, ALLOWED = 1, 2, 4, 8, 16
"""The bits of `Segment.flags`."""


@dataclass(frozen=True, eq=False)
class BankSegment:
    """The state of some entries of the bank when change number `seq` had been applied.

    All arrays have a row per entry, but for `sha256`; rows are ordered by id, and no id comes twice.
    ids: (n, 16) uint8, the bytes of the UUIDs. hashes: (n, 32) uint8, zero where HAS_PDQ is not set.
    quality: (n,) uint8, 0 to 100. flags: (n,) uint8. phash: (n,) uint64, zero where HAS_PHASH is not set.
    sha256: (k, 32) uint8, of the k rows with HAS_SHA256, in their order.
    supports: (n,) uint32, indices into `support_sets`, in which no set comes twice.
    """

    seq: int
    ids: NDArray[np.uint8]
    hashes: NDArray[np.uint8]
    quality: NDArray[np.uint8]
    flags: NDArray[np.uint8]
    phash: NDArray[np.uint64]
    sha256: NDArray[np.uint8]
    supports: NDArray[np.uint32]
    support_sets: tuple[frozenset[Support], ...]

    @classmethod
    def of_entries(cls, entries: Iterable[BankEntry], *, seq: int) -> BankSegment:
        """The same segment whatever the order of the entries.

        Raises ValueError where an id is not a UUID as `str(UUID)` writes it, or comes twice, or a value
        is out of its range.
        """
        rows = sorted(((id_bytes(e.entry_id), e) for e in entries), key=lambda row: row[0])
        for (one, _), (other, _) in pairwise(rows):
            if one == other:
                raise ValueError(f"entry {uuid.UUID(bytes=one)} comes twice in a segment")
        numbers: dict[frozenset[Support], int] = {}
        return cls(
            seq=seq,
            ids=_byte_rows([key for key, _ in rows], 16),
            hashes=_byte_rows([e.pdq.data if e.pdq else bytes(32) for _, e in rows], 32),
            quality=np.array([_quality(e) for _, e in rows], np.uint8),
            flags=np.array([_flags(e) for _, e in rows], np.uint8),
            phash=np.array([_phash(e) for _, e in rows], np.uint64),
            sha256=_byte_rows([e.sha256 for _, e in rows if e.sha256 is not None], 32),
            supports=np.array([numbers.setdefault(e.supports, len(numbers)) for _, e in rows], np.uint32),
            support_sets=tuple(numbers),
        )

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[BankEntry]:
        """The entries, by id."""
        digests = iter(self.sha256)
        for row, flags in enumerate(self.flags.tolist()):
            yield BankEntry(
                entry_id=str(uuid.UUID(bytes=self.ids[row].tobytes())),
                pdq=PdqHash(self.hashes[row].tobytes()) if flags & HAS_PDQ else None,
                quality=int(self.quality[row]),
                sha256=next(digests).tobytes() if flags & HAS_SHA256 else None,
                phash=int(self.phash[row]) if flags & HAS_PHASH else None,
                supports=self.support_sets[self.supports[row]],
                disabled=bool(flags & DISABLED),
                allowed=bool(flags & ALLOWED),
            )

    def standings(self) -> NDArray[np.uint8]:
        """The standing of each entry, as `Entry.standing` says: (n,) uint8, places in STANDINGS."""
        by_set = [_standing_of(supports) for supports in self.support_sets]
        standings = np.array(by_set, np.uint8)[self.supports] if by_set else np.empty(0, np.uint8)
        standings[(self.flags & DISABLED) != 0] = STANDINGS.index(Standing.INACTIVE)
        standings[(self.flags & ALLOWED) != 0] = STANDINGS.index(Standing.ALLOWED)
        return standings


def merge_segments(segments: Sequence[BankSegment]) -> BankSegment:
    """One segment of several, of which the later ones override the earlier, entry by entry.

    Its seq is that of the last. Raises ValueError for none at all.
    """
    if not segments:
        raise ValueError("there is no segment to merge")
    if len(segments) == 1:
        return segments[0]
    ids = np.concatenate([segment.ids for segment in segments])
    rows = _last_of_each(ids)
    flags = np.concatenate([segment.flags for segment in segments])
    digest_places = np.cumsum((flags & HAS_SHA256) != 0) - 1
    with_digest = rows[(flags[rows] & HAS_SHA256) != 0]
    numbers: dict[frozenset[Support], int] = {}
    supports = np.concatenate(
        [
            np.array([numbers.setdefault(s, len(numbers)) for s in segment.support_sets], np.uint32)[
                segment.supports
            ]
            for segment in segments
        ]
    )[rows]
    # Only the sets that are still in use, in the order of their first use, as `of_entries` has them.
    used, first, supports = np.unique(supports, return_index=True, return_inverse=True)
    order = np.argsort(first)
    sets = tuple(numbers)
    return BankSegment(
        seq=segments[-1].seq,
        ids=ids[rows],
        hashes=np.concatenate([segment.hashes for segment in segments])[rows],
        quality=np.concatenate([segment.quality for segment in segments])[rows],
        flags=flags[rows],
        phash=np.concatenate([segment.phash for segment in segments])[rows],
        sha256=np.concatenate([segment.sha256 for segment in segments])[digest_places[with_digest]],
        supports=np.argsort(order).astype(np.uint32)[supports],
        support_sets=tuple(sets[number] for number in used[order]),
    )


def id_bytes(entry_id: str) -> bytes:
    """The 16 bytes of an entry's id; ValueError where they would not give the same text back."""
    value = uuid.UUID(entry_id)
    if str(value) != entry_id:
        raise ValueError(f"the id {entry_id!r} of an entry is not a UUID in its usual form")
    return value.bytes


def _last_of_each(ids: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The last row of each id, ordered by id."""
    high, low = np.ascontiguousarray(ids).view(">u8").astype(np.uint64).T
    order = np.lexsort((low, high))
    differs = (np.diff(high[order]) != 0) | (np.diff(low[order]) != 0)
    return order[np.append(differs, True)] if order.size else order


def _standing_of(supports: frozenset[Support]) -> int:
    entry = BankEntry(entry_id="", pdq=None, quality=0, sha256=None, phash=None, supports=supports)
    return STANDINGS.index(entry.standing)


def _quality(entry: BankEntry) -> int:
    if not 0 <= entry.quality <= 100:
        raise ValueError(f"the quality of entry {entry.entry_id} is {entry.quality}, not from 0 to 100")
    return entry.quality


def _phash(entry: BankEntry) -> int:
    if not 0 <= (entry.phash or 0) < 1 << 64:
        raise ValueError(f"the pHash of entry {entry.entry_id} has more than 64 bits")
    return entry.phash or 0


def _flags(entry: BankEntry) -> int:
    return (
        HAS_PDQ * (entry.pdq is not None)
        | HAS_SHA256 * (entry.sha256 is not None)
        | HAS_PHASH * (entry.phash is not None)
        # Not where a later judgement overrules it.
        | DISABLED * (entry.disabled and entry.override is not None)
        | ALLOWED * (entry.allowed and entry.override is not None)
    )


def _byte_rows(values: Sequence[bytes], width: int) -> NDArray[np.uint8]:
    if any(len(value) != width for value in values):
        raise ValueError(f"a value has another length than {width} bytes")
    return np.frombuffer(b"".join(values), np.uint8).reshape(-1, width)
