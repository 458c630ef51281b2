"""Links: an account holder opens a notice without an account, by a token that the platform hands on."""

from __future__ import annotations

from datetime import datetime

from staydown.aws.stack import Stack
from staydown.domain.errors import NotFound, TooManyAttempts
from staydown.domain.ids import new_link_number, new_secret, same_digest, secret_digest
from staydown.domain.notices import NoticeLink, Recipient
from staydown.services.reports.follow_report import WRONG_SECRETS_AN_HOUR
from staydown.services.retrying import retried


@retried
def make_link(stack: Stack, *, platform: str, account_id: str, notice_id: str) -> tuple[str, datetime]:
    """A token that opens this notice, and until when. It is shown this once; only its digest is kept.

    Each call makes another; those before it work on. NotFound when the account has no such notice.
    """
    recipient = Recipient.account_holder(platform, account_id)
    if stack.notices.get(recipient, notice_id) is None:
        raise NotFound(f"There is no notice {notice_id[:64]!r} to this account.")
    number, secret = new_link_number(), new_secret()
    until = stack.now() + stack.settings.notice_link_life
    transaction = stack.transaction()
    link = NoticeLink(number, secret_digest(secret), recipient, notice_id, until)
    stack.notices.add_link(transaction, link)
    transaction.commit()
    return f"{number}-{secret}", until


def open_link(stack: Stack, token: str) -> NoticeLink:
    """The link that a token is of.

    Unknown, wrong and expired are one answer, NotFound; after WRONG_SECRETS_AN_HOUR of them for one number
    it is TooManyAttempts. The right one always opens.
    """
    number, _, secret = token.partition("-")
    link = stack.notices.link(number)
    stored = link.secret_digest if link is not None else secret_digest("no such link")
    if same_digest(stored, secret_digest(secret)) and link is not None and stack.now() < link.until:
        return link
    attempts = stack.notices.count_attempt(secret_digest(number), stack.now())
    if attempts > WRONG_SECRETS_AN_HOUR:
        raise TooManyAttempts("Too many wrong links; try again in an hour.")
    raise NotFound("This link opens nothing, or not any more. Ask the platform for a new one.")
