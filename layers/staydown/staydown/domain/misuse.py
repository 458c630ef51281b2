"""Misuse: who uploads again and again what was stopped, or reports what is manifestly unfounded, and what a
person may do about it (DSA Art 23).

The ladder is a warning, further strikes, and a review; only who decides that suspends anybody. A strike is
never counted: it is read from what is stopped now, so what is taken back is no strike any more, and neither a
warning nor a suspension stands that rests on nothing else.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from staydown.domain.deadlines import Watch
from staydown.domain.errors import AlreadyDecided, Conflict, InvalidRequest, SameReviewer
from staydown.domain.strikes import Ladder, Seen, Strike, Subject


class MisuseOutcome(StrEnum):
    SUSPEND = "suspend"
    WARN = "warn"
    NO_ACTION = "no_action"


class Intention(StrEnum):
    """What the reviewer finds of it; Art 23(3) wants it weighed."""

    DELIBERATE = "deliberate"
    CARELESS = "careless"
    NONE = "none"
    UNCLEAR = "unclear"


class Ending(StrEnum):
    """Why a review, or the suspension that it brought, is over before anybody decided, or before its time."""

    TERM = "term"
    LIFTED = "lifted"
    """By a senior reviewer."""
    FELL = "fell"
    """Too few of the strikes that it rests on are left."""


@dataclass(frozen=True, slots=True)
class Conduct:
    """Where somebody stands on the ladder.

    warned_for: the strikes that the last warning was of. review: the one that waits. reviewed_at: when the
    last one was decided: what came before was looked at. suspension: the review that suspends them now.
    """

    warned_at: datetime | None = None
    warned_for: tuple[str, ...] = ()
    review: str | None = None
    reviewed_at: datetime | None = None
    suspension: str | None = None

    def warned(self, seen: Seen, *, now: datetime) -> Conduct:
        return replace(self, warned_at=now, warned_for=seen.refs)

    def standing_warning(self, seen: Seen) -> datetime | None:
        """When they were warned, if any of what they were warned of still stands and is not too long ago."""
        stands = any(strike.ref in self.warned_for for strike in seen.strikes)
        return self.warned_at if stands else None

    def went_on(self, seen: Seen) -> bool:
        """Whether anything came after a warning that stands."""
        warned_at = self.standing_warning(seen)
        return warned_at is not None and any(strike.at > warned_at for strike in seen.strikes)

    def needs_warning(self, seen: Seen, ladder: Ladder) -> bool:
        return len(seen.strikes) >= ladder.warning and self.standing_warning(seen) is None

    def needs_review(self, seen: Seen, ladder: Ladder) -> bool:
        """Only what no reviewer has looked at counts, and nobody is looked at twice at a time."""
        free = self.review is None and self.suspension is None
        return free and len(self.unreviewed(seen)) >= ladder.review

    def unreviewed(self, seen: Seen) -> tuple[Strike, ...]:
        since = self.reviewed_at
        return tuple(strike for strike in seen.strikes if since is None or strike.at > since)

    def decided(self, review: MisuseReview, seen: Seen) -> Conduct:
        decision = review.decision
        if decision is None:
            return replace(self, review=None)
        after = replace(self, review=None, reviewed_at=decision.at)
        if decision.outcome is MisuseOutcome.WARN:
            return after.warned(seen, now=decision.at)
        return replace(after, suspension=review.review_id) if review.suspends else after

    def released(self) -> Conduct:
        return replace(self, suspension=None)


@dataclass(frozen=True, slots=True)
class MisuseDecision:
    """strikes, total: as they were seen then. until: of a suspension."""

    outcome: MisuseOutcome
    intention: Intention
    reasons: str
    reviewer: str
    at: datetime
    strikes: int
    total: int
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class MisuseReview:
    """One look at somebody as a whole. strikes: what it rests on, at its opening, then at its decision.
    ending, ended_at: of the review, where nobody decides it any more, or of the suspension that it brought.
    lifted_by, lifted_because: of a suspension that a senior lifted."""

    review_id: str
    subject: Subject
    opened_at: datetime
    strikes: tuple[str, ...]
    warned_at: datetime | None = None
    decision: MisuseDecision | None = None
    ending: Ending | None = None
    ended_at: datetime | None = None
    lifted_by: str | None = None
    lifted_because: str = ""
    version: int = 0

    @property
    def waits(self) -> bool:
        return self.decision is None and self.ending is None

    @property
    def suspends(self) -> bool:
        """Whether it suspends somebody now."""
        decided = self.decision is not None and self.decision.outcome is MisuseOutcome.SUSPEND
        return decided and self.ending is None

    @property
    def over_at(self) -> datetime | None:
        """When nothing more was to be done about it; None while something is."""
        if self.waits or self.suspends:
            return None
        return self.ended_at or (self.decision.at if self.decision is not None else None)

    @property
    def holder(self) -> str:
        """Of the block that it brings."""
        return f"{HOLDER}{self.review_id}"

    def decided(self, decision: MisuseDecision, conduct: Conduct, seen: Seen) -> MisuseReview:
        """Conflict for a suspension of who was not warned, or has stopped since."""
        if not self.waits:
            raise AlreadyDecided("The review is over.", extra={"ended": self.ending})
        if decision.outcome is MisuseOutcome.SUSPEND and not conduct.went_on(seen):
            raise Conflict(
                "Nobody is suspended without a warning that stands, and something that came after it; "
                "decide `warn` or `no_action`.",
                extra={"warned_at": _told(conduct.standing_warning(seen))},
            )
        return replace(self, decision=decision, strikes=seen.refs, warned_at=conduct.standing_warning(seen))

    def may_be_lifted_by(self, reviewer: str) -> bool:
        return self.suspends and self.decision is not None and self.decision.reviewer != reviewer

    def lifted(self, reviewer: str, reasons: str, *, now: datetime) -> MisuseReview:
        """By somebody who did not decide it."""
        if self.decision is not None and self.decision.reviewer == reviewer:
            raise SameReviewer("You decided it; somebody else has to lift it.")
        if not self.suspends:
            raise Conflict("Nothing of this review suspends anybody.")
        return replace(self.ended(Ending.LIFTED, now=now), lifted_by=reviewer, lifted_because=reasons)

    def ended(self, ending: Ending, *, now: datetime) -> MisuseReview:
        return replace(self, ending=ending, ended_at=now)


HOLDER = "misuse:"
"""Begins the holder of a block that a review has brought."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A case that only somebody whose reports are suspended stands behind waits. review_id: of what suspends
    them. until: the end of its term."""

    review_id: str
    until: datetime

    def ends(self, deadline: datetime | None, watch: Watch) -> datetime:
        """The law's clock has no exception: a case with a deadline is back when it is told of."""
        return self.until if deadline is None else min(self.until, deadline - watch.warning)


def derived_review_id(subject: Subject, strikes: Iterable[Strike]) -> str:
    """Of the review that these strikes bring: one, whoever opens it, and whenever."""
    first = min(strikes, key=lambda strike: (strike.at, strike.ref))
    return str(uuid.uuid5(_NAMESPACE, f"{subject.chain}\n{first.ref}"))


def term_of(outcome: MisuseOutcome, days: int | None, ladder: Ladder) -> timedelta | None:
    """How long a suspension is; InvalidRequest where its days are missing, too many, or of nothing."""
    if outcome is not MisuseOutcome.SUSPEND:
        if days is not None:
            raise InvalidRequest("Only a suspension has a term.", pointers={"/days": "leave it out"})
        return None
    if days is None or not 1 <= days <= ladder.longest.days:
        raise InvalidRequest("A suspension has a term.", pointers={"/days": f"1 to {ladder.longest.days}"})
    return timedelta(days=days)


_NAMESPACE = uuid.UUID("0b6a1d3e-3c0b-5a55-9d0e-2a7c9b1f4e23")


def _told(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
