"""Misuse (DSA Art 23): repeated uploads of blocked images, and repeated manifestly unfounded reports.

Strikes lead to a warning, and further strikes to a review, in which a reviewer can suspend the subject.
Strikes are not stored: they are derived from the uploads and reports as they are now. So a reversed decision
removes its strikes, and a warning or suspension ends when too few of its strikes are left.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from staydown.domain.accounts.strikes import MisuseSubject, Strike, StrikeHistory, StrikePolicy
from staydown.domain.errors import AlreadyDecided, Conflict, InvalidRequest, SameReviewer

MISUSE_BLOCK_PREFIX = "misuse:"
"""The start of the source of a block that a misuse review set."""


class MisuseOutcome(StrEnum):
    SUSPEND = "suspend"
    WARN = "warn"
    NO_ACTION = "no_action"


class Intention(StrEnum):
    """The subject's intention as the reviewer finds it, which Art 23(3) requires to be considered."""

    DELIBERATE = "deliberate"
    CARELESS = "careless"
    NONE = "none"
    UNCLEAR = "unclear"


class EndReason(StrEnum):
    """Why a suspension has ended, or a review ended without a decision."""

    EXPIRED = "term"
    """The suspension reached its end date."""
    LIFTED = "lifted"
    """A senior reviewer lifted the suspension."""
    UNSUPPORTED = "fell"
    """Too few of its strikes are left."""


@dataclass(frozen=True, slots=True)
class StrikeStatus:
    """The last warning, the pending review and the suspension of a subject."""

    warned_at: datetime | None = None
    """When the subject was last warned."""
    warned_strikes: tuple[str, ...] = ()
    """References of the strikes of the last warning."""
    pending_review_id: str | None = None
    """The review that is not decided yet."""
    reviewed_at: datetime | None = None
    """When the last review was decided; earlier strikes do not lead to another review."""
    suspension_review_id: str | None = None
    """The review whose suspension is in force."""

    def with_warning(self, history: StrikeHistory, *, now: datetime) -> StrikeStatus:
        """Return the status with a warning for these strikes."""
        return replace(self, warned_at=now, warned_strikes=history.refs)

    def active_warning(self, history: StrikeHistory) -> datetime | None:
        """Return the time of the last warning if any of its strikes still counts, else None."""
        still_counts = any(strike.ref in self.warned_strikes for strike in history.strikes)
        return self.warned_at if still_counts else None

    def reoffended(self, history: StrikeHistory) -> bool:
        """Whether there is a strike after an active warning."""
        warned_at = self.active_warning(history)
        return warned_at is not None and any(strike.at > warned_at for strike in history.strikes)

    def needs_warning(self, history: StrikeHistory, policy: StrikePolicy) -> bool:
        return len(history.strikes) >= policy.warning_threshold and self.active_warning(history) is None

    def needs_review(self, history: StrikeHistory, policy: StrikePolicy) -> bool:
        """Whether enough unreviewed strikes exist, and no review or suspension is open."""
        no_open_review = self.pending_review_id is None and self.suspension_review_id is None
        return no_open_review and len(self.unreviewed_strikes(history)) >= policy.review_threshold

    def unreviewed_strikes(self, history: StrikeHistory) -> tuple[Strike, ...]:
        since = self.reviewed_at
        return tuple(strike for strike in history.strikes if since is None or strike.at > since)

    def with_review_decided(self, review: MisuseReview, history: StrikeHistory) -> StrikeStatus:
        decision = review.decision
        if decision is None:
            return replace(self, pending_review_id=None)
        after = replace(self, pending_review_id=None, reviewed_at=decision.at)
        if decision.outcome is MisuseOutcome.WARN:
            return after.with_warning(history, now=decision.at)
        return replace(after, suspension_review_id=review.review_id) if review.is_suspension_active else after

    def without_suspension(self) -> StrikeStatus:
        return replace(self, suspension_review_id=None)


@dataclass(frozen=True, slots=True)
class MisuseDecision:
    """A reviewer's decision of a misuse review."""

    outcome: MisuseOutcome
    """What follows for the subject."""
    intention: Intention
    """The subject's intention as the reviewer finds it."""
    reasons: str
    """The reviewer's reasons."""
    reviewer: str
    """The reviewer's id."""
    at: datetime
    """When the review was decided."""
    strikes: int
    """The number of strikes at the decision."""
    total: int
    """The number of uploads or reports in the window at the decision."""
    suspended_until: datetime | None = None
    """The end of the suspension; None for other outcomes."""


@dataclass(frozen=True, slots=True)
class MisuseReview:
    """A review of all strikes of one subject."""

    review_id: str
    """See `derived_review_id`."""
    subject: MisuseSubject
    """The account or verified reporter under review."""
    opened_at: datetime
    """When the review was opened."""
    strikes: tuple[str, ...]
    """References of the strikes when the review was opened, then when it was decided."""
    warned_at: datetime | None = None
    """When the warning before the decision was sent; None: undecided, or no active warning."""
    decision: MisuseDecision | None = None
    """The decision; None: undecided."""
    end_reason: EndReason | None = None
    """Why the suspension ended, or why the review ended undecided; None: neither has."""
    ended_at: datetime | None = None
    """When that was."""
    lifted_by: str | None = None
    """The senior reviewer who lifted the suspension."""
    lift_reasons: str = ""
    """That reviewer's reasons."""
    version: int = 0
    """Incremented by each write."""

    @property
    def is_pending(self) -> bool:
        return self.decision is None and self.end_reason is None

    @property
    def is_suspension_active(self) -> bool:
        """Whether the suspension of this review is in force."""
        decided = self.decision is not None and self.decision.outcome is MisuseOutcome.SUSPEND
        return decided and self.end_reason is None

    @property
    def closed_at(self) -> datetime | None:
        """When the review and its suspension were over; None while either is open."""
        if self.is_pending or self.is_suspension_active:
            return None
        return self.ended_at or (self.decision.at if self.decision is not None else None)

    @property
    def block_source(self) -> str:
        """The source of the account block that a suspension sets."""
        return f"{MISUSE_BLOCK_PREFIX}{self.review_id}"

    def decided(self, decision: MisuseDecision, status: StrikeStatus, history: StrikeHistory) -> MisuseReview:
        """Return the decided review.

        Raise AlreadyDecided if it is over, and Conflict for a suspension without a strike after an active
        warning.
        """
        if not self.is_pending:
            raise AlreadyDecided("The review has ended.", extra={"ended": self.end_reason})
        if decision.outcome is MisuseOutcome.SUSPEND and not status.reoffended(history):
            raise Conflict(
                "A suspension requires an active warning and a strike after it. "
                "Decide `warn` or `no_action`.",
                extra={"warned_at": _iso_or_none(status.active_warning(history))},
            )
        return replace(
            self, decision=decision, strikes=history.refs, warned_at=status.active_warning(history)
        )

    def may_be_lifted_by(self, reviewer: str) -> bool:
        return self.is_suspension_active and self.decision is not None and self.decision.reviewer != reviewer

    def lifted(self, reviewer: str, reasons: str, *, now: datetime) -> MisuseReview:
        """Return the review with its suspension lifted.

        Raise SameReviewer for the reviewer who decided it, and Conflict without an active suspension.
        """
        if self.decision is not None and self.decision.reviewer == reviewer:
            raise SameReviewer("You decided this suspension. Another senior reviewer must lift it.")
        if not self.is_suspension_active:
            raise Conflict("This review has no suspension in force.")
        return replace(self.ended(EndReason.LIFTED, now=now), lifted_by=reviewer, lift_reasons=reasons)

    def ended(self, reason: EndReason, *, now: datetime) -> MisuseReview:
        return replace(self, end_reason=reason, ended_at=now)


def derived_review_id(subject: MisuseSubject, strikes: Iterable[Strike]) -> str:
    """Return the id of the review of these strikes. It does not depend on when or by whom it is opened."""
    first = min(strikes, key=lambda strike: (strike.at, strike.ref))
    return str(uuid.uuid5(_NAMESPACE, f"{subject.audit_chain}\n{first.ref}"))


def suspension_length(outcome: MisuseOutcome, days: int | None, policy: StrikePolicy) -> timedelta | None:
    """Return the length of a suspension; None for other outcomes.

    Raise InvalidRequest if a suspension has no valid number of days, or another outcome has one.
    """
    if outcome is not MisuseOutcome.SUSPEND:
        if days is not None:
            raise InvalidRequest("Only a suspension has a length.", pointers={"/days": "leave it out"})
        return None
    if days is None or not 1 <= days <= policy.max_suspension.days:
        raise InvalidRequest(
            "A suspension needs a length in days.",
            pointers={"/days": f"1 to {policy.max_suspension.days}"},
        )
    return timedelta(days=days)


_NAMESPACE = uuid.UUID("0b6a1d3e-3c0b-5a55-9d0e-2a7c9b1f4e23")


def _iso_or_none(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
