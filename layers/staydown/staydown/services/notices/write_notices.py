"""Each party is told of what was decided about them or for them: by the event of the change, and once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from staydown.aws.stack import Stack
from staydown.domain.cases.appeals import Disagreement, DismissalAppeal, disclosed_case_id
from staydown.domain.events import AppealDecided, AppealFiled, EventEnvelope, EventType, NoticeIssued
from staydown.notices import contents
from staydown.notices.notice import Notice, RecipientParty
from staydown.notices.wording import catalogue_for
from staydown.services.notices import account_holder_notices as told_to_account_holders
from staydown.services.notices import reporter_notices as told_to_reporters
from staydown.services.notices.recipients import AddressedNotice, for_account_holder, for_reporter
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import UnitOfWork


def write_notices(stack: Stack, event: EventEnvelope) -> int:
    """Write the notices that follow from an event; how many they are. Told again, it writes what is missing.

    Notices are not in the transaction of the change: a case may have any number of reports. The event is, so
    none is lost; what comes of it is kept under the event's own id, so none comes twice.
    """
    tell = NOTICE_BUILDERS.get(event.type)
    addressed = list(tell(stack, event)) if tell is not None else []
    for one in addressed:
        _write_notice(stack, event, one)
    return len(addressed)


@retry_on_conflict
def _write_notice(stack: Stack, event: EventEnvelope, one: AddressedNotice) -> None:
    if stack.notices.get(one.recipient, event.event_id) is not None:
        return
    words, content = catalogue_for(one.language), one.content
    notice = Notice(
        notice_id=event.event_id,
        recipient=one.recipient,
        kind=content.kind,
        at=event.at,
        case_id=one.case_id,
        language=words.language,
        values=content.notice_values,
        title=words.title(content.kind.value, content.template_values),
        paragraphs=tuple(words.sentence(key, content.template_values) for key in content.sentences),
    )
    uow = UnitOfWork(stack)
    stack.notices.add(uow.transaction, notice, until=uow.now + stack.settings.retention.case)
    uow.emit(_notice_issued(notice))
    uow.commit()


def _notice_issued(notice: Notice) -> NoticeIssued:
    is_holder = notice.recipient.party is RecipientParty.ACCOUNT_HOLDER
    platform, account_id = notice.recipient.account if is_holder else (None, None)
    return NoticeIssued(
        notice.notice_id,
        notice.kind.value,
        notice.recipient.party.value,
        platform,
        account_id,
        None if is_holder else notice.recipient.name,
    )


def _appeal_notices(stack: Stack, event: EventEnvelope) -> Iterator[AddressedNotice]:
    appeal_event = AppealFiled if event.type is EventType.APPEAL_FILED else AppealDecided
    appeal = stack.cases.get_appeal(appeal_event.of_envelope(event).appeal_id)
    if appeal is None or isinstance(appeal, Disagreement):
        return
    if event.type is EventType.APPEAL_FILED:
        content = contents.appeal_receipt(appeal)
    elif appeal.outcome is not None:
        content = contents.appeal_outcome(appeal, appeal.outcome, event.at)
    else:
        return
    if isinstance(appeal, DismissalAppeal):
        report = stack.cases.get_report(appeal.case_number)
        if report is not None and report.withdrawn_at is None:
            yield for_reporter(report, content, appeal.case_id)
        return
    yield for_account_holder(stack, appeal.platform, appeal.account_id, content, disclosed_case_id(appeal))


NOTICE_BUILDERS: Mapping[EventType, Callable[[Stack, EventEnvelope], Iterator[AddressedNotice]]] = (
    MappingProxyType(
        {
            EventType.REPORT_FILED: told_to_reporters.report_received,
            EventType.REPORT_COMPLETED: told_to_reporters.report_received,
            EventType.CASE_DECIDED: told_to_reporters.case_decided,
            EventType.CASE_REVERSED: told_to_reporters.case_reversed,
            EventType.ACCOUNT_BLOCKED: told_to_account_holders.account_blocked,
            EventType.ACCOUNT_UNBLOCKED: told_to_account_holders.account_unblocked,
            EventType.ACCOUNT_WARNED: told_to_account_holders.account_warned,
            EventType.REPORTER_WARNED: told_to_reporters.reporter_conduct_decided,
            EventType.REPORTER_SUSPENDED: told_to_reporters.reporter_conduct_decided,
            EventType.REPORTER_RESUMED: told_to_reporters.reporter_conduct_decided,
            EventType.UPLOAD_BLOCKED: told_to_account_holders.upload_stopped,
            EventType.UPLOAD_REMOVED: told_to_account_holders.upload_stopped,
            EventType.UPLOAD_HELD: told_to_account_holders.upload_hidden,
            EventType.APPEAL_FILED: _appeal_notices,
            EventType.APPEAL_DECIDED: _appeal_notices,
        }
    )
)
"""Events that somebody is told of; the template's rule lets exactly these through."""
