"""Uploads: what is stopping one decides its state."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from staydown.domain.audit.chain import ChainHead
from staydown.domain.bank.fingerprints import Fingerprint
from staydown.domain.bank.match import Match
from staydown.domain.uploads.stops import (
    SCAN_FAILURE_STOP,
    Stop,
    StopKind,
    StopReason,
    deadline_stop,
    pending_case_causes,
    review_stop,
)


class UploadState(StrEnum):
    RECEIVED = "received"
    """It is being checked; nobody can see it."""
    PUBLISHED = "published"
    """It was checked and is public."""
    HELD = "held"
    """A person has to look first; nobody can see it."""
    BLOCKED = "blocked"
    """It was stopped before anybody saw it."""
    REMOVED = "removed"
    """It was public and was taken down."""
    REJECTED = "rejected"
    """It is not a readable image, or the account is blocked. It never becomes anything else."""


class ErasureQueue(StrEnum):
    """What is to be erased of an upload one day, and what it waits for."""

    STOPPED = "stopped"
    """The original, when its time is over."""
    DEFERRED = "kept_back"
    """Its time was over, and something needed it."""
    ERASING = "erasing"
    """It is marked erased; that the image is gone was not seen yet."""
    REJECTED = "rejected"
    """Original and record together: nobody ever had to do with it."""
    RECORD = "record"
    """The image is gone, and no case is about it: the record goes when a case's would."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One image put into the uploads bucket, and what becomes of it.

    key, object_version: where the original was put. etag: of the bytes that were scanned.
    fingerprint: absent when it could not be read. stops: by cause. cases: those about it, oldest first.
    clearings: by case, the entries of the bank that its reviewer said this is not. spared: those by which it
    was stopped, and which it was found not to be on appeal; and those of pictures that a reviewer told it
    apart from. matches: what the last check found.
    was_published: anybody may have seen it. released: it was stopped once and freed again, so whether
    its account is blocked by now is no matter. returns: how often it was published after having been
    stopped. kept_back: its time was over, and something needed it. erased_at: the image is not to be anywhere
    any more; image_gone: it was seen to that. version: bumped at each write. audit: the head of its chain.
    """

    upload_id: str
    platform: str
    account_id: str
    key: str
    object_version: str
    state: UploadState
    received_at: datetime
    updated_at: datetime
    reason: str | None = None
    etag: str = ""
    size: int = 0
    fingerprint: Fingerprint | None = None
    stops: Mapping[str, Stop] = field(default_factory=dict)
    cases: tuple[str, ...] = ()
    dismissed_matches: Mapping[str, frozenset[str]] = field(default_factory=dict)
    match_exclusions: frozenset[str] = frozenset()
    matches: tuple[Match, ...] = ()
    was_published: bool = False
    was_released: bool = False
    republications: int = 0
    erasure_deferred: bool = False
    erased_at: datetime | None = None
    image_deleted: bool = False
    version: int = 0
    audit: ChainHead = field(default_factory=ChainHead)

    @property
    def is_stopped(self) -> bool:
        """Whether it stays as it is unless somebody has second thoughts."""
        return self.state in {UploadState.BLOCKED, UploadState.REMOVED, UploadState.REJECTED}

    @property
    def is_record_erasable(self) -> bool:
        """Whether no image is kept of it that its record is needed for."""
        return self.image_deleted or not self.is_stopped

    @property
    def erasure_queue(self) -> ErasureQueue | None:
        """What is to become of it one day; None for what is as it should be."""
        if self.image_deleted:
            return ErasureQueue.RECORD if self.is_stopped and not self.cases else None
        if self.erased_at is not None:
            return ErasureQueue.ERASING
        never_scanned = self.state is UploadState.HELD and set(self.stops) == {SCAN_FAILURE_STOP.cause}
        if self.state is UploadState.REJECTED or never_scanned:
            if not self.cases and not self.audit.seq:
                return ErasureQueue.REJECTED
        elif not self.is_stopped:
            return None
        return ErasureQueue.DEFERRED if self.erasure_deferred else ErasureQueue.STOPPED

    @property
    def public_key(self) -> str:
        """Its key in the published bucket: nothing in it tells whose it is, and it can't be guessed."""
        return f"{self.platform}/{self.upload_id}"

    def with_stops(self, stops: Iterable[Stop], *, now: datetime) -> Upload:
        return self._replace_stops({**self.stops, **{stop.cause: stop for stop in stops}}, now)

    def without_stops(self, causes: Iterable[str], *, now: datetime) -> Upload:
        """Without these stops. With none left it is `received` again: to be checked, then published."""
        gone = set(causes)
        return self._replace_stops({c: s for c, s in self.stops.items() if c not in gone}, now)

    @property
    def dismissed_entries(self) -> frozenset[str]:
        """Entries of the bank that a reviewer said it is not; they no longer hold it."""
        return frozenset().union(*self.dismissed_matches.values())

    def with_dismissal(self, case_id: str, entry_ids: Iterable[str]) -> Upload:
        """As the decision of a case says; of nothing: as if it had never been cleared by it."""
        others = {case: entries for case, entries in self.dismissed_matches.items() if case != case_id}
        entries = frozenset(entry_ids)
        return replace(self, dismissed_matches={**others, case_id: entries} if entries else others)

    def with_match_exclusions(self, entry_ids: Iterable[str]) -> Upload:
        return replace(self, match_exclusions=self.match_exclusions.union(entry_ids))

    @property
    def blocking_entries(self) -> tuple[str, ...]:
        """The entries of the bank that stop it, with nobody having looked."""
        return tuple(
            cause.removeprefix("entry:")
            for cause, stop in self.stops.items()
            if stop.kind is StopKind.BLOCK and cause.startswith("entry:")
        )

    @property
    def review_causes(self) -> tuple[str, ...]:
        """The causes by which it waits for what a reviewer says of its matches."""
        return tuple(cause for cause in self.stops if cause.startswith("review:"))

    @property
    def is_hidden(self) -> bool:
        """Whether it waits for a case that was not decided in time."""
        return any(cause.startswith("deadline:") for cause in self.stops)

    def with_case(self, case_id: str) -> Upload:
        return self if case_id in self.cases else replace(self, cases=(*self.cases, case_id))

    def reassigned(self, *, from_case: str, to_case: str) -> Upload:
        """In one case in place of another, and waiting for that one."""
        names = dict(
            zip(pending_case_causes(from_case), (review_stop(to_case), deadline_stop(to_case)), strict=True)
        )
        stops = [names.get(cause, stop) for cause, stop in self.stops.items()]
        cases = (*(one for one in self.cases if one != from_case), to_case)
        return replace(self, stops={stop.cause: stop for stop in stops}, cases=cases)

    def published(self, *, now: datetime) -> Upload:
        return replace(
            self,
            state=UploadState.PUBLISHED,
            reason=None,
            was_published=True,
            republications=self.republications + self.was_released,
            updated_at=now,
        )

    def rejected(self, reason: str, *, now: datetime) -> Upload:
        return replace(self, state=UploadState.REJECTED, reason=reason, stops={}, updated_at=now)

    def _replace_stops(self, stops: Mapping[str, Stop], now: datetime) -> Upload:
        if self.state is UploadState.REJECTED or stops == self.stops:
            return self
        blocks = [stop for stop in stops.values() if stop.kind is StopKind.BLOCK]
        if blocks:
            state = UploadState.REMOVED if self.was_published else UploadState.BLOCKED
            reason = blocks[0].reason.value
        elif stops:
            state, reason = UploadState.HELD, next(iter(stops.values())).reason.value
        else:
            state, reason = UploadState.RECEIVED, None
        released = self.was_released or not stops
        return replace(
            self, state=state, reason=reason, stops=dict(stops), was_released=released, updated_at=now
        )


def is_strike(state: str, reason: str | None) -> bool:
    """Whether an upload counts against its account: it met the bank before anybody saw it.

    What was up already when its image was judged is no strike, nor what a reviewer judged, which blocks the
    account by itself.
    """
    return (state, reason) == (UploadState.BLOCKED, StopReason.MATCHES_CONFIRMED_ENTRY)


@dataclass(frozen=True, slots=True)
class UploadTicket:
    """Leave to put one image at one key."""

    upload_id: str
    platform: str
    account_id: str
    key: str
    content_type: str
    issued_at: datetime
    valid_until: datetime


ID_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}")


def is_valid_id(text: str) -> bool:
    """Whether a platform's or an account's id can be part of a key: 1 to 128 letters, digits, . _ : @ -"""
    return ID_PATTERN.fullmatch(text) is not None and ".." not in text


@dataclass(frozen=True, slots=True)
class ObjectKey:
    """`{platform}/{account_id}/{rest}`: whose image it is, read from where it was put."""

    platform: str
    account_id: str
    suffix: str

    @classmethod
    def parse(cls, key: str) -> ObjectKey | None:
        parts = key.split("/", 2)
        if len(parts) != 3 or not parts[2] or not is_valid_id(parts[0]) or not is_valid_id(parts[1]):
            return None
        return cls(*parts)

    def __str__(self) -> str:
        return f"{self.platform}/{self.account_id}/{self.suffix}"
