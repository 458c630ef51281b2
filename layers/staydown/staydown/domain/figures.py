"""Figures: what one record of the audit adds to the counters.

Counters follow from the audit alone, record by record, so they can be made anew from it, and a record that
comes again is known by its number (`Progress.seq`). Only sums: the order of the chains does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from staydown.domain.audit import GENESIS, Record
from staydown.domain.case_states import CaseState
from staydown.domain.decisions import Outcome

QUARTER = timedelta(minutes=15)
"""Times are counted in quarters of an hour, rounded up: so are the medians made of them."""

_WAITING = {CaseState.OPEN.value, CaseState.NEEDS_INFORMATION.value}
_FRAME = re.compile(r"frame \d+(, )?")


class Group(StrEnum):
    """Which counters: of a day, of a reviewer on a day, or of all that is so at this moment."""

    DAY = "day"
    REVIEWER = "reviewer"
    CASES = "cases"
    OPENED = "opened"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class Added:
    """key: the day (2027-03-01), the day and the reviewer (2027-03-01#id), the hour (2027-03-01T12), or
    nothing. by: may be negative for what is so at this moment."""

    group: Group
    key: str
    name: str
    by: int = 1


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a chain was counted, and what of it the next record is counted by.

    seq, digest: of the last record that was counted. state: of the case after it; None of what is no case.
    valid_at: when its first valid report came. appealed_at: when its first appeal that waits came.
    """

    seq: int = 0
    digest: str = GENESIS
    state: str | None = None
    opened_at: datetime | None = None
    valid_at: datetime | None = None
    deadline: str | None = None
    appealed_at: datetime | None = None


def count(progress: Progress, record: Record) -> tuple[Progress, list[Added]]:
    """Count the record after `progress` of its chain."""
    details: Mapping[str, Any] = record.details
    state = details.get("state") if record.chain.startswith("case:") else None
    following = replace(
        progress,
        seq=record.seq,
        digest=record.digest,
        state=state,
        opened_at=progress.opened_at or record.at,
        valid_at=progress.valid_at or _valid_at(record),
        deadline=details.get("deadline"),
        appealed_at=_appealed_at(progress, record),
    )
    added = [
        *_of_the_moment(progress, following),
        *_of_the_day(progress, following, record),
        *_erased(record),
    ]
    return following, added


def _valid_at(record: Record) -> datetime | None:
    """When its report came; of a case that was made out of another one: before it was made."""
    if record.details.get("valid") is not True:
        return None
    since = record.details.get("valid_since")
    return datetime.fromisoformat(str(since)) if since is not None else record.at


def quarters(time: timedelta) -> int:
    return max(1, -(-time // QUARTER))


def _appealed_at(progress: Progress, record: Record) -> datetime | None:
    if record.action == "appeal.filed":
        return progress.appealed_at or record.at
    return None if _appeal_outcome(record) else progress.appealed_at


def _appeal_outcome(record: Record) -> str | None:
    """An appeal that reverses its case is recorded as the reversal; two reviewers' dispute is no appeal."""
    if record.details.get("party") == "second_opinion":
        return None
    if record.action in {"appeal.upheld", "appeal.rejected", "case.reversed", "case.overturned"}:
        return "rejected" if record.action == "appeal.rejected" else "upheld"
    return None


def _erased(record: Record) -> Iterator[Added]:
    """A case that was erased is in no state any more; what it was counted for stays counted."""
    if record.action == "case.erased":
        yield Added(Group.CASES, "", str(record.details["was"]), -1)


def _of_the_moment(before: Progress, after: Progress) -> Iterator[Added]:
    if before.state != after.state:
        if before.state is not None:
            yield Added(Group.CASES, "", before.state, -1)
        if after.state is not None:
            yield Added(Group.CASES, "", after.state)
    for group, was, now in (
        (Group.OPENED, _hour(before, before.opened_at), _hour(after, after.opened_at)),
        (Group.DUE, _hour(before, before.deadline), _hour(after, after.deadline)),
    ):
        if was != now:
            if was is not None:
                yield Added(group, was, "cases", -1)
            if now is not None:
                yield Added(group, now, "cases")


def _hour(progress: Progress, moment: datetime | str | None) -> str | None:
    """The hour under which a case that waits is counted."""
    if progress.state not in _WAITING or moment is None:
        return None
    return (moment.isoformat() if isinstance(moment, datetime) else moment)[:13]


def _of_the_day(before: Progress, after: Progress, record: Record) -> Iterator[Added]:
    day = f"{record.at:%Y-%m-%d}"
    for name in _names(before, after, record):
        yield Added(Group.DAY, day, name)
    if _judged(record) in _STOPPING:
        yield Added(Group.DAY, day, "accounts_suspended", int(str(record.details.get("accounts", 0))))
        yield Added(Group.DAY, day, "uploads_judged", len(list(_listed(record, "uploads"))))
    if (work := _WORK.get(record.action)) is not None:
        yield Added(Group.REVIEWER, f"{day}#{record.actor}", work)
        if record.details.get("sharp") is True:
            yield Added(Group.REVIEWER, f"{day}#{record.actor}", "sharp_looks")


def _judged(record: Record) -> object:
    """How the image was judged, at first or when its refusal was taken back; None where it was not."""
    return record.details.get(
        {"case.decided": "outcome", "case.overturned": "finding"}.get(record.action, "")
    )


def _listed(record: Record, name: str) -> Iterator[object]:
    value = record.details.get(name)
    return iter(value if isinstance(value, list) else ())


_STOPPING = {outcome.value for outcome in Outcome if outcome.stops}
_WORK = {
    "case.claimed": "claims",
    "case.decided": "decisions",
    "image.looked_at": "looks",
    "appeal.upheld": "appeals",
    "appeal.rejected": "appeals",
    "case.reversed": "appeals",
    "case.overturned": "appeals",
    "dispute.upheld": "appeals",
    "dispute.rejected": "appeals",
    "opinion.given": "second_opinions",
    "misuse.decided": "misuse_reviews",
}
"""What a reviewer does, by action."""


def _names(before: Progress, after: Progress, record: Record) -> Iterator[str]:
    details: Mapping[str, Any] = record.details
    action = record.action
    if details.get("notice") is True:
        yield "notices"
    if before.valid_at is None and after.valid_at is not None:
        yield "valid_cases"
    if action == "case.opened":
        yield "opened:match" if "matches" in details else "opened:report"
    if action == "case.decided":
        yield f"decided:{details['outcome']}"
        if record.actor == "system":
            yield "decided_by_machine"
        if details.get("manifestly_unfounded") is True:
            yield "misuse:unfounded"
    if before.state in _WAITING and after.state not in _WAITING and action == "case.decided":
        yield from _timeliness(after, record)
    if action == "appeal.filed":
        yield "appeals:filed"
    if (outcome := _appeal_outcome(record)) is not None:
        yield f"appeals:{outcome}"
        if before.appealed_at is not None:
            yield f"answered:{quarters(record.at - before.appealed_at)}"
    if action == "opinion.given":
        yield "opinions:agreed" if details["agrees"] else "opinions:differed"
    yield from _stopped(action, details)
    yield from _accounts(action, details)


def _accounts(action: str, details: Mapping[str, Any]) -> Iterator[str]:
    if action == "account.warned":
        yield "misuse:warned"
    if action == "misuse.decided":
        suspends_reports = details["outcome"] == "suspend" and "reports" in details
        yield "suspended:notices" if suspends_reports else f"misuse:{details['outcome']}"
    if action in {"account.blocked", "account.unblocked"}:
        yield f"by_hand:{action.removeprefix('account.')}"


def _timeliness(case: Progress, record: Record) -> Iterator[str]:
    if case.valid_at is not None:
        yield f"acted:{quarters(record.at - case.valid_at)}"
    if case.deadline is not None:
        yield "in_time" if record.at <= datetime.fromisoformat(case.deadline) else "late"


_STOPPED = {
    "upload.blocked": "blocked",
    "upload.removed": "removed",
    "case.opened": "held",
    "case.upload_added": "held",
}


def _stopped(action: str, details: Mapping[str, Any]) -> Iterator[str]:
    """An image that met the bank; its nearest match says by how much, and by which view."""
    matches = details.get("matches")
    if action not in _STOPPED or not matches:
        return
    yield f"stopped:{_STOPPED[action]}"
    nearest = min(matches, key=lambda match: int(match["distance"]))
    yield f"distance:{nearest['distance']}"
    yield f"view:{_FRAME.sub('', str(nearest['view'])) or 'upright'}"
