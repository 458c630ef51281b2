"""A senior changes the bank by hand: allows a known false alarm, switches an entry off, or takes it back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from enum import StrEnum

from staydown.aws.audit_store import entry_chain
from staydown.aws.bank_store import Head, Stored
from staydown.aws.stack import Stack
from staydown.domain.bank import Entry, Match, Standing
from staydown.domain.errors import ConcurrentChange, Conflict, InvalidRequest, NotFound, StaleVersion
from staydown.domain.hashes import PdqHash
from staydown.domain.ids import derived_entry_id
from staydown.services.bank.bank_view import BankView
from staydown.services.bank.change_bank import announce_bank
from staydown.services.retrying import retried


class Reason(StrEnum):
    """Why, in a word that may stand in the audit; what there is to tell beyond it is not kept here."""

    FALSE_ALARM = "false_alarm"
    WRONG_IMAGE = "wrong_image"
    AUTHORITY = "order_of_an_authority"
    PARTNER = "partner_withdrew_it"
    MISTAKE = "earlier_change_was_a_mistake"


_STANDS_FOR = {Standing.CONFIRMED, Standing.UNVERIFIED}


@retried
def allow_hash(
    stack: Stack,
    bank: BankView,
    *,
    pdq: PdqHash,
    quality: int,
    reason: Reason,
    despite: Collection[str],
    reviewer: str,
) -> Stored:
    """Let the picture of this hash pass from now on: what is at least as near to it as to any other entry.

    InvalidRequest for a hash too plain to be told from others. Conflict when a case stands behind the very
    entry, and when entries that stop images lie so near that copies of theirs could pass as this one, unless
    `despite` names each of them. Nothing that was banked since they were looked for is overlooked.
    """
    if quality < stack.settings.policy.minimum_quality:
        least = stack.settings.policy.minimum_quality
        raise InvalidRequest(
            "The picture is too plain to be recognised by its hash.",
            pointers={"/quality": f"{least} at least"},
        )
    head = _head_seen(stack, bank)
    entry_id = derived_entry_id("pdq", pdq.data)
    new = Entry(entry_id, pdq, quality, sha256=None, phash=None, supports=frozenset())
    known = stack.bank.entries([entry_id]).get(entry_id, Stored(new, 0))
    if known.entry.standing is Standing.ALLOWED:
        return known
    if known.entry.judged:
        cases = sorted(support.reference for support in known.entry.judged)
        raise Conflict(
            "A reviewer judged this very picture; an appeal of the case takes that back.",
            extra={"cases": cases},
        )
    _check_collisions(_collisions(stack, bank, pdq, entry_id), despite)
    return _write(stack, head, known, Standing.ALLOWED, "entry.allowed", reason, reviewer)


@retried
def switch_entry(
    stack: Stack,
    *,
    entry_id: str,
    on: bool,
    reason: Reason,
    reviewer: str,
    expected_seq: int | None,
) -> Stored:
    """Switch an entry off (or take back that it was, or that it is allowed), on condition that it is as read.

    What it alone stopped is checked again and let go; switched on again, it stops as before.
    """
    head = stack.bank.head()
    known = stack.bank.entries([entry_id]).get(entry_id)
    if known is None:
        raise NotFound(f"There is no entry {entry_id[:64]!r}.")
    wanted = None if on else Standing.INACTIVE
    if known.entry.set_aside is wanted:
        return known
    if expected_seq is not None and expected_seq != known.seq:
        raise StaleVersion("The entry changed since you read it; read it again.", extra={"etag": known.seq})
    action = "entry.reinstated" if on else "entry.deactivated"
    return _write(stack, head, known, wanted, action, reason, reviewer)


def _head_seen(stack: Stack, bank: BankView) -> Head:
    """The head by which the bank was searched: whatever moves it makes the change fail and search again."""
    seq = bank.refresh()
    head = stack.bank.head()
    if head.seq != seq:
        raise ConcurrentChange("The bank moved while it was searched.")
    return head


def _collisions(stack: Stack, bank: BankView, pdq: PdqHash, entry_id: str) -> list[Match]:
    found = bank.search(pdq, distance=stack.settings.policy.review_distance)
    return [match for match in found if match.standing in _STANDS_FOR and match.entry_id != entry_id]


def _check_collisions(collisions: list[Match], despite: Collection[str]) -> None:
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


def _write(
    stack: Stack,
    head: Head,
    known: Stored,
    wanted: Standing | None,
    action: str,
    reason: Reason,
    reviewer: str,
) -> Stored:
    entry = known.entry.put_aside(wanted)
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
    seq = stack.bank.append(transaction, head, [(entry, known.seq)])
    announce_bank(stack, transaction, [entry.entry_id], seq)
    transaction.commit()
    return Stored(entry, seq)
