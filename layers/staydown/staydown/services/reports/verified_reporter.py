"""The pseudonym of a reporter whose platform has verified their account."""

from __future__ import annotations

import uuid

from staydown.aws.stack import Stack
from staydown.domain.cases.deferral import Deferral
from staydown.services.unit_of_work import UnitOfWork


def ensure_verified_reporter_id(uow: UnitOfWork, platform: str, account_id: str) -> str:
    """Return the id under which this account reports, and keep it for as long as a strike can count."""
    reporters, policy = uow.stack.reporters, uow.stack.settings.strike_policy
    known = reporters.get_verified_reporter_id(platform, account_id)
    reporter_id = known or str(uuid.uuid4())
    until = uow.now + policy.window + policy.max_suspension
    reporters.save_verified_reporter_id(
        uow.transaction, platform, account_id, reporter_id, expected=known, until=until
    )
    return reporter_id


def active_deferral(stack: Stack, verified_reporter_id: str) -> Deferral | None:
    """Return the deferral of further reports by this reporter; None where they are not suspended."""
    review_id = stack.verified_reporters.get(verified_reporter_id).strike_status.suspension_review_id
    review = stack.misuse_reviews.get(review_id) if review_id is not None else None
    if review is None or not review.is_suspension_active or review.decision is None:
        return None
    until = review.decision.suspended_until
    return Deferral(review.review_id, until) if until is not None else None
