"""What is to be told, and to whom."""

from __future__ import annotations

from dataclasses import dataclass

from staydown.aws.stack import Stack
from staydown.domain.events import Event
from staydown.domain.notice_contents import Content
from staydown.domain.notices import Recipient
from staydown.domain.reports import Report


@dataclass(frozen=True, slots=True)
class Addressed:
    recipient: Recipient
    content: Content
    language: str | None
    case_id: str | None = None


def account_of(event: Event) -> tuple[str, str]:
    """(platform, account id) of whom the event is about."""
    return str(event.detail["platform"]), str(event.detail["account_id"])


def to_reporter(report: Report, content: Content, case_id: str | None = None) -> Addressed:
    return Addressed(Recipient.reporter(report.case_number), content, report.language, case_id)


def to_account(
    stack: Stack, platform: str, account_id: str, content: Content, case_id: str | None
) -> Addressed:
    language = stack.accounts.get(platform, account_id).language
    return Addressed(Recipient.account_holder(platform, account_id), content, language, case_id)
