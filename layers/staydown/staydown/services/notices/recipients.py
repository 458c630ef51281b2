"""What is to be told, and to whom."""

from __future__ import annotations

from dataclasses import dataclass

from staydown.aws.stack import Stack
from staydown.domain.cases.reports import Report
from staydown.domain.events import EventEnvelope
from staydown.notices.contents import NoticeContent
from staydown.notices.notice import Recipient


@dataclass(frozen=True, slots=True)
class AddressedNotice:
    recipient: Recipient
    content: NoticeContent
    language: str | None
    case_id: str | None = None


def event_account(event: EventEnvelope) -> tuple[str, str]:
    """(platform, account id) of whom the event is about."""
    return str(event.detail["platform"]), str(event.detail["account_id"])


def for_reporter(report: Report, content: NoticeContent, case_id: str | None = None) -> AddressedNotice:
    return AddressedNotice(Recipient.reporter(report.case_number), content, report.language, case_id)


def for_account_holder(
    stack: Stack, platform: str, account_id: str, content: NoticeContent, case_id: str | None
) -> AddressedNotice:
    language = stack.accounts.get(platform, account_id).language
    return AddressedNotice(Recipient.account_holder(platform, account_id), content, language, case_id)
