"""Writing the notices that follow from an event, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from staydown.aws.stack import Stack
from staydown.domain.cases.appeals import Disagreement, DismissalAppeal, disclosed_case_id
from staydown.domain.events import AppealDecided, AppealFiled, EventEnvelope, EventType, NoticeIssued
from staydown.notices import appeals
from staydown.notices.notice import Notice, RecipientParty
from staydown.notices.wording import catalogue_for
from staydown.services.notices import account_holder_notices, reporter_notices
from staydown.services.notices.recipients import AddressedNotice, for_account_holder, for_reporter
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import UnitOfWork


def write_notices(stack: Stack, envelope: EventEnvelope) -> int:
    """Write the notices that follow from an event. Return how many follow, written before or now.

    Notices are not written in the transaction of the change, because a case can have any number of reports.
    The event is written in it, so no notice is lost. Each notice has the id of the event, so none repeats.
    """
    build = NOTICE_BUILDERS.get(envelope.type)
    addressed_notices = list(build(stack, envelope)) if build is not None else []
    for addressed in addressed_notices:
        _write_notice(stack, envelope, addressed)
    return len(addressed_notices)


@retry_on_conflict
def _write_notice(stack: Stack, envelope: EventEnvelope, addressed: AddressedNotice) -> None:
    if stack.notices.get(addressed.recipient, envelope.event_id) is not None:
        return
    catalogue, content = catalogue_for(addressed.language), addressed.content
    notice = Notice(
        notice_id=envelope.event_id,
        recipient=addressed.recipient,
        kind=content.kind,
        at=envelope.at,
        case_id=addressed.case_id,
        language=catalogue.language,
        values=content.notice_values,
        title=catalogue.title(content.kind.value, content.template_values),
        paragraphs=tuple(catalogue.sentence(key, content.template_values) for key in content.sentences),
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


def _appeal_notices(stack: Stack, envelope: EventEnvelope) -> Iterator[AddressedNotice]:
    appeal_event = AppealFiled if envelope.type is EventType.APPEAL_FILED else AppealDecided
    appeal = stack.cases.get_appeal(appeal_event.of_envelope(envelope).appeal_id)
    if appeal is None or isinstance(appeal, Disagreement):
        return
    if envelope.type is EventType.APPEAL_FILED:
        content = appeals.appeal_receipt(appeal)
    elif appeal.outcome is not None:
        content = appeals.appeal_outcome(appeal, appeal.outcome, envelope.at)
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
            EventType.REPORT_FILED: reporter_notices.report_received,
            EventType.REPORT_COMPLETED: reporter_notices.report_received,
            EventType.CASE_DECIDED: reporter_notices.case_decided,
            EventType.CASE_REVERSED: reporter_notices.case_reversed,
            EventType.ACCOUNT_BLOCKED: account_holder_notices.account_blocked,
            EventType.ACCOUNT_UNBLOCKED: account_holder_notices.account_unblocked,
            EventType.ACCOUNT_WARNED: account_holder_notices.account_warned,
            EventType.REPORTER_WARNED: reporter_notices.reporter_conduct_decided,
            EventType.REPORTER_SUSPENDED: reporter_notices.reporter_conduct_decided,
            EventType.REPORTER_RESUMED: reporter_notices.reporter_conduct_decided,
            EventType.UPLOAD_BLOCKED: account_holder_notices.upload_stopped,
            EventType.UPLOAD_REMOVED: account_holder_notices.upload_stopped,
            EventType.UPLOAD_HELD: account_holder_notices.upload_hidden,
            EventType.APPEAL_FILED: _appeal_notices,
            EventType.APPEAL_DECIDED: _appeal_notices,
        }
    )
)
"""The events that notices follow from. The template's rule passes exactly these."""
