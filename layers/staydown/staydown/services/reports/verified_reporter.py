"""Who reports by an account that its platform vouches for: known again, and not by name."""

from __future__ import annotations

import uuid

from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.cases.deferral import Deferral


def ensure_verified_reporter_id(
    stack: Stack, transaction: Transaction, platform: str, account_id: str
) -> str:
    """The id under which this account reports, from now on if it is new. It is forgotten when nothing that
    was reported under it can count any more, nor suspend anybody."""
    known = stack.reporters.get_verified_reporter_id(platform, account_id)
    sender_id = known or str(uuid.uuid4())
    ladder = stack.settings.strike_policy
    until = stack.now() + ladder.window + ladder.max_suspension
    stack.reporters.save_verified_reporter_id(
        transaction, platform, account_id, sender_id, expected=known, until=until
    )
    return sender_id


def active_deferral(stack: Stack, verified_reporter_id: str) -> Deferral | None:
    """How what this sender reports now is set aside; None where it is not."""
    review_id = stack.verified_reporters.get(verified_reporter_id).strike_status.suspension_review_id
    review = stack.misuse_reviews.get(review_id) if review_id is not None else None
    if (
        review is None
        or not review.is_suspension_active
        or review.decision is None
        or review.decision.suspended_until is None
    ):
        return None
    return Deferral(review.review_id, review.decision.suspended_until)
