"""The audit of a case, verified as it is read."""

from __future__ import annotations

from dataclasses import dataclass

from staydown.aws.audit_store import case_chain, entry_chain, upload_chain
from staydown.aws.stack import Stack
from staydown.domain.audit import ChainBroken, ChainHead, Record, verify
from staydown.services.review_queue import load_case


@dataclass(frozen=True, slots=True)
class VerifiedChain:
    """broken: None when the chain is whole; else what is wrong with it."""

    chain: str
    records: tuple[Record, ...]
    broken: str | None


MAX_UPLOADS_READ = 100


def read_audit(stack: Stack, case_id: str) -> list[VerifiedChain]:
    """The chain of the case, those of its entries, of its uploads and of those that its entries have stopped.

    Of the latter the first MAX_UPLOADS_READ: an image that comes again and again has many.
    """
    case = load_case(stack, case_id)
    stopped = [upload_id for entry_id in case.banked for upload_id in stack.uploads.stopped_by(entry_id)]
    upload_ids = list(dict.fromkeys([*case.uploads, *stopped]))[:MAX_UPLOADS_READ]
    heads = [(case_chain(case_id), case.audit)]
    heads += [
        (entry_chain(entry_id), stored.entry.audit)
        for entry_id, stored in sorted(stack.bank.entries(case.banked).items())
        if stored.entry.audit.seq
    ]
    heads += [
        (upload_chain(upload.upload_id), upload.audit)
        for upload in stack.uploads.get_many(upload_ids)
        if upload.audit.seq
    ]
    return [_verified(stack, chain, head) for chain, head in heads]


def _verified(stack: Stack, chain: str, head: ChainHead) -> VerifiedChain:
    records = tuple(stack.audit.records(chain))
    try:
        verify(records, head)
    except ChainBroken as error:
        return VerifiedChain(chain, records, str(error))
    return VerifiedChain(chain, records, None)
