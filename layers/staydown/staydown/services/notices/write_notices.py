"""Each party is told of what was decided about them or for them: by the event of the change, and once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from staydown.aws.stack import Stack
from staydown.domain import misuse_contents
from staydown.domain import notice_contents as contents
from staydown.domain.accounts import MANUAL
from staydown.domain.appeals import Appellant
from staydown.domain.deadlines import removal_deadline
from staydown.domain.decisions import Outcome
from staydown.domain.events import Event, EventType
from staydown.domain.notice_contents import Content
from staydown.domain.notices import Notice, Party, Recipient
from staydown.domain.reports import Report
from staydown.domain.uploads import Reason
from staydown.domain.wording import catalogue
from staydown.services.cases.set_aside import SetAsides
from staydown.services.retrying import retried


@dataclass(frozen=True, slots=True)
class _Addressed:
    recipient: Recipient
    content: Content
    language: str | None
    case_id: str | None = None


def write_notices(stack: Stack, event: Event) -> int:
    """Write the notices that follow from an event; how many they are. Told again, it writes what is missing.

    Notices are not in the transaction of the change: a case may have any number of reports. The event is, so
    none is lost; what comes of it is kept under the event's own id, so none comes twice.
    """
    tell = _TOLD_OF.get(event.type)
    addressed = list(tell(stack, event)) if tell is not None else []
    for one in addressed:
        _write(stack, event, one)
    return len(addressed)


@retried
def _write(stack: Stack, event: Event, one: _Addressed) -> None:
    if stack.notices.get(one.recipient, event.event_id) is not None:
        return
    words, content = catalogue(one.language), one.content
    notice = Notice(
        notice_id=event.event_id,
        recipient=one.recipient,
        kind=content.kind,
        at=event.at,
        case_id=one.case_id,
        language=words.language,
        values=content.values,
        title=words.title(content.kind.value, content.said),
        paragraphs=tuple(words.sentence(key, content.said) for key in content.sentences),
    )
    transaction = stack.transaction()
    stack.notices.add(transaction, notice, until=stack.now() + stack.settings.retention.case)
    stack.outbox.add(transaction, EventType.NOTICE_ISSUED, _issued(notice), at=stack.now())
    transaction.commit()


def _issued(notice: Notice) -> dict[str, object]:
    """That there is a notice, and for whom; not what it says."""
    holder = notice.recipient.party is Party.ACCOUNT_HOLDER
    platform, account_id = notice.recipient.account if holder else (None, None)
    return {
        "notice_id": notice.notice_id,
        "kind": notice.kind.value,
        "party": notice.recipient.party.value,
        "platform": platform,
        "account_id": account_id,
        "case_number": None if holder else notice.recipient.name,
    }


def _receipt(stack: Stack, event: Event) -> Iterator[_Addressed]:
    report = stack.cases.report(str(event.detail["case_number"]))
    if report is None:
        return
    deadline = None
    if report.valid_at is not None:
        deadline = removal_deadline(report.valid_at, stack.settings.removal_time)
    until = SetAsides(stack).latest(stack.cases.cases(report.case_ids))
    yield _to_reporter(report, contents.receipt(report, deadline, until))


def _decision(stack: Stack, event: Event) -> Iterator[_Addressed]:
    outcome = Outcome(str(event.detail["outcome"]))
    case = stack.cases.case(str(event.detail["case_id"]))
    if case is None:
        return
    decision = case.decision
    # It may have been decided anew since: then what was found then is not known any more.
    known = decision if decision is not None and decision.outcome is outcome else None
    factors = known.factors if known is not None else None
    unfounded = known is not None and known.manifestly_unfounded
    for report in _reports(stack, event, case.reports):
        if outcome is Outcome.NEEDS_INFORMATION:
            content = contents.information_needed(report)
        else:
            content = contents.decision(
                report,
                outcome,
                factors,
                at=event.at,
                appeal_until=event.at + stack.settings.appeal_window,
                unfounded=unfounded,
                ladder=stack.settings.ladder if report.sender is not None else None,
            )
        yield _to_reporter(report, content, case.case_id)


def _reversal(stack: Stack, event: Event) -> Iterator[_Addressed]:
    case = stack.cases.case(str(event.detail["case_id"]))
    for report in _reports(stack, event, case.reports if case is not None else ()):
        yield _to_reporter(report, contents.decision_reversed(report), str(event.detail["case_id"]))


def _block(stack: Stack, event: Event) -> Iterator[_Addressed]:
    case_id = event.detail["case_id"]
    platform, account_id = _account(event)
    if "review_id" in event.detail:
        content = _block_by_review(stack, str(event.detail["review_id"]))
    elif case_id is None:
        content = _block_by_hand(stack, event, platform, account_id)
    else:
        content = _block_by_case(stack, event, str(case_id))
    if content is not None:
        yield _to_account(stack, platform, account_id, content, None if case_id is None else str(case_id))


def _warning(stack: Stack, event: Event) -> Iterator[_Addressed]:
    platform, account_id = _account(event)
    uploads = event.detail["uploads"]
    assert isinstance(uploads, list)
    content = misuse_contents.warning(
        platform=platform, uploads=map(str, uploads), since=event.at, ladder=stack.settings.ladder
    )
    yield _to_account(stack, platform, account_id, content, None)


def _reports_together(stack: Stack, event: Event) -> Iterator[_Addressed]:
    """What a reviewer decided about all that somebody reported; with the last report that it rests on."""
    review = stack.misuse.review(str(event.detail["review_id"]))
    decision = review.decision if review is not None else None
    if review is None or decision is None:
        return
    theirs = [
        report
        for case in stack.cases.cases(review.strikes[:1])
        for report in stack.cases.reports(case.reports)
        if report.sender == review.subject.name
    ]
    ladder = stack.settings.ladder
    if event.type is EventType.REPORTER_RESUMED:
        content = misuse_contents.reports_resumed(event.at)
    elif decision.until is None:
        content = misuse_contents.reports_warned(decision, ladder)
    else:
        content = misuse_contents.reports_suspended(review, decision, until=decision.until, ladder=ladder)
    for report in theirs[-1:]:
        yield _to_reporter(report, content)


def _block_by_review(stack: Stack, review_id: str) -> Content | None:
    review = stack.misuse.review(review_id)
    decision = review.decision if review is not None else None
    if review is None or decision is None or decision.until is None:
        return None
    settings = stack.settings
    return misuse_contents.statement_by_misuse(
        review, decision, until=decision.until, ladder=settings.ladder, ground=settings.legal_ground
    )


def _block_by_hand(stack: Stack, event: Event, platform: str, account_id: str) -> Content | None:
    block = stack.accounts.get(platform, account_id).blocks.get(MANUAL)
    if block is None:
        return None  # lifted since: of that they are told, and of nothing that no longer holds
    return contents.statement_by_hand(
        platform=platform,
        reason=block.reason,
        since=block.since,
        ground=stack.settings.legal_ground,
        appeal_until=block.since + stack.settings.appeal_window,
    )


def _block_by_case(stack: Stack, event: Event, case_id: str) -> Content | None:
    case = stack.cases.case(case_id)
    # Of a suspected child, whoever deals with the authorities tells the account holder, or does not.
    if case is None or case.decision is None or case.decision.outcome is Outcome.SUSPECTED_CHILD:
        return None
    platform, account_id = _account(event)
    uploads = stack.uploads.get_many(case.uploads)
    theirs = [one for one in uploads if (one.platform, one.account_id) == (platform, account_id)]
    return contents.statement_by_case(
        case,
        case.decision,
        platform=platform,
        uploads=sorted(one.upload_id for one in theirs),
        put_up=min((one.received_at for one in theirs), default=None),
        ground=stack.settings.legal_ground,
        appeal_until=case.decision.at + stack.settings.appeal_window,
    )


def _stopped_upload(stack: Stack, event: Event) -> Iterator[_Addressed]:
    """By the bank alone; what a reviewer judged is told with the block that it brings."""
    if event.detail["reason"] != Reason.MATCHES_CONFIRMED_ENTRY:
        return
    platform, account_id = _account(event)
    content = contents.statement_by_match(
        platform=platform,
        upload_id=str(event.detail["upload_id"]),
        put_up=_put_up(stack, event),
        removed=event.type is EventType.UPLOAD_REMOVED,
        since=event.at,
        ground=stack.settings.legal_ground,
        appeal_until=event.at + stack.settings.appeal_window,
    )
    yield _to_account(stack, platform, account_id, content, None)


def _hidden_upload(stack: Stack, event: Event) -> Iterator[_Addressed]:
    """At the deadline; what is only held back before anybody saw it restricts nothing yet."""
    if event.detail["reason"] != Reason.DEADLINE_PASSED:
        return
    platform, account_id = _account(event)
    content = contents.statement_by_deadline(
        platform=platform,
        upload_id=str(event.detail["upload_id"]),
        put_up=_put_up(stack, event),
        since=event.at,
        ground=stack.settings.legal_ground,
    )
    yield _to_account(stack, platform, account_id, content, None)


def _put_up(stack: Stack, event: Event) -> datetime | None:
    """When its upload came; None of one that is gone by now."""
    found = stack.uploads.get_many([str(event.detail["upload_id"])])
    return next((one.received_at for one in found), None)


def _lifted_block(stack: Stack, event: Event) -> Iterator[_Addressed]:
    platform, account_id = _account(event)
    content = contents.block_lifted(
        platform=platform, since=event.at, still_blocked=bool(event.detail["blocked"])
    )
    case_id = event.detail["case_id"]
    yield _to_account(stack, platform, account_id, content, None if case_id is None else str(case_id))


def _appeal(stack: Stack, event: Event) -> Iterator[_Addressed]:
    appeal = stack.cases.appeal(str(event.detail["appeal_id"]))
    if appeal is None or appeal.party is Appellant.SECOND_OPINION:
        return
    if event.type is EventType.APPEAL_FILED:
        content = contents.appeal_receipt(appeal)
    elif appeal.outcome is not None:
        content = contents.appeal_outcome(appeal, appeal.outcome, event.at)
    if appeal.party is Appellant.REPORTER:
        report = stack.cases.report(str(appeal.report))
        if report is not None and report.withdrawn_at is None:
            yield _to_reporter(report, content, appeal.case_id)
        return
    case_id = appeal.case_id if appeal.upload_id is None else None
    yield _to_account(stack, appeal.platform, appeal.account_id, content, case_id)


def _reports(stack: Stack, event: Event, case_numbers: tuple[str, ...]) -> list[Report]:
    """Of those who had reported when it happened, and have not taken it back."""
    reports = stack.cases.reports(case_numbers)
    return [one for one in reports if one.withdrawn_at is None and one.filed_at <= event.at]


def _account(event: Event) -> tuple[str, str]:
    return str(event.detail["platform"]), str(event.detail["account_id"])


def _to_reporter(report: Report, content: Content, case_id: str | None = None) -> _Addressed:
    return _Addressed(Recipient.reporter(report.case_number), content, report.language, case_id)


def _to_account(
    stack: Stack, platform: str, account_id: str, content: Content, case_id: str | None
) -> _Addressed:
    language = stack.accounts.get(platform, account_id).language
    return _Addressed(Recipient.account_holder(platform, account_id), content, language, case_id)


_TOLD_OF: Mapping[EventType, Callable[[Stack, Event], Iterator[_Addressed]]] = MappingProxyType(
    {
        EventType.REPORT_FILED: _receipt,
        EventType.REPORT_COMPLETED: _receipt,
        EventType.CASE_DECIDED: _decision,
        EventType.CASE_REVERSED: _reversal,
        EventType.ACCOUNT_BLOCKED: _block,
        EventType.ACCOUNT_UNBLOCKED: _lifted_block,
        EventType.ACCOUNT_WARNED: _warning,
        EventType.REPORTER_WARNED: _reports_together,
        EventType.REPORTER_SUSPENDED: _reports_together,
        EventType.REPORTER_RESUMED: _reports_together,
        EventType.UPLOAD_BLOCKED: _stopped_upload,
        EventType.UPLOAD_REMOVED: _stopped_upload,
        EventType.UPLOAD_HELD: _hidden_upload,
        EventType.APPEAL_FILED: _appeal,
        EventType.APPEAL_DECIDED: _appeal,
    }
)
"""Events that somebody is told of; the template's rule lets exactly these through."""
