"""A senior changes the bank by hand: allows a known false alarm, switches an entry off, or takes it back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from enum import StrEnum

from staydown.aws.audit_store import entry_chain
from staydown.aws.bank_store import BankHead, StoredEntry
from staydown.aws.stack import Stack
from staydown.domain.bank.entry import BankEntry, Standing
from staydown.domain.bank.hashes import PdqHash
from staydown.domain.bank.match import Match
from staydown.domain.errors import ConcurrentChange, Conflict, InvalidRequest, NotFound, StaleVersion
from staydown.domain.ids import derived_entry_id
from staydown.services.bank.bank_view import BankView
from staydown.services.bank.supports import emit_bank_changed
from staydown.services.retries import retry_on_conflict


class OverrideReason(StrEnum):
    """Why, in a word that may stand in the audit; what there is to tell beyond it is not kept here."""

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
    """Let the picture of this hash pass from now on: what is at least as near to it as to any other entry.

    InvalidRequest for a hash too plain to be told from others. Conflict when a case stands behind the very
    entry, and when entries that stop images lie so near that copies of theirs could pass as this one, unless
    `despite` names each of them. Nothing that was banked since they were looked for is overlooked.
    """
    if quality < stack.settings.match_policy.minimum_quality:
        least = stack.settings.match_policy.minimum_quality
        raise InvalidRequest(
            "The picture is too plain to be recognised by its hash.",
            pointers={"/quality": f"{least} at least"},
        )
    head = _refreshed_head(stack, bank)
    entry_id = derived_entry_id("pdq", pdq.data)
    new = BankEntry(entry_id, pdq, quality, sha256=None, phash=None, supports=frozenset())
    known = stack.bank.get_entries([entry_id]).get(entry_id, StoredEntry(new, 0))
    if known.entry.standing is Standing.ALLOWED:
        return known
    if known.entry.case_supports:
        cases = sorted(support.reference for support in known.entry.case_supports)
        raise Conflict(
            "A reviewer judged this very picture; an appeal of the case takes that back.",
            extra={"cases": cases},
        )
    _require_acknowledged(_find_collisions(stack, bank, pdq, entry_id), despite)
    return _save_override(stack, head, known, Standing.ALLOWED, "entry.allowed", reason, reviewer)


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
    """Switch an entry off (or take back that it was, or that it is allowed), on condition that it is as read.

    What it alone stopped is checked again and let go; switched on again, it stops as before.
    """
    head = stack.bank.get_head()
    known = stack.bank.get_entries([entry_id]).get(entry_id)
    if known is None:
        raise NotFound(f"There is no entry {entry_id[:64]!r}.")
    wanted = None if enabled else Standing.INACTIVE
    if known.entry.override is wanted:
        return known
    if expected_seq is not None and expected_seq != known.seq:
        raise StaleVersion("The entry changed since you read it; read it again.", extra={"etag": known.seq})
    action = "entry.reinstated" if enabled else "entry.deactivated"
    return _save_override(stack, head, known, wanted, action, reason, reviewer)


def _refreshed_head(stack: Stack, bank: BankView) -> BankHead:
    """The head by which the bank was searched: whatever moves it makes the change fail and search again."""
    seq = bank.refresh()
    head = stack.bank.get_head()
    if head.seq != seq:
        raise ConcurrentChange("The bank moved while it was searched.")
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
            "Entries that stop images lie near this hash: copies of theirs could pass as it. Look at them; "
            "to go on all the same, name them in `despite`.",
            extra={"collisions": near},
        )


def _save_override(
    stack: Stack,
    head: BankHead,
    known: StoredEntry,
    override: Standing | None,
    action: str,
    reason: OverrideReason,
    reviewer: str,
) -> StoredEntry:
    entry = known.entry.with_override(override)
    transaction = stack.transaction()
    audit = stack.audit.append(
        transaction,
        entry_chain(entry.entry_id),
        entry.audit,
        at=stack.now(),
        actor=reviewer,
        action=action,
        details={"reason": reason.value, "standing": entry.standing.value},
    )
    entry = replace(entry, audit=audit)
    seq = stack.bank.append_changes(transaction, head, [(entry, known.seq)])
    emit_bank_changed(stack, transaction, [entry.entry_id], seq)
    transaction.commit()
    return StoredEntry(entry, seq)
