"""Manual changes of the bank by a senior reviewer: allow a false positive, or disable and enable an entry."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from staydown.aws.bank_store import BankHead, StoredEntry
from staydown.aws.stack import Stack
from staydown.domain.audit.actions import AuditAction
from staydown.domain.audit.actors import Actor
from staydown.domain.audit.upload_details import EntryOverridden
from staydown.domain.bank.entry import BankEntry, Standing
from staydown.domain.bank.hashes import PdqHash
from staydown.domain.bank.match import Match
from staydown.domain.errors import ConcurrentChange, Conflict, InvalidRequest, NotFound, StaleVersion
from staydown.domain.ids import derived_entry_id
from staydown.services.bank.bank_view import BankView
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import UnitOfWork


class OverrideReason(StrEnum):
    """Why an entry is overridden, as the audit records it."""

    FALSE_POSITIVE = "false_alarm"
    WRONG_IMAGE = "wrong_image"
    AUTHORITY_ORDER = "order_of_an_authority"
    PARTNER_WITHDRAWAL = "partner_withdrew_it"
    CORRECTION = "earlier_change_was_a_mistake"


_STOPPING_STANDINGS = {Standing.CONFIRMED, Standing.UNVERIFIED}


@retry_on_conflict
def allow_hash(
    stack: Stack,
    bank: BankView,
    *,
    pdq: PdqHash,
    quality: int,
    reason: OverrideReason,
    despite: Collection[str],
    reviewer: str,
) -> StoredEntry:
    """Let images pass that are at least as near to this hash as to any other entry.

    Raise InvalidRequest where the quality of the hash is too low. Raise Conflict where a decided case
    supports the entry, and where entries that stop images are so near that copies of theirs could pass,
    unless `despite` names each of them. Raise ConcurrentChange where the bank changed during the search.
    """
    if quality < stack.settings.match_policy.minimum_quality:
        least = stack.settings.match_policy.minimum_quality
        raise InvalidRequest(
            "The picture has too little detail to be recognised by its hash.",
            pointers={"/quality": f"{least} at least"},
        )
    head = _refreshed_head(stack, bank)
    entry_id = derived_entry_id("pdq", pdq.data)
    new = BankEntry(entry_id, pdq, quality, sha256=None, phash=None, supports=frozenset())
    read = stack.bank.get_entries([entry_id]).get(entry_id, StoredEntry(new, 0))
    if read.entry.standing is Standing.ALLOWED:
        return read
    if read.entry.case_supports:
        cases = sorted(support.reference for support in read.entry.case_supports)
        raise Conflict(
            "A reviewer decided on this picture. Only a granted appeal of the case can reverse that.",
            extra={"cases": cases},
        )
    _require_acknowledged(_find_collisions(stack, bank, pdq, entry_id), despite)
    return _save_override(stack, head, read, Standing.ALLOWED, AuditAction.ENTRY_ALLOWED, reason, reviewer)


@retry_on_conflict
def set_entry_enabled(
    stack: Stack,
    *,
    entry_id: str,
    enabled: bool,
    reason: OverrideReason,
    reviewer: str,
    expected_seq: int | None,
) -> StoredEntry:
    """Disable an entry, or remove its override, on condition that it is as it was read.

    Uploads that a disabled entry alone had stopped are checked again and released. Enabled, it stops uploads
    as before. Raise NotFound, and StaleVersion where the entry changed.
    """
    head = stack.bank.get_head()
    read = stack.bank.get_entries([entry_id]).get(entry_id)
    if read is None:
        raise NotFound(f"There is no entry {entry_id[:64]!r}.")
    override = None if enabled else Standing.INACTIVE
    if read.entry.override is override:
        return read
    if expected_seq is not None and expected_seq != read.seq:
        raise StaleVersion("The entry changed since you read it; read it again.", extra={"etag": read.seq})
    action = AuditAction.ENTRY_ENABLED if enabled else AuditAction.ENTRY_DISABLED
    return _save_override(stack, head, read, override, action, reason, reviewer)


def _refreshed_head(stack: Stack, bank: BankView) -> BankHead:
    """Return the head with which the bank is searched. A change of the bank makes the caller search again."""
    seq = bank.refresh()
    head = stack.bank.get_head()
    if head.seq != seq:
        raise ConcurrentChange("The bank changed during the search.")
    return head


def _find_collisions(stack: Stack, bank: BankView, pdq: PdqHash, entry_id: str) -> list[Match]:
    found = bank.search(pdq, distance=stack.settings.match_policy.review_distance)
    return [match for match in found if match.standing in _STOPPING_STANDINGS and match.entry_id != entry_id]


def _require_acknowledged(collisions: list[Match], despite: Collection[str]) -> None:
    unnamed = [match for match in collisions if match.entry_id not in despite]
    if unnamed:
        near = [
            {"entry_id": match.entry_id, "standing": match.standing.value, "distance": match.distance}
            for match in unnamed[:20]
        ]
        raise Conflict(
            "Entries that stop images are near this hash, so copies of their images could pass. Check them. "
            "To continue, name them in `despite`.",
            extra={"collisions": near},
        )


def _save_override(
    stack: Stack,
    head: BankHead,
    read: StoredEntry,
    override: Standing | None,
    action: AuditAction,
    reason: OverrideReason,
    reviewer: str,
) -> StoredEntry:
    entry = read.entry.with_override(override)
    uow = UnitOfWork(stack, Actor.reviewer(reviewer))
    details = EntryOverridden(action, reason.value, entry.standing)
    saved = uow.record_entry(read, entry, details, head=head)
    uow.commit()
    return saved
