"""Audit chains: append-only, hash-chained records, one chain for each case, account or other subject.

The digest of a record covers the digest of the previous one. So a changed, removed or inserted record
invalidates all later digests. The head is stored with the subject, so that a truncated chain is detected too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The last record of a chain: its number (0 before the first) and its digest (64 hex digits)."""

    seq: int = 0
    digest: str = GENESIS


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One audit record."""

    chain: str
    seq: int
    at: datetime
    actor: str
    """The pseudonym of a reviewer, a platform, or `system`."""
    action: str
    details: Mapping[str, object]
    """Plain JSON values without personal data: no contact details, free text or hashes."""
    previous_digest: str
    digest: str


class ChainBroken(Exception):
    """A chain was changed. seq: the number of the first invalid record."""

    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(f"record {seq}: {reason}")
        self.seq = seq
        self.reason = reason


def _digest(record: AuditRecord) -> str:
    """Return the digest of a record as 64 hex digits. It covers all fields except `digest`."""
    line = [record.chain, record.seq, record.at.isoformat(), record.actor, record.action]
    text = json.dumps([*line, record.details, record.previous_digest], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def next_record(
    chain: str, head: ChainHead, *, at: datetime, actor: str, action: str, details: Mapping[str, object]
) -> tuple[AuditRecord, ChainHead]:
    """Return the record that follows `head`, and the new head."""
    seq = head.seq + 1
    unsealed = AuditRecord(chain, seq, at, actor, action, dict(details), head.digest, digest="")
    record = replace(unsealed, digest=_digest(unsealed))
    return record, ChainHead(seq, record.digest)


def verify_chain(records: Iterable[AuditRecord], head: ChainHead) -> None:
    """Raise ChainBroken unless the records are one whole chain that ends in `head`."""
    last = ChainHead()
    for record in records:
        if record.seq != last.seq + 1:
            raise ChainBroken(record.seq, f"record {last.seq + 1} is missing")
        if record.previous_digest != last.digest:
            raise ChainBroken(record.seq, "it does not have the digest of the previous record")
        if _digest(record) != record.digest:
            raise ChainBroken(record.seq, "its content was changed")
        last = ChainHead(record.seq, record.digest)
    if last != head:
        raise ChainBroken(last.seq + 1, "the end of the chain is missing")
