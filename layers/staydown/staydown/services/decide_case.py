"""A reviewer decides a case, and all that follows from it happens with the decision or not at all."""

from __future__ import annotations

from dataclasses import dataclass, replace

from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.accounts import Block
from staydown.domain.cases import Case, CaseState, Decision, Factors, Outcome
from staydown.domain.errors import ClaimedByAnother, Conflict, StaleVersion
from staydown.domain.events import EventType
from staydown.domain.uploads import Reason, Upload, by_case, waits_for
from staydown.services.bank_images import BankedImages
from staydown.services.change_bank import claims_of, withdraw_supports
from staydown.services.free_upload import free_upload
from staydown.services.place_image import take_down
from staydown.services.retrying import retried
from staydown.services.review_queue import load_case
from staydown.services.save_case import save_case
from staydown.services.stop_upload import announce


@dataclass(frozen=True, slots=True)
class Judgement:
    outcome: Outcome
    factors: Factors
    reasons: str


def decide_case(
    stack: Stack, *, case_id: str, reviewer: str, judgement: Judgement, expected_revision: int | None
) -> Case:
    """Decide, and carry the decision out.

    The same decision by the same reviewer told twice is one decision. Once this returns `violating`, every
    scan that finishes later blocks the image; copies that are already up are swept.
    """
    case, uploads = _decide(
        stack,
        case_id=case_id,
        reviewer=reviewer,
        judgement=judgement,
        expected_revision=expected_revision,
        images=BankedImages(stack),
    )
    if judgement.outcome.stops:
        # The event of each removal does this too, should we be stopped here.
        for upload in uploads:
            take_down(stack, upload.upload_id)
    return case


@retried
def _decide(
    stack: Stack,
    *,
    case_id: str,
    reviewer: str,
    judgement: Judgement,
    expected_revision: int | None,
    images: BankedImages,
) -> tuple[Case, list[Upload]]:
    case = load_case(stack, case_id)
    if _is_repeated(case, reviewer, judgement):
        return case, stack.uploads.get_many(case.uploads)
    _check_turn(stack, case, reviewer, expected_revision)
    now = stack.now()
    decision = Decision(judgement.outcome, judgement.factors, judgement.reasons, reviewer, now)
    decided = case.decided(decision)
    uploads = stack.uploads.get_many(case.uploads)
    transaction = stack.transaction()
    if judgement.outcome.stops:
        decided = _stop_all(stack, transaction, decided, uploads, images)
    elif judgement.outcome is Outcome.NOT_VIOLATING:
        _free_all(stack, transaction, decided, uploads, reviewer)
        _refuse_claims(stack, transaction, decided)
    told = {
        "outcome": judgement.outcome.value,
        "uploads": list(decided.uploads),
        "entries": list(decided.banked),
        "accounts": len(decided.blocked),
    }
    decided = save_case(stack, transaction, decided, actor=reviewer, action="case.decided", details=told)
    event = {"case_id": case_id, "outcome": judgement.outcome.value, "uploads": list(decided.uploads)}
    stack.outbox.add(transaction, EventType.CASE_DECIDED, event, at=now)
    transaction.commit()
    return decided, uploads


def _is_repeated(case: Case, reviewer: str, judgement: Judgement) -> bool:
    """Whether it is decided so already. (What was asked for and has come since may be asked for again.)"""
    decision = case.decision
    return (
        decision is not None
        and case.state is not CaseState.OPEN
        and decision.reviewer == reviewer
        and Judgement(decision.outcome, decision.factors, decision.reasons) == judgement
    )


def _check_turn(stack: Stack, case: Case, reviewer: str, expected_revision: int | None) -> None:
    if expected_revision is not None and expected_revision != case.revision:
        raise StaleVersion(
            "The case changed since you read it; read it again, then decide.",
            extra={"state": case.state.value, "revision": case.revision},
        )
    claim = case.claim
    if claim is not None and claim.reviewer != reviewer and claim.until > stack.now():
        raise ClaimedByAnother("Another reviewer is working on this case.")


def _stop_all(
    stack: Stack, transaction: Transaction, case: Case, uploads: list[Upload], images: BankedImages
) -> Case:
    """Remove every upload of the case, bank it, block who posted it."""
    if not any(upload.fingerprint is not None for upload in uploads):
        raise Conflict("The case has no image that could be looked at; there is nothing to judge yet.")
    banked = images.add(transaction, case, uploads)
    decision = case.decision
    locked = decision is not None and decision.outcome is Outcome.SUSPECTED_CHILD
    stop = by_case(case.case_id, Reason.SUSPECTED_CHILD if locked else Reason.JUDGED_VIOLATING)
    now = stack.now()
    over = waits_for(case.case_id)
    for upload in uploads:
        others = {cause: other for cause, other in upload.stops.items() if cause not in over}
        stopped = replace(upload, stops=others).stopped([stop], now=now)
        stack.uploads.save(transaction, stopped)
        if stopped.state is not upload.state:
            announce(stack, transaction, stopped)
    accounts = sorted({(upload.platform, upload.account_id) for upload in uploads})
    for platform, account_id in accounts:
        account = stack.accounts.get(platform, account_id)
        blocked = account.held_by(Block(case.case_id, now, stop.reason.value))
        stack.accounts.save(transaction, blocked)
        event = {
            "platform": platform,
            "account_id": account_id,
            "case_id": case.case_id,
            "blocked": blocked.blocked,
        }
        stack.outbox.add(transaction, EventType.ACCOUNT_BLOCKED, event, at=now)
    return replace(case, banked=banked, blocked=tuple(accounts))


def _free_all(
    stack: Stack, transaction: Transaction, case: Case, uploads: list[Upload], reviewer: str
) -> None:
    """Let the uploads go that waited for this case; what they met no longer brings them to a reviewer."""
    for upload in uploads:
        met = {*case.entries, *(match.entry_id for match in upload.matches)}
        free_upload(stack, transaction, upload, waits_for(case.case_id), cleared=met, actor=reviewer)


def _refuse_claims(stack: Stack, transaction: Transaction, case: Case) -> None:
    """What the reports of this case claimed by hash alone was looked at and is not so."""
    claims = claims_of(case)
    withdraw_supports(stack, transaction, dict.fromkeys(case.entries, claims))
