"""Anchors: the heads of all audit chains, written to storage where nobody can change or delete them.

A chain alone cannot prove that it was not rewritten or truncated together with its head. An anchor states the
length of each chain at a time, and the digest of its last record. Each anchor has the digest of the previous
one, so that none can be removed.
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
    """The heads of the audit chains at one time."""

    number: int
    """1 for the first anchor, then consecutive."""
    at: datetime
    previous_digest: str
    """The digest of the previous anchor; GENESIS for the first."""
    heads: tuple[tuple[str, ChainHead], ...]
    """(chain, head) of each chain."""

    @property
    def canonical_json(self) -> str:
        """The stored text: one JSON document, the same for equal anchors."""
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
        """Parse the stored text of an anchor. Raise ValueError if it is invalid."""
        try:
            read = json.loads(text)
            heads = tuple(
                (str(chain), ChainHead(int(seq), str(digest))) for chain, seq, digest in read["heads"]
            )
            return cls(int(read["number"]), datetime.fromisoformat(read["at"]), str(read["previous"]), heads)
        except (KeyError, TypeError) as error:
            raise ValueError("invalid anchor") from error


def anchor_digest(text: str) -> str:
    """Return the digest of the stored text of an anchor, as 64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def verify_against_anchors(chain: str, records: Sequence[AuditRecord], anchors: Iterable[Anchor]) -> int:
    """Return the number of the last record that the anchors cover; 0 if none.

    records: the verified chain from its first record. Raise ChainBroken if an anchor contradicts the chain.
    """
    digests = {record.seq: record.digest for record in records}
    last_anchored = 0
    for anchor in anchors:
        head = anchor.head_of(chain)
        if head is None:
            continue
        if head.seq not in digests:
            raise ChainBroken(
                len(records) + 1, f"anchor {anchor.number} covers {head.seq} records of this chain"
            )
        if digests[head.seq] != head.digest:
            raise ChainBroken(head.seq, f"it was rewritten: anchor {anchor.number} has another digest")
        last_anchored = max(last_anchored, head.seq)
    return last_anchored


def verify_anchor_sequence(anchors: Sequence[Anchor]) -> None:
    """Raise ChainBroken unless the anchors are consecutive, each with the digest of the previous one.

    The sequence may start at any number.
    """
    for anchor in anchors[:1]:
        if anchor.number == 1 and anchor.previous_digest != GENESIS:
            raise ChainBroken(1, "the first anchor has the digest of a previous one")
    for before, anchor in pairwise(anchors):
        if anchor.number != before.number + 1:
            raise ChainBroken(before.number + 1, "this anchor is missing")
        if anchor.previous_digest != before.digest:
            raise ChainBroken(anchor.number, "this anchor does not have the digest of the previous one")
