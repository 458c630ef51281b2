"""The audit of a case, verified as it is read: its chains, their stored heads, and the anchors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from staydown.aws.audit_store import case_chain, entry_chain, upload_chain
from staydown.aws.stack import Stack
from staydown.domain.audit.anchors import Anchor, verify_against_anchors
from staydown.domain.audit.chain import AuditRecord, ChainBroken, ChainHead, verify_chain
from staydown.domain.cases.case import Case
from staydown.services.access.cases import get_case
from staydown.services.records.queries import affected_uploads


@dataclass(frozen=True, slots=True)
class VerifiedChain:
    chain: str
    head: ChainHead
    """The head as stored with the subject of the chain."""
    records: tuple[AuditRecord, ...]
    error: str | None
    """What is wrong with the chain; None where it is intact."""
    anchors: tuple[Anchor, ...] = ()
    """The anchors that contain a head of the chain."""
    anchored_seq: int = 0
    """The number of the last record that the anchors cover; 0 where none is covered yet."""


MAX_UPLOADS_READ = 100
"""Uploads of a case whose chains are read at most. Repeated uploads of an image can be many."""


def read_case_audit(stack: Stack, case_id: str) -> list[VerifiedChain]:
    """Return the chains of the case, of its entries, and of its affected uploads (see `affected_uploads`)."""
    anchors: dict[int, Anchor] = {}
    case = get_case(stack, case_id)
    return [_verify_chain(stack, chain, head, anchors) for chain, head in _chain_heads(stack, case)]


def _chain_heads(stack: Stack, case: Case) -> Iterator[tuple[str, ChainHead]]:
    yield case_chain(case.case_id), case.audit
    for entry_id, stored in sorted(stack.bank.get_entries(case.banked_entries).items()):
        if stored.entry.audit.seq:
            yield entry_chain(entry_id), stored.entry.audit
    for upload in stack.uploads.get_many(islice(affected_uploads(stack, case), MAX_UPLOADS_READ)):
        if upload.audit.seq:
            yield upload_chain(upload.upload_id), upload.audit


def _verify_chain(
    stack: Stack, chain: str, head: ChainHead, anchor_cache: dict[int, Anchor]
) -> VerifiedChain:
    records = tuple(stack.audit.list_records(chain))
    anchors: tuple[Anchor, ...] = ()
    try:
        verify_chain(records, head)
        anchors = tuple(
            _load_anchor(stack, number, anchor_cache) for number in stack.anchors.anchor_numbers(chain)
        )
        anchored = verify_against_anchors(chain, records, anchors)
    except ChainBroken as error:
        return VerifiedChain(chain, head, records, str(error), anchors)
    return VerifiedChain(chain, head, records, None, anchors, anchored)


def _load_anchor(stack: Stack, number: int, anchor_cache: dict[int, Anchor]) -> Anchor:
    """Read an anchor, once for all the chains that it has heads of."""
    if number not in anchor_cache:
        text = stack.anchors.read_anchor(number)
        if text is None:
            raise ChainBroken(0, f"anchor {number} is missing")
        anchor_cache[number] = Anchor.from_json(text)
    return anchor_cache[number]
