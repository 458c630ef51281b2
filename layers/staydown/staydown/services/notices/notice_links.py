"""Links that open a notice without a login. The platform gives the link to the account holder."""

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
    """Return a token that opens this notice, and when it expires. Only its digest is stored.

    Each call returns a new token; earlier ones stay valid. Raise NotFound for an unknown notice.
    """
    recipient = Recipient.account_holder(platform, account_id)
    if stack.notices.get(recipient, notice_id) is None:
        raise NotFound(f"This account has no notice {notice_id[:64]!r}.")
    number, secret = new_link_number(), new_secret()
    until = stack.now() + stack.settings.notice_link_lifetime
    transaction = stack.transaction()
    link = NoticeLink(number, secret_digest(secret), recipient, notice_id, until)
    stack.notices.add_link(transaction, link)
    transaction.commit()
    return f"{number}-{secret}", until


def resolve_notice_link(stack: Stack, token: str) -> NoticeLink:
    """Return the link of a token.

    Raise NotFound for an unknown, wrong or expired token, and TooManyAttempts after
    MAX_WRONG_SECRETS_PER_HOUR of them for one number. A valid token always works.
    """
    number, _, secret = token.partition("-")
    link = stack.notices.get_link(number)
    stored = link.secret_digest if link is not None else secret_digest("no such link")
    if digests_match(stored, secret_digest(secret)) and link is not None and stack.now() < link.expires_at:
        return link
    attempts = stack.notices.count_attempt(secret_digest(number), stack.now())
    if attempts > MAX_WRONG_SECRETS_PER_HOUR:
        raise TooManyAttempts("Too many invalid links. Try again in an hour.")
    raise NotFound("This link is invalid or has expired. Ask the platform for a new one.")
