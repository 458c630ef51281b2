"""Who reported is told by e-mail that there is a notice, if and as they chose; what comes back is noted."""

from __future__ import annotations

from dataclasses import replace

from staydown.aws.mailer import AddressRejected
from staydown.aws.stack import Stack
from staydown.domain.cases.reports import EmailPreference, Reporter, UnreachableReason
from staydown.domain.events import EventEnvelope
from staydown.notices.mail import is_email_address, render_email
from staydown.notices.notice import Recipient
from staydown.notices.wording import catalogue_for
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import Maintenance, UnitOfWork


def send_notice_email(stack: Stack, event: EventEnvelope) -> bool:
    """Send the mail of a notice that was issued; whether there was one to send.

    Told again it sends none, unless it was stopped between sending and noting that: then it comes twice.
    """
    number, notice_id = event.detail["case_number"], str(event.detail["notice_id"])
    if not stack.settings.mail_from_address or not isinstance(number, str):
        return False
    reporter = stack.reporters.get(number)
    if reporter is None or not _accepts_email(reporter) or stack.reporters.was_mailed(number, notice_id):
        return False
    notice = stack.notices.get(Recipient.reporter(number), notice_id)
    if notice is None:
        return False
    words = catalogue_for(notice.language)
    mail = render_email(notice, number, reporter.email_preference, words, pages_url=stack.settings.pages_url)
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
    """Nothing more is sent there, until they give another address."""
    reporter = stack.reporters.get(case_number)
    if reporter is None or reporter.unreachable is not None:
        return
    uow = UnitOfWork(stack)
    uow.maintain(replace(reporter, unreachable=reason), Maintenance.CONTACT)
    uow.commit()
