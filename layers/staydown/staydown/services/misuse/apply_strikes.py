"""Applying the strike policy after an event: warnings, misuse reviews, and ends of suspensions.

It reads the present state, so an event that comes twice, late or out of order has the same result.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from staydown.aws.stack import Stack
from staydown.domain.accounts.misuse import EndReason, MisuseReview, derived_review_id
from staydown.domain.accounts.strikes import MisuseSubject, StrikeHistory
from staydown.domain.audit.account_details import MisuseReviewClosed, MisuseReviewOpened, SubjectWarned
from staydown.domain.events import (
    AccountWarned,
    CaseDecided,
    EventEnvelope,
    EventType,
    MisuseOpened,
    UploadStateChanged,
)
from staydown.services.misuse.end_suspension import end_suspension
from staydown.services.misuse.strikes import (
    count_remaining_strikes,
    load_subject,
    strike_history,
    strike_policy,
    totals,
)
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import UnitOfWork


def handle_event(stack: Stack, envelope: EventEnvelope) -> None:
    """Apply the policy to the account of an upload that was blocked or released, or to the verified reporters
    of a decided case."""
    if envelope.type is EventType.CASE_DECIDED:
        for subject in _verified_reporters(stack, CaseDecided.of_envelope(envelope).case_id):
            escalate(stack, subject)
            end_unsupported(stack, subject)
        return
    upload = UploadStateChanged.of_envelope(envelope)
    subject = MisuseSubject.of_account(upload.platform, upload.account_id)
    if envelope.type is EventType.UPLOAD_BLOCKED:
        escalate(stack, subject)
    else:
        end_unsupported(stack, subject)


def escalate(stack: Stack, subject: MisuseSubject) -> None:
    """Warn the subject or open a misuse review, where its strikes call for that."""
    history = strike_history(stack, subject)
    if not history.strikes:
        return
    _warn(stack, subject, history)
    _open_review(stack, subject, history)


def end_unsupported(stack: Stack, subject: MisuseSubject) -> None:
    """Close the pending review and end the suspension that too few strikes support by now."""
    status = load_subject(stack, subject).strike_status
    for review_id in (status.pending_review_id, status.suspension_review_id):
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
    """Return the reporters of a case that a platform has verified; no others have strikes."""
    case = stack.cases.get_case(case_id)
    reports = stack.cases.get_reports(case.reports) if case is not None else []
    reporter_ids = dict.fromkeys(
        report.verified_reporter_id for report in reports if report.verified_reporter_id is not None
    )
    return [MisuseSubject.of_reporter(one) for one in reporter_ids]


@retry_on_conflict
def _warn(stack: Stack, subject: MisuseSubject, history: StrikeHistory) -> None:
    uow = UnitOfWork(stack)
    record = load_subject(stack, subject)
    if not record.strike_status.needs_warning(history, strike_policy(stack, subject)):
        return
    status = record.strike_status.with_warning(history, now=uow.now)
    # The notice of the decision warns a reporter already.
    events = [] if subject.is_reporter else [AccountWarned(*subject.account, status.warned_strikes)]
    details = SubjectWarned(subject.kind, len(history.strikes), **totals(subject, history.total))
    uow.record(replace(record, strike_status=status), details, *events)
    uow.commit()


@retry_on_conflict
def _open_review(stack: Stack, subject: MisuseSubject, history: StrikeHistory) -> None:
    uow = UnitOfWork(stack)
    record = load_subject(stack, subject)
    status = record.strike_status
    if not status.needs_review(history, strike_policy(stack, subject)):
        return
    review = MisuseReview(
        derived_review_id(subject, status.unreviewed_strikes(history)),
        subject,
        opened_at=uow.now,
        strikes=history.refs,
        warned_at=status.active_warning(history),
    )
    uow.cover(review, by=record)
    details = MisuseReviewOpened(review.review_id, len(history.strikes), **totals(subject, history.total))
    pending = replace(record, strike_status=replace(status, pending_review_id=review.review_id))
    uow.record(pending, details, MisuseOpened(review.review_id))
    uow.commit()


@retry_on_conflict
def _close_review(stack: Stack, review_id: str) -> None:
    uow = UnitOfWork(stack)
    review = stack.misuse_reviews.get(review_id)
    if review is None or not review.is_pending:
        return
    record = load_subject(stack, review.subject)
    uow.cover(review.ended(EndReason.UNSUPPORTED, now=uow.now), by=record)
    status = replace(record.strike_status, pending_review_id=None)
    uow.record(replace(record, strike_status=status), MisuseReviewClosed(review_id))
    uow.commit()
