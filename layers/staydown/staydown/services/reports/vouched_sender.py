"""Who reports by an account that its platform vouches for: known again, and not by name."""

from __future__ import annotations

import uuid

from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.misuse import SetAside


def sender_of(stack: Stack, transaction: Transaction, platform: str, account_id: str) -> str:
    """The id under which this account reports, from now on if it is new. It is forgotten when nothing that
    was reported under it can count any more, nor suspend anybody."""
    known = stack.reporters.sender_of(platform, account_id)
    sender_id = known or str(uuid.uuid4())
    ladder = stack.settings.ladder
    until = stack.now() + ladder.window + ladder.longest
    stack.reporters.keep_sender(transaction, platform, account_id, sender_id, was=known, until=until)
    return sender_id


def suspension_of(stack: Stack, sender_id: str) -> SetAside | None:
    """How what this sender reports now is set aside; None where it is not."""
    review_id = stack.senders.get(sender_id).conduct.suspension
    review = stack.misuse.review(review_id) if review_id is not None else None
    if review is None or not review.suspends or review.decision is None or review.decision.until is None:
        return None
    return SetAside(review.review_id, review.decision.until)
