"""Something was found to be a strike, or none any more: somebody is warned, brought to a reviewer, or let go.

Runs after the event, and reads what is so by then: told twice, late or out of order it comes to the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from staydown.aws.stack import Stack
from staydown.domain.accounts.misuse import EndReason, MisuseReview, derived_review_id
from staydown.domain.accounts.strikes import MisuseSubject, StrikeHistory
from staydown.domain.events import EventEnvelope, EventType
from staydown.services.misuse.end_suspension import end_suspension
from staydown.services.misuse.save_conduct import emit_account_warned, save_strike_status
from staydown.services.misuse.strikes import (
    count_remaining_strikes,
    load_subject,
    strike_history,
    strike_policy,
)
from staydown.services.retries import retry_on_conflict
from staydown.services.uploads.record_upload import SYSTEM


def handle_event(stack: Stack, event: EventEnvelope) -> None:
    """event: of an upload that was stopped before anybody saw it, or freed, or of a case that was decided, at
    first or anew."""
    if event.type is EventType.CASE_DECIDED:
        for subject in _verified_reporters(stack, str(event.detail["case_id"])):
            escalate(stack, subject)
            end_unsupported(stack, subject)
        return
    subject = MisuseSubject.of_account(str(event.detail["platform"]), str(event.detail["account_id"]))
    if event.type is EventType.UPLOAD_BLOCKED:
        escalate(stack, subject)
    else:
        end_unsupported(stack, subject)


def escalate(stack: Stack, subject: MisuseSubject) -> None:
    """After something may have become a strike."""
    seen = strike_history(stack, subject)
    if not seen.strikes:
        return
    _warn(stack, subject, seen)
    _open_review(stack, subject, seen)


def end_unsupported(stack: Stack, subject: MisuseSubject) -> None:
    """After something may be a strike no more: what rests on too few of them falls."""
    conduct = load_subject(stack, subject).strike_status
    for review_id in (conduct.pending_review_id, conduct.suspension_review_id):
        review = stack.misuse_reviews.get(review_id) if review_id is not None else None
        if (
            review is None
            or count_remaining_strikes(stack, subject, review.strikes)
            >= stack.settings.strike_policy.review_threshold
        ):
            continue
        if review.is_pending:
            _close_review(stack, review.review_id)
        else:
            end_suspension(stack, review.review_id, EndReason.UNSUPPORTED)


def _verified_reporters(stack: Stack, case_id: str) -> Iterable[MisuseSubject]:
    """Those of them who have a conduct: a platform vouches for them."""
    case = stack.cases.get_case(case_id)
    reports = stack.cases.get_reports(case.reports) if case is not None else []
    senders = dict.fromkeys(
        report.verified_reporter_id for report in reports if report.verified_reporter_id is not None
    )
    return [MisuseSubject.of_reporter(sender) for sender in senders]


@retry_on_conflict
def _warn(stack: Stack, subject: MisuseSubject, history: StrikeHistory) -> None:
    record = load_subject(stack, subject)
    if not record.strike_status.needs_warning(history, strike_policy(stack, subject)):
        return
    conduct = record.strike_status.with_warning(history, now=stack.now())
    transaction = stack.transaction()
    warned = replace(record, strike_status=conduct)
    action = f"{subject.kind.value}.warned"
    told = _strike_counts(subject, history)
    save_strike_status(stack, transaction, subject, warned, actor=SYSTEM, action=action, details=told)
    if not subject.is_reporter:  # who reports is warned by the notice of the decision
        emit_account_warned(stack, transaction, subject, conduct)
    transaction.commit()


@retry_on_conflict
def _open_review(stack: Stack, subject: MisuseSubject, history: StrikeHistory) -> None:
    record = load_subject(stack, subject)
    if not record.strike_status.needs_review(history, strike_policy(stack, subject)):
        return
    now = stack.now()
    review = MisuseReview(
        derived_review_id(subject, record.strike_status.unreviewed_strikes(history)),
        subject,
        opened_at=now,
        strikes=history.refs,
        warned_at=record.strike_status.active_warning(history),
    )
    transaction = stack.transaction()
    stack.misuse_reviews.save(transaction, review)
    told = {"review_id": review.review_id, **_strike_counts(subject, history)}
    waiting = replace(record, strike_status=replace(record.strike_status, pending_review_id=review.review_id))
    save_strike_status(
        stack, transaction, subject, waiting, actor=SYSTEM, action="misuse.opened", details=told
    )
    stack.outbox.add(transaction, EventType.MISUSE_OPENED, {"review_id": review.review_id}, at=now)
    transaction.commit()


def _strike_counts(subject: MisuseSubject, history: StrikeHistory) -> dict[str, object]:
    return {"strikes": len(history.strikes), "reports" if subject.is_reporter else "uploads": history.total}


@retry_on_conflict
def _close_review(stack: Stack, review_id: str) -> None:
    review = stack.misuse_reviews.get(review_id)
    if review is None or not review.is_pending:
        return
    record = load_subject(stack, review.subject)
    transaction = stack.transaction()
    stack.misuse_reviews.save(transaction, review.ended(EndReason.UNSUPPORTED, now=stack.now()))
    free = replace(record, strike_status=replace(record.strike_status, pending_review_id=None))
    told = {"review_id": review_id}
    save_strike_status(
        stack, transaction, review.subject, free, actor=SYSTEM, action="misuse.closed", details=told
    )
    transaction.commit()
