"""Anchors: the heads of the audit's chains, written where nobody can change or delete them.

A chain alone can't show that it was written anew from some record on, or that its tail was cut off together
with the head that is kept beside it. An anchor says how long a chain was at a time, and the digest of its
last record then. Each anchor names the digest of the one before it, so that none can be taken out either.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from staydown.domain.audit.chain import GENESIS, AuditRecord, ChainBroken, ChainHead


@dataclass(frozen=True, slots=True)
class Anchor:
    """number: from 1, none missing. previous: the digest of the one before. heads: by chain."""

    number: int
    at: datetime
    previous_digest: str
    heads: tuple[tuple[str, ChainHead], ...]

    @property
    def canonical_json(self) -> str:
        """What is stored: one JSON document, the same for the same anchor."""
        heads = [[chain, head.seq, head.digest] for chain, head in self.heads]
        return json.dumps(
            {
                "number": self.number,
                "at": self.at.isoformat(),
                "previous": self.previous_digest,
                "heads": heads,
            },
            separators=(",", ":"),
        )

    @property
    def digest(self) -> str:
        return anchor_digest(self.canonical_json)

    def head_of(self, chain: str) -> ChainHead | None:
        return dict(self.heads).get(chain)

    @classmethod
    def from_json(cls, text: str) -> Anchor:
        """ValueError for what is no anchor."""
        try:
            read = json.loads(text)
            heads = tuple(
                (str(chain), ChainHead(int(seq), str(digest))) for chain, seq, digest in read["heads"]
            )
            return cls(int(read["number"]), datetime.fromisoformat(read["at"]), str(read["previous"]), heads)
        except (KeyError, TypeError) as error:
            raise ValueError("this is no anchor") from error


def anchor_digest(text: str) -> str:
    """64 hex digits, of an anchor as it is stored."""
    return hashlib.sha256(text.encode()).hexdigest()


def verify_against_anchors(chain: str, records: Sequence[AuditRecord], anchors: Iterable[Anchor]) -> int:
    """Raise ChainBroken unless each anchor agrees with the chain; up to which record they vouch for it.

    records: the chain from its first record, verified.
    """
    digests = {record.seq: record.digest for record in records}
    upto = 0
    for anchor in anchors:
        head = anchor.head_of(chain)
        if head is None:
            continue
        if head.seq not in digests:
            raise ChainBroken(len(records) + 1, f"anchor {anchor.number} knows {head.seq} records of it")
        if digests[head.seq] != head.digest:
            raise ChainBroken(head.seq, f"anchor {anchor.number} knows another record; it was written anew")
        upto = max(upto, head.seq)
    return upto


def verify_anchor_sequence(anchors: Sequence[Anchor]) -> None:
    """Raise ChainBroken unless these follow each other, each by the digest of the one before.

    They may begin anywhere; anchor 1 follows none.
    """
    for anchor in anchors[:1]:
        if anchor.number == 1 and anchor.previous_digest != GENESIS:
            raise ChainBroken(1, "the first anchor names one before it")
    for before, anchor in pairwise(anchors):
        if anchor.number != before.number + 1:
            raise ChainBroken(before.number + 1, "this anchor is missing")
        if anchor.previous_digest != before.digest:
            raise ChainBroken(anchor.number, "this anchor does not follow from the one before it")
