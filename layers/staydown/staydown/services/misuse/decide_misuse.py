"""A reviewer decides about an account as a whole: a suspension for a time, a warning, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.accounts import Account, Block
from staydown.domain.events import EventType
from staydown.domain.misuse import (
    Intention,
    MisuseDecision,
    MisuseOutcome,
    MisuseReview,
    term_of,
)
from staydown.services.misuse.climb_ladder import step_down
from staydown.services.misuse.save_conduct import announce_block, announce_warning, save_conduct
from staydown.services.misuse.view_misuse import view_misuse
from staydown.services.retrying import retried

BLOCK_REASON = "misuse"


@dataclass(frozen=True, slots=True)
class MisuseJudgement:
    """days: the term of a suspension."""

    outcome: MisuseOutcome
    intention: Intention
    reasons: str
    days: int | None = None


def decide_misuse(stack: Stack, *, review_id: str, reviewer: str, judgement: MisuseJudgement) -> MisuseReview:
    """Decide, and carry it out; the same decision by the same reviewer told twice is one.

    It rests on what is stopped at this moment, not on what was when the review was opened. Conflict for a
    suspension of who was not warned.
    """
    review = _decide(stack, review_id, reviewer, judgement)
    if review.suspends:
        # What was freed between our reading and our writing has told of it before there was anything to end.
        step_down(stack, platform=review.platform, account_id=review.account_id)
    return review


@retried
def _decide(stack: Stack, review_id: str, reviewer: str, judgement: MisuseJudgement) -> MisuseReview:
    view = view_misuse(stack, review_id=review_id, reviewer=reviewer)
    review, seen, now = view.review, view.seen, stack.now()
    if _is_repeated(review, reviewer, judgement):
        return review
    term = term_of(judgement.outcome, judgement.days, stack.settings.ladder)
    decision = MisuseDecision(
        judgement.outcome,
        judgement.intention,
        judgement.reasons,
        reviewer,
        at=now,
        strikes=len(seen.strikes),
        total=seen.total,
        until=now + term if term is not None else None,
    )
    account = stack.accounts.get(review.platform, review.account_id)
    decided = review.decided(decision, account.conduct, seen)
    account = replace(account, conduct=account.conduct.decided(decided, seen))
    transaction = stack.transaction()
    stack.misuse.save(transaction, decided)
    account = _carried_out(stack, transaction, account, decided)
    told = {
        "review_id": review_id,
        "outcome": judgement.outcome.value,
        "intention": judgement.intention.value,
        "strikes": decision.strikes,
        "uploads": decision.total,
        "shown": {one.value: by for one, by in view.shown},
        "days": judgement.days,
    }
    save_conduct(stack, transaction, account, actor=reviewer, action="misuse.decided", details=told)
    event = {"review_id": review_id, "outcome": judgement.outcome.value}
    stack.outbox.add(transaction, EventType.MISUSE_DECIDED, event, at=now)
    transaction.commit()
    return decided


def _carried_out(stack: Stack, transaction: Transaction, account: Account, review: MisuseReview) -> Account:
    """The account as it has to be saved."""
    decision = review.decision
    assert decision is not None
    if decision.outcome is MisuseOutcome.WARN:
        announce_warning(stack, transaction, account, account.conduct)
    if not review.suspends:
        return account
    blocked = account.held_by(Block(review.holder, decision.at, BLOCK_REASON, decision.until))
    announce_block(stack, transaction, EventType.ACCOUNT_BLOCKED, blocked, review)
    return blocked


def _is_repeated(review: MisuseReview, reviewer: str, judgement: MisuseJudgement) -> bool:
    made = review.decision
    if made is None or made.reviewer != reviewer:
        return False
    days = (made.until - made.at).days if made.until is not None else None
    return MisuseJudgement(made.outcome, made.intention, made.reasons, days) == judgement
