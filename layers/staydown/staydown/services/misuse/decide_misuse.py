"""Deciding a misuse review: a suspension for a time, a warning, or no action."""

from __future__ import annotations

from dataclasses import dataclass, replace

from staydown.aws.stack import Stack
from staydown.domain.accounts.account import Account, Block
from staydown.domain.accounts.misuse import (
    Intention,
    MisuseDecision,
    MisuseOutcome,
    MisuseReview,
    suspension_length,
)
from staydown.domain.accounts.verified_reporters import VerifiedReporter
from staydown.domain.audit.account_details import MisuseDecided
from staydown.domain.audit.actors import Actor
from staydown.domain.errors import SameReviewer
from staydown.domain.events import AccountBlocked, AccountWarned, Event, ReporterSuspended, ReporterWarned
from staydown.domain.events import MisuseDecided as MisuseDecidedEvent
from staydown.services.misuse.apply_strikes import end_unsupported
from staydown.services.misuse.strikes import load_subject, totals
from staydown.services.misuse.view_misuse import view_misuse
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import UnitOfWork

BLOCK_REASON = "misuse"


@dataclass(frozen=True, slots=True)
class MisuseJudgement:
    """What a reviewer decides."""

    outcome: MisuseOutcome
    intention: Intention
    reasons: str
    suspension_days: int | None = None
    """How long a suspension lasts."""


def decide_misuse(stack: Stack, *, review_id: str, reviewer: str, judgement: MisuseJudgement) -> MisuseReview:
    """Decide a misuse review and carry the decision out. The same decision twice is one.

    The strikes that exist now count, not those when the review was opened. Raise Conflict for a suspension
    without a warning before it, and SameReviewer for one by a reviewer who rated a report as unfounded.
    """
    review = _decide(stack, review_id, reviewer, judgement)
    if review.is_suspension_active:
        # The event of an upload released since the read came before there was a suspension to end.
        end_unsupported(stack, review.subject)
    return review


@retry_on_conflict
def _decide(stack: Stack, review_id: str, reviewer: str, judgement: MisuseJudgement) -> MisuseReview:
    uow = UnitOfWork(stack, Actor.reviewer(reviewer))
    view = view_misuse(stack, review_id=review_id, reviewer=reviewer)
    review, history = view.review, view.history
    if _is_repeated(review, reviewer, judgement):
        return review
    if view.decided_by_viewer and judgement.outcome is MisuseOutcome.SUSPEND:
        raise SameReviewer(
            "You rated one of these reports as unfounded. Another reviewer must decide on a suspension."
        )
    length = suspension_length(judgement.outcome, judgement.suspension_days, stack.settings.strike_policy)
    decision = MisuseDecision(
        judgement.outcome,
        judgement.intention,
        judgement.reasons,
        reviewer,
        at=uow.now,
        strikes=len(history.strikes),
        total=history.total,
        suspended_until=uow.now + length if length is not None else None,
    )
    record = load_subject(stack, review.subject)
    decided = review.decided(decision, record.strike_status, history)
    uow.cover(decided, by=record)
    record = replace(record, strike_status=record.strike_status.with_review_decided(decided, history))
    changed, events = _carry_out(record, decided)
    details = MisuseDecided(
        review_id,
        judgement.outcome,
        judgement.intention,
        decision.strikes,
        dict(view.shown_counts),
        judgement.suspension_days,
        **totals(review.subject, decision.total),
    )
    uow.record(changed, details, *events, MisuseDecidedEvent(review_id, judgement.outcome))
    uow.commit()
    return decided


def _carry_out(
    record: Account | VerifiedReporter, review: MisuseReview
) -> tuple[Account | VerifiedReporter, list[Event]]:
    """Return the record as it has to be saved, and the events of what the decision does.

    The reports of a suspended reporter wait by the strike status alone; an account is blocked as well.
    """
    decision = review.decision
    assert decision is not None
    warns = decision.outcome is MisuseOutcome.WARN
    if isinstance(record, VerifiedReporter):
        if warns:
            return record, [ReporterWarned(review.review_id)]
        return record, [ReporterSuspended(review.review_id)] if review.is_suspension_active else []
    if warns:
        return record, [AccountWarned(*review.subject.account, record.strike_status.warned_strikes)]
    if not review.is_suspension_active:
        return record, []
    block = Block(review.block_source, decision.at, BLOCK_REASON, decision.suspended_until)
    blocked = record.with_block(block)
    return blocked, [AccountBlocked.of(blocked, review_id=review.review_id)]


def _is_repeated(review: MisuseReview, reviewer: str, judgement: MisuseJudgement) -> bool:
    made = review.decision
    if made is None or made.reviewer != reviewer:
        return False
    days = (made.suspended_until - made.at).days if made.suspended_until is not None else None
    return MisuseJudgement(made.outcome, made.intention, made.reasons, days) == judgement
