"""Metrics: what one audit record adds to the counters.

Counters are derived from the audit only, record by record, so they can be rebuilt from it. A repeated record
is recognised by its number (`ChainCursor.seq`). Counters are sums: the order of the chains does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from staydown.domain.audit.actions import AuditAction
from staydown.domain.audit.chain import GENESIS, AuditRecord
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.cases.states import CaseState

QUARTER_HOUR = timedelta(minutes=15)
"""Durations are counted in units of 15 minutes, rounded up, and so are their medians."""

_UNDECIDED = {CaseState.OPEN.value, CaseState.NEEDS_INFORMATION.value}
_FRAME = re.compile(r"frame \d+(, )?")


class CounterScope(StrEnum):
    """The counters of a day, of a reviewer on a day, or of the current state."""

    DAY = "day"
    REVIEWER = "reviewer"
    CASES = "cases"
    """Current cases by state."""
    OPENED = "opened"
    """Undecided cases by the hour they were opened."""
    DUE = "due"
    """Undecided cases by the hour of their deadline."""


@dataclass(frozen=True, slots=True)
class Increment:
    """A change of one counter."""

    scope: CounterScope
    """The counters that it belongs to."""
    key: str
    """The day (2027-03-01), day and reviewer (2027-03-01#id) or hour (2027-03-01T12); empty for CASES."""
    name: str
    """The counter's name."""
    amount: int = 1
    """Negative only for counters of the current state."""


@dataclass(frozen=True, slots=True)
class ChainCursor:
    """How far a chain is counted, with the facts that counting the next record needs."""

    seq: int = 0
    """The number of the last counted record."""
    digest: str = GENESIS
    """The digest of the last counted record."""
    state: str | None = None
    """The state of the case; None for other chains."""
    opened_at: datetime | None = None
    """The time of the first record."""
    valid_at: datetime | None = None
    """When the case got its first valid report."""
    deadline: str | None = None
    """The deadline of the case, in ISO 8601."""
    appealed_at: datetime | None = None
    """When the oldest pending appeal was filed."""


def count_record(cursor: ChainCursor, record: AuditRecord) -> tuple[ChainCursor, list[Increment]]:
    """Count the record that follows the cursor. Return the new cursor and the changes of counters."""
    details: Mapping[str, Any] = record.details
    state = details.get("state") if record.chain.startswith("case:") else None
    following = replace(
        cursor,
        seq=record.seq,
        digest=record.digest,
        state=state,
        opened_at=cursor.opened_at or record.at,
        valid_at=cursor.valid_at or _valid_at(record),
        deadline=details.get("deadline"),
        appealed_at=_appealed_at(cursor, record),
    )
    increments = [
        *_current_increments(cursor, following),
        *_daily_increments(cursor, following, record),
        *_erasure_increments(record),
    ]
    return following, increments


def _valid_at(record: AuditRecord) -> datetime | None:
    """When the case got a valid report; for a case split from another, that is before its first record."""
    if record.details.get("valid") is not True:
        return None
    since = record.details.get("valid_since")
    return datetime.fromisoformat(str(since)) if since is not None else record.at


def quarter_hours(time: timedelta) -> int:
    """Return a duration in units of 15 minutes, rounded up, at least 1."""
    return max(1, -(-time // QUARTER_HOUR))


def _appealed_at(cursor: ChainCursor, record: AuditRecord) -> datetime | None:
    if record.action == AuditAction.APPEAL_FILED:
        return cursor.appealed_at or record.at
    return None if _appeal_outcome(record) else cursor.appealed_at


def _appeal_outcome(record: AuditRecord) -> str | None:
    """An appeal that reverses its case is recorded as the reversal; a disagreement is not an appeal."""
    if record.details.get("party") == "second_opinion":
        return None
    if record.action == AuditAction.APPEAL_DENIED:
        return "rejected"
    if record.action in {AuditAction.APPEAL_GRANTED, AuditAction.CASE_REVERSED, AuditAction.CASE_OVERTURNED}:
        return "upheld"
    return None


def _erasure_increments(record: AuditRecord) -> Iterator[Increment]:
    """An erased case has no state any more, but the counters of past days stay."""
    if record.action == AuditAction.CASE_ERASED:
        yield Increment(CounterScope.CASES, "", str(record.details["was"]), -1)


def _current_increments(before: ChainCursor, after: ChainCursor) -> Iterator[Increment]:
    if before.state != after.state:
        if before.state is not None:
            yield Increment(CounterScope.CASES, "", before.state, -1)
        if after.state is not None:
            yield Increment(CounterScope.CASES, "", after.state)
    for group, was, now in (
        (CounterScope.OPENED, _hour(before, before.opened_at), _hour(after, after.opened_at)),
        (CounterScope.DUE, _hour(before, before.deadline), _hour(after, after.deadline)),
    ):
        if was != now:
            if was is not None:
                yield Increment(group, was, "cases", -1)
            if now is not None:
                yield Increment(group, now, "cases")


def _hour(cursor: ChainCursor, time: datetime | str | None) -> str | None:
    """The hour under which an undecided case is counted."""
    if cursor.state not in _UNDECIDED or time is None:
        return None
    return (time.isoformat() if isinstance(time, datetime) else time)[:13]


def _daily_increments(before: ChainCursor, after: ChainCursor, record: AuditRecord) -> Iterator[Increment]:
    day = f"{record.at:%Y-%m-%d}"
    for name in _counter_names(before, after, record):
        yield Increment(CounterScope.DAY, day, name)
    if _image_outcome(record) in _VIOLATION_OUTCOMES:
        yield Increment(
            CounterScope.DAY, day, "accounts_suspended", int(str(record.details.get("accounts", 0)))
        )
        yield Increment(CounterScope.DAY, day, "uploads_judged", len(list(_list_detail(record, "uploads"))))
    if (work := _REVIEWER_COUNTERS.get(record.action)) is not None:
        yield Increment(CounterScope.REVIEWER, f"{day}#{record.actor}", work)
        if record.details.get("sharp") is True:
            yield Increment(CounterScope.REVIEWER, f"{day}#{record.actor}", "sharp_looks")


def _image_outcome(record: AuditRecord) -> object:
    """The outcome of a decision, or of an appeal that overturned a dismissal; None for other records."""
    if record.action == AuditAction.CASE_DECIDED:
        return record.details.get("outcome")
    return record.details.get("finding") if record.action == AuditAction.CASE_OVERTURNED else None


def _list_detail(record: AuditRecord, name: str) -> Iterator[object]:
    value = record.details.get(name)
    return iter(value if isinstance(value, list) else ())


_VIOLATION_OUTCOMES = {outcome.value for outcome in DecisionOutcome if outcome.is_violation}
_REVIEWER_COUNTERS: Mapping[str, str] = {
    AuditAction.CASE_CLAIMED: "claims",
    AuditAction.CASE_DECIDED: "decisions",
    AuditAction.IMAGE_REVEALED: "looks",
    AuditAction.APPEAL_GRANTED: "appeals",
    AuditAction.APPEAL_DENIED: "appeals",
    AuditAction.CASE_REVERSED: "appeals",
    AuditAction.CASE_OVERTURNED: "appeals",
    AuditAction.DISAGREEMENT_GRANTED: "appeals",
    AuditAction.DISAGREEMENT_DENIED: "appeals",
    AuditAction.OPINION_GIVEN: "second_opinions",
    AuditAction.MISUSE_DECIDED: "misuse_reviews",
}
"""The counter of a reviewer's work, by action."""


def _counter_names(before: ChainCursor, after: ChainCursor, record: AuditRecord) -> Iterator[str]:
    details: Mapping[str, Any] = record.details
    action = record.action
    if details.get("notice") is True:
        yield "notices"
    if before.valid_at is None and after.valid_at is not None:
        yield "valid_cases"
    if action == AuditAction.CASE_OPENED:
        yield "opened:match" if "matches" in details else "opened:report"
    if action == AuditAction.CASE_DECIDED:
        yield f"decided:{details['outcome']}"
        if record.actor == "system":
            yield "decided_by_machine"
        if details.get("manifestly_unfounded") is True:
            yield "misuse:unfounded"
    if before.state in _UNDECIDED and after.state not in _UNDECIDED and action == AuditAction.CASE_DECIDED:
        yield from _timeliness_counters(after, record)
    if action == AuditAction.APPEAL_FILED:
        yield "appeals:filed"
    if (outcome := _appeal_outcome(record)) is not None:
        yield f"appeals:{outcome}"
        if before.appealed_at is not None:
            yield f"answered:{quarter_hours(record.at - before.appealed_at)}"
    if action == AuditAction.OPINION_GIVEN:
        yield "opinions:agreed" if details["agrees"] else "opinions:differed"
    yield from _match_counters(action, details)
    yield from _account_counters(action, details)


def _account_counters(action: str, details: Mapping[str, Any]) -> Iterator[str]:
    if action == AuditAction.ACCOUNT_WARNED:
        yield "misuse:warned"
    if action == AuditAction.MISUSE_DECIDED:
        suspends_reports = details["outcome"] == "suspend" and "reports" in details
        yield "suspended:notices" if suspends_reports else f"misuse:{details['outcome']}"
    if action == AuditAction.ACCOUNT_BLOCKED:
        yield "by_hand:blocked"
    if action == AuditAction.ACCOUNT_UNBLOCKED:
        yield "by_hand:unblocked"


def _timeliness_counters(case: ChainCursor, record: AuditRecord) -> Iterator[str]:
    if case.valid_at is not None:
        yield f"acted:{quarter_hours(record.at - case.valid_at)}"
    if case.deadline is not None:
        yield "in_time" if record.at <= datetime.fromisoformat(case.deadline) else "late"


_STOP_COUNTERS: Mapping[str, str] = {
    AuditAction.UPLOAD_BLOCKED: "blocked",
    AuditAction.UPLOAD_REMOVED: "removed",
    AuditAction.CASE_OPENED: "held",
    AuditAction.CASE_UPLOAD_ADDED: "held",
}


def _match_counters(action: str, details: Mapping[str, Any]) -> Iterator[str]:
    """Count an image that matched the bank, by distance and view of its nearest match."""
    matches = details.get("matches")
    if action not in _STOP_COUNTERS or not matches:
        return
    yield f"stopped:{_STOP_COUNTERS[action]}"
    nearest = min(matches, key=lambda match: int(match["distance"]))
    yield f"distance:{nearest['distance']}"
    yield f"view:{_FRAME.sub('', str(nearest['view'])) or 'upright'}"
