"""Bank entries as arrays: the contents of a snapshot, and the source of an index."""

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
"""Arrays contain a standing as its index in this tuple."""

HAS_PDQ, HAS_SHA256, HAS_PHASH, DISABLED, ALLOWED = 1, 2, 4, 8, 16
"""The bits of `BankSegment.flags`."""


@dataclass(frozen=True, eq=False)
class BankSegment:
    """The state of n bank entries after change `seq`, sorted by id, without duplicates."""

    seq: int
    ids: NDArray[np.uint8]
    """(n, 16), the bytes of the UUIDs."""
    hashes: NDArray[np.uint8]
    """(n, 32), the PDQ; zero without HAS_PDQ."""
    quality: NDArray[np.uint8]
    """(n,), 0 to 100."""
    flags: NDArray[np.uint8]
    """(n,)."""
    phash: NDArray[np.uint64]
    """(n,); zero without HAS_PHASH."""
    sha256: NDArray[np.uint8]
    """(k, 32), of the k rows with HAS_SHA256, in their order."""
    supports: NDArray[np.uint32]
    """(n,), indices into `support_sets`."""
    support_sets: tuple[frozenset[Support], ...]
    """The distinct sets of supports."""

    @classmethod
    def of_entries(cls, entries: Iterable[BankEntry], *, seq: int) -> BankSegment:
        """Return the segment of entries in any order.

        Raises ValueError if an id is not a UUID in its usual form or is a duplicate, or a value is out of
        range.
        """
        rows = sorted(((id_bytes(e.entry_id), e) for e in entries), key=lambda row: row[0])
        for (key, _), (next_key, _) in pairwise(rows):
            if key == next_key:
                raise ValueError(f"duplicate entry {uuid.UUID(bytes=key)} in a segment")
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
        """Yield the entries, sorted by id."""
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
        """Return `BankEntry.standing` of each entry: uint8 (n,), indices into STANDINGS."""
        by_set = [_standing_of(supports) for supports in self.support_sets]
        standings = np.array(by_set, np.uint8)[self.supports] if by_set else np.empty(0, np.uint8)
        standings[(self.flags & DISABLED) != 0] = STANDINGS.index(Standing.INACTIVE)
        standings[(self.flags & ALLOWED) != 0] = STANDINGS.index(Standing.ALLOWED)
        return standings


def merge_segments(segments: Sequence[BankSegment]) -> BankSegment:
    """Merge segments; entries of later ones replace those of earlier ones. The seq is that of the last one.

    Raises ValueError without a segment.
    """
    if not segments:
        raise ValueError("no segment to merge")
    if len(segments) == 1:
        return segments[0]
    ids = np.concatenate([segment.ids for segment in segments])
    rows = _last_of_each(ids)
    flags = np.concatenate([segment.flags for segment in segments])
    digest_rows = np.cumsum((flags & HAS_SHA256) != 0) - 1
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
    # Keep the used sets in the order of their first use, as `of_entries` does.
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
        sha256=np.concatenate([segment.sha256 for segment in segments])[digest_rows[with_digest]],
        supports=np.argsort(order).astype(np.uint32)[supports],
        support_sets=tuple(sets[number] for number in used[order]),
    )


def id_bytes(entry_id: str) -> bytes:
    """Return the 16 bytes of an entry id. Raises ValueError if it is not a UUID in its usual form."""
    value = uuid.UUID(entry_id)
    if str(value) != entry_id:
        raise ValueError(f"entry id {entry_id!r} is not a UUID in its usual form")
    return value.bytes


def _last_of_each(ids: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the last row of each id, sorted by id."""
    high, low = np.ascontiguousarray(ids).view(">u8").astype(np.uint64).T
    order = np.lexsort((low, high))
    differs = (np.diff(high[order]) != 0) | (np.diff(low[order]) != 0)
    return order[np.append(differs, True)] if order.size else order


def _standing_of(supports: frozenset[Support]) -> int:
    entry = BankEntry(entry_id="", pdq=None, quality=0, sha256=None, phash=None, supports=supports)
    return STANDINGS.index(entry.standing)


def _quality(entry: BankEntry) -> int:
    if not 0 <= entry.quality <= 100:
        raise ValueError(f"quality {entry.quality} of entry {entry.entry_id} is not from 0 to 100")
    return entry.quality


def _phash(entry: BankEntry) -> int:
    if not 0 <= (entry.phash or 0) < 1 << 64:
        raise ValueError(f"pHash of entry {entry.entry_id} has more than 64 bits")
    return entry.phash or 0


def _flags(entry: BankEntry) -> int:
    return (
        HAS_PDQ * (entry.pdq is not None)
        | HAS_SHA256 * (entry.sha256 is not None)
        | HAS_PHASH * (entry.phash is not None)
        # A later decision may have replaced the override.
        | DISABLED * (entry.disabled and entry.override is not None)
        | ALLOWED * (entry.allowed and entry.override is not None)
    )


def _byte_rows(values: Sequence[bytes], width: int) -> NDArray[np.uint8]:
    if any(len(value) != width for value in values):
        raise ValueError(f"a value does not have {width} bytes")
    return np.frombuffer(b"".join(values), np.uint8).reshape(-1, width)
