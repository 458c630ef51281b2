"""Something was found to be a strike, or none any more: somebody is warned, brought to a reviewer, or let go.

Runs after the event, and reads what is so by then: told twice, late or out of order it comes to the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from staydown.aws.stack import Stack
from staydown.domain.events import Event, EventType
from staydown.domain.misuse import Ending, MisuseReview, derived_review_id
from staydown.domain.strikes import Seen, Subject
from staydown.services.misuse.end_suspension import end_suspension
from staydown.services.misuse.save_conduct import announce_warning, save_conduct
from staydown.services.misuse.subjects import ladder_of, left_of, record_of, seen_of
from staydown.services.retrying import retried
from staydown.services.uploads.record_upload import SYSTEM


def follow_event(stack: Stack, event: Event) -> None:
    """event: of an upload that was stopped before anybody saw it, or freed, or of a case that was decided, at
    first or anew."""
    if event.type is EventType.CASE_DECIDED:
        for subject in _who_reported(stack, str(event.detail["case_id"])):
            climb_ladder(stack, subject)
            step_down(stack, subject)
        return
    subject = Subject.of_account(str(event.detail["platform"]), str(event.detail["account_id"]))
    if event.type is EventType.UPLOAD_BLOCKED:
        climb_ladder(stack, subject)
    else:
        step_down(stack, subject)


def climb_ladder(stack: Stack, subject: Subject) -> None:
    """After something may have become a strike."""
    seen = seen_of(stack, subject)
    if not seen.strikes:
        return
    _warn(stack, subject, seen)
    _open_review(stack, subject, seen)


def step_down(stack: Stack, subject: Subject) -> None:
    """After something may be a strike no more: what rests on too few of them falls."""
    conduct = record_of(stack, subject).conduct
    for review_id in (conduct.review, conduct.suspension):
        review = stack.misuse.review(review_id) if review_id is not None else None
        if review is None or left_of(stack, subject, review.strikes) >= stack.settings.ladder.review:
            continue
        if review.waits:
            _close(stack, review.review_id)
        else:
            end_suspension(stack, review.review_id, Ending.FELL)


def _who_reported(stack: Stack, case_id: str) -> Iterable[Subject]:
    """Those of them who have a conduct: a platform vouches for them."""
    case = stack.cases.case(case_id)
    reports = stack.cases.reports(case.reports) if case is not None else []
    senders = dict.fromkeys(report.sender for report in reports if report.sender is not None)
    return [Subject.of_reporter(sender) for sender in senders]


@retried
def _warn(stack: Stack, subject: Subject, seen: Seen) -> None:
    record = record_of(stack, subject)
    if not record.conduct.needs_warning(seen, ladder_of(stack, subject)):
        return
    conduct = record.conduct.warned(seen, now=stack.now())
    transaction = stack.transaction()
    warned = replace(record, conduct=conduct)
    action = f"{subject.kind.value}.warned"
    told = _counted(subject, seen)
    save_conduct(stack, transaction, subject, warned, actor=SYSTEM, action=action, details=told)
    if not subject.reports:  # who reports is warned by the notice of the decision
        announce_warning(stack, transaction, subject, conduct)
    transaction.commit()


@retried
def _open_review(stack: Stack, subject: Subject, seen: Seen) -> None:
    record = record_of(stack, subject)
    if not record.conduct.needs_review(seen, ladder_of(stack, subject)):
        return
    now = stack.now()
    review = MisuseReview(
        derived_review_id(subject, record.conduct.unreviewed(seen)),
        subject,
        opened_at=now,
        strikes=seen.refs,
        warned_at=record.conduct.standing_warning(seen),
    )
    transaction = stack.transaction()
    stack.misuse.save(transaction, review)
    told = {"review_id": review.review_id, **_counted(subject, seen)}
    waiting = replace(record, conduct=replace(record.conduct, review=review.review_id))
    save_conduct(stack, transaction, subject, waiting, actor=SYSTEM, action="misuse.opened", details=told)
    stack.outbox.add(transaction, EventType.MISUSE_OPENED, {"review_id": review.review_id}, at=now)
    transaction.commit()


def _counted(subject: Subject, seen: Seen) -> dict[str, object]:
    return {"strikes": len(seen.strikes), "reports" if subject.reports else "uploads": seen.total}


@retried
def _close(stack: Stack, review_id: str) -> None:
    review = stack.misuse.review(review_id)
    if review is None or not review.waits:
        return
    record = record_of(stack, review.subject)
    transaction = stack.transaction()
    stack.misuse.save(transaction, review.ended(Ending.FELL, now=stack.now()))
    free = replace(record, conduct=replace(record.conduct, review=None))
    told = {"review_id": review_id}
    save_conduct(stack, transaction, review.subject, free, actor=SYSTEM, action="misuse.closed", details=told)
    transaction.commit()
