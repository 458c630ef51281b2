"""Notice contents with their recipients."""

from __future__ import annotations

from dataclasses import dataclass

from staydown.aws.stack import Stack
from staydown.domain.cases.reports import Report
from staydown.notices.contents import NoticeContent
from staydown.notices.notice import Recipient


@dataclass(frozen=True, slots=True)
class AddressedNotice:
    recipient: Recipient
    content: NoticeContent
    language: str | None
    """The recipient's language, as a BCP 47 tag; None for the default."""
    case_id: str | None = None
    """The case that the notice belongs to. It is erased with the case."""


def for_reporter(report: Report, content: NoticeContent, case_id: str | None = None) -> AddressedNotice:
    return AddressedNotice(Recipient.reporter(report.case_number), content, report.language, case_id)


def for_account_holder(
    stack: Stack, platform: str, account_id: str, content: NoticeContent, case_id: str | None
) -> AddressedNotice:
    language = stack.accounts.get(platform, account_id).language
    return AddressedNotice(Recipient.account_holder(platform, account_id), content, language, case_id)
