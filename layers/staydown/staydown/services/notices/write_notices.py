"""Each party is told of what was decided about them or for them: by the event of the change, and once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from staydown.aws.stack import Stack
from staydown.domain import notice_contents as contents
from staydown.domain.appeals import Appellant
from staydown.domain.events import Event, EventType
from staydown.domain.notices import Notice, Party
from staydown.domain.wording import catalogue
from staydown.services.notices import told_to_account_holders, told_to_reporters
from staydown.services.notices.addressed import Addressed, to_account, to_reporter
from staydown.services.retrying import retried


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
def _write(stack: Stack, event: Event, one: Addressed) -> None:
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


def _appeal(stack: Stack, event: Event) -> Iterator[Addressed]:
    appeal = stack.cases.appeal(str(event.detail["appeal_id"]))
    if appeal is None or appeal.party is Appellant.SECOND_OPINION:
        return
    if event.type is EventType.APPEAL_FILED:
        content = contents.appeal_receipt(appeal)
    elif appeal.outcome is not None:
        content = contents.appeal_outcome(appeal, appeal.outcome, event.at)
    else:
        return
    if appeal.party is Appellant.REPORTER:
        report = stack.cases.report(str(appeal.report))
        if report is not None and report.withdrawn_at is None:
            yield to_reporter(report, content, appeal.case_id)
        return
    case_id = appeal.case_id if appeal.upload_id is None else None
    yield to_account(stack, appeal.platform, appeal.account_id, content, case_id)


_TOLD_OF: Mapping[EventType, Callable[[Stack, Event], Iterator[Addressed]]] = MappingProxyType(
    {
        EventType.REPORT_FILED: told_to_reporters.receipt,
        EventType.REPORT_COMPLETED: told_to_reporters.receipt,
        EventType.CASE_DECIDED: told_to_reporters.decision,
        EventType.CASE_REVERSED: told_to_reporters.reversal,
        EventType.ACCOUNT_BLOCKED: told_to_account_holders.block,
        EventType.ACCOUNT_UNBLOCKED: told_to_account_holders.lifted_block,
        EventType.ACCOUNT_WARNED: told_to_account_holders.warning,
        EventType.REPORTER_WARNED: told_to_reporters.reports_together,
        EventType.REPORTER_SUSPENDED: told_to_reporters.reports_together,
        EventType.REPORTER_RESUMED: told_to_reporters.reports_together,
        EventType.UPLOAD_BLOCKED: told_to_account_holders.stopped_upload,
        EventType.UPLOAD_REMOVED: told_to_account_holders.stopped_upload,
        EventType.UPLOAD_HELD: told_to_account_holders.hidden_upload,
        EventType.APPEAL_FILED: _appeal,
        EventType.APPEAL_DECIDED: _appeal,
    }
)
"""Events that somebody is told of; the template's rule lets exactly these through."""
