"""A reviewer decides a case, and all that follows from it happens with the decision or not at all."""

from __future__ import annotations

from dataclasses import dataclass, replace

from staydown.aws.stack import Stack
from staydown.domain.case_states import CaseState
from staydown.domain.cases import Case
from staydown.domain.decisions import Decision, Factors, Outcome, check_unfounded
from staydown.domain.events import EventType
from staydown.domain.opinions import AskedBy
from staydown.domain.reports import people_behind
from staydown.domain.uploads import Upload
from staydown.services.bank.bank_images import BankedImages
from staydown.services.cases.save_case import save_case
from staydown.services.retrying import retried
from staydown.services.review.consequences import acquit, stop_all
from staydown.services.review.review_queue import check_turn, load_case
from staydown.services.uploads.place_image import take_down


@dataclass(frozen=True, slots=True)
class Judgement:
    outcome: Outcome
    factors: Factors
    reasons: str
    second_opinion: bool = False
    """Whether the reviewer wants somebody else to judge it too."""
    manifestly_unfounded: bool = False


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
    now = stack.now()
    decision = Decision(
        judgement.outcome,
        judgement.factors,
        judgement.reasons,
        reviewer,
        now,
        judgement.manifestly_unfounded,
    )
    decided = case.decided(decision)
    check_turn(stack, case, reviewer, expected_revision)
    if judgement.manifestly_unfounded:
        people = people_behind(stack.cases.reports(case.reports))
        check_unfounded(judgement.outcome, judgement.factors, people)
    uploads = stack.uploads.get_many(case.uploads)
    transaction = stack.transaction()
    if judgement.outcome.stops:
        decided = stop_all(stack, transaction, decided, uploads, images)
    elif judgement.outcome is Outcome.NOT_VIOLATING:
        decided = acquit(stack, transaction, decided, uploads, reviewer)
    asked_by = AskedBy.REVIEWER if judgement.second_opinion else None
    decided = decided.judged_twice(asked_by, percent=stack.settings.second_opinion_percent)
    told: dict[str, object] = {
        "outcome": judgement.outcome.value,
        "uploads": list(decided.uploads),
        "entries": list(decided.banked),
        "accounts": len(decided.blocked),
    }
    if judgement.manifestly_unfounded:
        told["manifestly_unfounded"] = True
    decided = save_case(stack, transaction, decided, actor=reviewer, action="case.decided", details=told)
    event = {"case_id": case_id, "outcome": judgement.outcome.value, "uploads": list(decided.uploads)}
    stack.outbox.add(transaction, EventType.CASE_DECIDED, event, at=now)
    transaction.commit()
    return decided, uploads


_JUDGED = ("outcome", "factors", "reasons", "manifestly_unfounded")


def _is_repeated(case: Case, reviewer: str, judgement: Judgement) -> bool:
    """Whether it is decided so already. (What was asked for and has come since may be asked for again.)"""
    decision = case.decision
    return (
        decision is not None
        and case.state is not CaseState.OPEN
        and decision.reviewer == reviewer
        and decision == replace(decision, **{name: getattr(judgement, name) for name in _JUDGED})
    )
