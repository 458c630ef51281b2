"""The audit: append-only, hash-chained, one chain a subject (a case, or an upload that has none).

A record's digest covers the one before it, so nothing can be changed, taken out or put in between
without every later digest failing. The head is kept with the subject itself, so a tail that was cut
off shows as well.
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
    """One line of the audit. actor: a reviewer's pseudonym, a platform, or `system`.

    details: plain JSON values, nothing personal: no contact, no free text, no hash.
    """

    chain: str
    seq: int
    at: datetime
    actor: str
    action: str
    details: Mapping[str, object]
    previous_digest: str
    digest: str


class ChainBroken(Exception):
    """The audit is not what was written. seq: the first record that does not fit."""

    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(f"record {seq}: {reason}")
        self.seq = seq
        self.reason = reason


def _digest(record: AuditRecord) -> str:
    """64 hex digits over everything in the record but the digest itself."""
    line = [record.chain, record.seq, record.at.isoformat(), record.actor, record.action]
    text = json.dumps([*line, record.details, record.previous_digest], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def next_record(
    chain: str, head: ChainHead, *, at: datetime, actor: str, action: str, details: Mapping[str, object]
) -> tuple[AuditRecord, ChainHead]:
    """The record that follows `head`, and the head after it."""
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
            raise ChainBroken(record.seq, "it does not follow from the record before it")
        if _digest(record) != record.digest:
            raise ChainBroken(record.seq, "its content was changed")
        last = ChainHead(record.seq, record.digest)
    if last != head:
        raise ChainBroken(last.seq + 1, "the end of the chain is missing")
