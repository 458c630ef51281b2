"""Links: an account holder opens a notice without an account, by a token that the platform hands on."""

from __future__ import annotations

from datetime import datetime

from staydown.aws.stack import Stack
from staydown.domain.errors import NotFound, TooManyAttempts
from staydown.domain.ids import digests_match, new_link_number, new_secret, secret_digest
from staydown.notices.notice import NoticeLink, Recipient
from staydown.services.access.reporters import MAX_WRONG_SECRETS_PER_HOUR
from staydown.services.retries import retry_on_conflict


@retry_on_conflict
def create_notice_link(
    stack: Stack, *, platform: str, account_id: str, notice_id: str
) -> tuple[str, datetime]:
    """A token that opens this notice, and until when. It is shown this once; only its digest is kept.

    Each call makes another; those before it work on. NotFound when the account has no such notice.
    """
    recipient = Recipient.account_holder(platform, account_id)
    if stack.notices.get(recipient, notice_id) is None:
        raise NotFound(f"There is no notice {notice_id[:64]!r} to this account.")
    number, secret = new_link_number(), new_secret()
    until = stack.now() + stack.settings.notice_link_lifetime
    transaction = stack.transaction()
    link = NoticeLink(number, secret_digest(secret), recipient, notice_id, until)
    stack.notices.add_link(transaction, link)
    transaction.commit()
    return f"{number}-{secret}", until


def resolve_notice_link(stack: Stack, token: str) -> NoticeLink:
    """The link that a token is of.

    Unknown, wrong and expired are one answer, NotFound; after WRONG_SECRETS_AN_HOUR of them for one number
    it is TooManyAttempts. The right one always opens.
    """
    number, _, secret = token.partition("-")
    link = stack.notices.get_link(number)
    stored = link.secret_digest if link is not None else secret_digest("no such link")
    if digests_match(stored, secret_digest(secret)) and link is not None and stack.now() < link.expires_at:
        return link
    attempts = stack.notices.count_attempt(secret_digest(number), stack.now())
    if attempts > MAX_WRONG_SECRETS_PER_HOUR:
        raise TooManyAttempts("Too many wrong links; try again in an hour.")
    raise NotFound("This link opens nothing, or not any more. Ask the platform for a new one.")
