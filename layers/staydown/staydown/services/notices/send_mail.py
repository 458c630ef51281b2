"""Who reported is told by e-mail that there is a notice, if and as they chose; what comes back is noted."""

from __future__ import annotations

from dataclasses import replace

from staydown.aws.mailer import AddressRefused
from staydown.aws.stack import Stack
from staydown.domain.events import Event
from staydown.domain.mail import MailChoice, is_address, mail_of
from staydown.domain.notices import Recipient
from staydown.domain.reports import Reporter, Unreachable
from staydown.domain.wording import catalogue
from staydown.services.retrying import retried


def send_mail(stack: Stack, event: Event) -> bool:
    """Send the mail of a notice that was issued; whether there was one to send.

    Told again it sends none, unless it was stopped between sending and noting that: then it comes twice.
    """
    number, notice_id = event.detail["case_number"], str(event.detail["notice_id"])
    if not stack.settings.sender_address or not isinstance(number, str):
        return False
    reporter = stack.reporters.get(number)
    if reporter is None or not _wants(reporter) or stack.reporters.was_mailed(number, notice_id):
        return False
    notice = stack.notices.get(Recipient.reporter(number), notice_id)
    if notice is None:
        return False
    words = catalogue(notice.language)
    mail = mail_of(notice, number, reporter.mail, words, pages_url=stack.settings.pages_url)
    try:
        stack.mailer.send(reporter.email.strip(), mail, report=number)
    except AddressRefused:
        note_unreachable(stack, number, Unreachable.REFUSED)
        return False
    _note(stack, number, notice_id)
    return True


@retried
def _note(stack: Stack, case_number: str, notice_id: str) -> None:
    transaction = stack.transaction()
    stack.reporters.note_mailed(transaction, case_number, notice_id, now=stack.now())
    transaction.commit()


def _wants(reporter: Reporter) -> bool:
    return (
        reporter.mail is not MailChoice.NONE
        and reporter.unreachable is None
        and is_address(reporter.email.strip())
    )


@retried
def note_unreachable(stack: Stack, case_number: str, why: Unreachable) -> None:
    """Nothing more is sent there, until they give another address."""
    reporter = stack.reporters.get(case_number)
    if reporter is None or reporter.unreachable is not None:
        return
    transaction = stack.transaction()
    stack.reporters.save(transaction, replace(reporter, unreachable=why))
    transaction.commit()
