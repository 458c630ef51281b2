"""Sample hashes, and a simple comparison of all pairs."""

from __future__ import annotations

import uuid

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from staydown.domain.bank.entry import BankEntry, Support, SupportSource
from staydown.domain.bank.fingerprints import UPRIGHT, Fingerprint, View
from staydown.domain.bank.hashes import PdqHash

Hashes = NDArray[np.uint8]

KINDS = ("random", "alike", "shared bytes", "duplicates", "all the same")


def hashes_of_kind(kind: str, rows: int, seed: int) -> Hashes:
    """Return hashes, uint8 (rows, 32), with a distribution that is difficult for an index."""
    rng = np.random.default_rng(seed)
    hashes = rng.integers(0, 256, (rows, 32), np.uint8)
    if kind == "alike":
        changed: Hashes = rng.integers(0, 256, (rows, 32), np.uint8) & rng.integers(0, 256, 32, np.uint8)
        changed &= hashes
        changed ^= hashes[: min(rows, 3)][rng.integers(0, min(rows, 3), rows)] if rows else 0
        return changed
    if kind == "shared bytes":
        hashes[:, rng.choice(32, 20, replace=False)] = 0x5A
    if kind == "duplicates":
        return hashes[rng.integers(0, max(rows // 4, 1), rows)]
    if kind == "all the same":
        return np.repeat(hashes[:1], rows, axis=0)
    return hashes


def flipped(value: bytes, bits: int, seed: int) -> bytes:
    """Return the hash at exactly that many bits from this one."""
    changed = np.unpackbits(np.frombuffer(value, np.uint8))
    changed[np.random.default_rng(seed).choice(256, bits, replace=False)] ^= 1
    return np.packbits(changed).tobytes()


def rows_of(*values: bytes) -> Hashes:
    return np.frombuffer(b"".join(values), np.uint8).reshape(-1, 32)


def pairs_within(queries: Hashes, hashes: Hashes, distance: int) -> list[tuple[int, int, int]]:
    """Return (query, row, distance) of every pair within the distance, compared bit by bit."""
    bits = np.unpackbits(hashes, axis=1)
    return [
        (number, int(row), int(counts[row]))
        for number, query in enumerate(np.unpackbits(queries, axis=1))
        for counts in [(bits ^ query).sum(axis=1)]
        for row in np.flatnonzero(counts <= distance)
    ]


def entry_id(number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, str(number)))


A_CASE = Support(SupportSource.CASE, "case-1")
A_PARTNER = Support(SupportSource.PARTNER, "partner-1")


def entry(
    number: int,
    pdq: bytes | None = None,
    *,
    quality: int = 100,
    sha256: bytes | None = None,
    phash: int | None = None,
    supports: frozenset[Support] = frozenset({A_CASE}),
    suspended: bool = False,
    allowed: bool = False,
) -> BankEntry:
    return BankEntry(
        entry_id=entry_id(number),
        pdq=None if pdq is None else PdqHash(pdq),
        quality=quality,
        sha256=sha256,
        phash=phash,
        supports=supports,
        disabled=suspended,
        allowed=allowed,
    )


def fingerprint(*views: bytes | View, sha256: bytes = bytes(32), quality: int = 100) -> Fingerprint:
    """Return the fingerprint of an image with these views: hashes, named by their index, or whole views."""
    named = tuple(
        view if isinstance(view, View) else View(f"view {n}" if n else UPRIGHT, PdqHash(view), quality)
        for n, view in enumerate(views)
    )
    return Fingerprint(sha256, named, 0, "image/jpeg", 640, 480, 1)


a_hash = st.binary(min_size=32, max_size=32)

some_supports = st.frozensets(
    st.builds(Support, st.sampled_from(SupportSource), st.sampled_from(["a", "b", "ü \U0001f600"])),
    max_size=3,
)

entries_by_id = st.lists(
    st.builds(
        entry,
        st.integers(0, 40),
        st.none() | a_hash,
        quality=st.integers(0, 100),
        sha256=st.none() | a_hash,
        phash=st.none() | st.integers(0, 2**64 - 1),
        supports=some_supports,
        suspended=st.booleans(),
        allowed=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda entry: entry.entry_id,
)
