"""E-mail to reporters about their notices, by their preference, and addresses that reject it."""

from __future__ import annotations

from dataclasses import replace

from staydown.aws.mailer import AddressRejected
from staydown.aws.stack import Stack
from staydown.domain.cases.reports import EmailPreference, Reporter, UnreachableReason
from staydown.domain.events import EventEnvelope, NoticeIssued
from staydown.notices.mail import is_email_address, render_email
from staydown.notices.notice import Recipient
from staydown.notices.wording import catalogue_for
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import Maintenance, UnitOfWork


def send_notice_email(stack: Stack, envelope: EventEnvelope) -> bool:
    """Send the e-mail about an issued notice. Return whether there was one to send.

    A repeated call sends nothing. Only a crash between sending and recording sends an e-mail twice.
    """
    event = NoticeIssued.of_envelope(envelope)
    number, notice_id = event.case_number, event.notice_id
    if not stack.settings.mail_from_address or number is None:
        return False
    reporter = stack.reporters.get(number)
    if reporter is None or not _accepts_email(reporter) or stack.reporters.was_mailed(number, notice_id):
        return False
    notice = stack.notices.get(Recipient.reporter(number), notice_id)
    if notice is None:
        return False
    catalogue = catalogue_for(notice.language)
    pages_url = stack.settings.pages_url
    mail = render_email(notice, number, reporter.email_preference, catalogue, pages_url=pages_url)
    try:
        stack.mailer.send(reporter.email.strip(), mail, case_number=number)
    except AddressRejected:
        mark_unreachable(stack, number, UnreachableReason.REFUSED)
        return False
    _record_sent(stack, number, notice_id)
    return True


@retry_on_conflict
def _record_sent(stack: Stack, case_number: str, notice_id: str) -> None:
    transaction = stack.transaction()
    stack.reporters.record_mailed(transaction, case_number, notice_id, now=stack.now())
    transaction.commit()


def _accepts_email(reporter: Reporter) -> bool:
    return (
        reporter.email_preference is not EmailPreference.NONE
        and reporter.unreachable is None
        and is_email_address(reporter.email.strip())
    )


@retry_on_conflict
def mark_unreachable(stack: Stack, case_number: str, reason: UnreachableReason) -> None:
    """Send nothing more to a reporter until they give another address."""
    reporter = stack.reporters.get(case_number)
    if reporter is None or reporter.unreachable is not None:
        return
    uow = UnitOfWork(stack)
    uow.maintain(replace(reporter, unreachable=reason), Maintenance.CONTACT)
    uow.commit()
