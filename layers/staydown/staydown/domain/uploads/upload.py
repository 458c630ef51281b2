"""Uploads: their state is derived from the stops that apply to them."""

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
    StopCause,
    StopCauseKind,
    StopKind,
    StopReason,
    deadline_stop,
    pending_case_causes,
    review_stop,
)


class UploadState(StrEnum):
    RECEIVED = "received"
    """It is being checked, and not public."""
    PUBLISHED = "published"
    """It is public."""
    HELD = "held"
    """It waits for a review or an operator, and is not public."""
    BLOCKED = "blocked"
    """It was stopped before publication."""
    REMOVED = "removed"
    """It was stopped after publication."""
    REJECTED = "rejected"
    """It is not a readable image, or its account is blocked. This state is final."""


class ErasureQueue(StrEnum):
    """What will be erased of an upload, and when."""

    STOPPED = "stopped"
    """The original, after its retention period."""
    DEFERRED = "kept_back"
    """The original, whose retention period is over but which something still needs."""
    ERASING = "erasing"
    """The original is marked as erased, and its deletion is not verified yet."""
    REJECTED = "rejected"
    """Original and record together: no case or record refers to it."""
    RECORD = "record"
    """The record, after the retention period of a case: the original is deleted, and no case is about it."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One image in the uploads bucket, with its state and what stops it."""

    upload_id: str
    """See `derived_upload_id`; with a ticket, the ticket's id."""
    platform: str
    """The platform's id."""
    account_id: str
    """The account that uploaded the image."""
    key: str
    """The key of the original in the uploads bucket."""
    object_version: str
    """The object version of the original."""
    state: UploadState
    """Derived from the stops and from `was_published`."""
    received_at: datetime
    """When the upload was registered."""
    updated_at: datetime
    """When the state last changed."""
    reason: str | None = None
    """Why it is in this state: a StopReason or a code of the decoder; None: nothing stops it."""
    etag: str = ""
    """The ETag of the scanned bytes."""
    size: int = 0
    """The size of the original in bytes."""
    fingerprint: Fingerprint | None = None
    """The hashes; None: the image was not scanned or could not be read."""
    stops: Mapping[str, Stop] = field(default_factory=dict)
    """The stops that apply, by cause."""
    cases: tuple[str, ...] = ()
    """Ids of the cases about it, the oldest first."""
    dismissed_matches: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Ids of the entries that a case found to be another image, by case."""
    match_exclusions: frozenset[str] = frozenset()
    """Ids of the entries that an appeal or the splitting of a case found to be another image."""
    matches: tuple[Match, ...] = ()
    """The matches of the last check."""
    was_published: bool = False
    """Whether it was ever public."""
    was_released: bool = False
    """Whether all its stops were once removed; a later block of the account then does not matter."""
    republications: int = 0
    """How often it was published after a release."""
    erasure_deferred: bool = False
    """Whether its retention period is over, but something still needs it."""
    erased_at: datetime | None = None
    """When the erasure of the image began; None: it is kept."""
    image_deleted: bool = False
    """Whether the deletion of the image was verified."""
    version: int = 0
    """Incremented by each write."""
    audit: ChainHead = field(default_factory=ChainHead)
    """The head of the audit chain."""

    @property
    def is_stopped(self) -> bool:
        """Whether it is blocked, removed or rejected."""
        return self.state in {UploadState.BLOCKED, UploadState.REMOVED, UploadState.REJECTED}

    @property
    def is_record_erasable(self) -> bool:
        """Whether its record can be erased: no original in quarantine depends on it."""
        return self.image_deleted or not self.is_stopped

    @property
    def erasure_queue(self) -> ErasureQueue | None:
        """What will be erased of it; None: nothing."""
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
        """Its key in the published bucket, which cannot be guessed and does not name the account."""
        return f"{self.platform}/{self.upload_id}"

    def with_stops(self, stops: Iterable[Stop], *, now: datetime) -> Upload:
        """Return the upload with these stops added."""
        return self._replace_stops({**self.stops, **{stop.cause: stop for stop in stops}}, now)

    def without_stops(self, causes: Iterable[str], *, now: datetime) -> Upload:
        """Return the upload without these stops. With none left it is `received`, to be checked again."""
        removed = set(causes)
        return self._replace_stops({c: s for c, s in self.stops.items() if c not in removed}, now)

    @property
    def dismissed_entries(self) -> frozenset[str]:
        """Ids of the entries that a reviewer found to be another image; they no longer hold it."""
        return frozenset().union(*self.dismissed_matches.values())

    def with_dismissal(self, case_id: str, entry_ids: Iterable[str]) -> Upload:
        """Return the upload with the entries that a case dismisses; with none, the case dismisses nothing."""
        others = {case: entries for case, entries in self.dismissed_matches.items() if case != case_id}
        entries = frozenset(entry_ids)
        return replace(self, dismissed_matches={**others, case_id: entries} if entries else others)

    def with_match_exclusions(self, entry_ids: Iterable[str]) -> Upload:
        return replace(self, match_exclusions=self.match_exclusions.union(entry_ids))

    @property
    def blocking_entries(self) -> tuple[str, ...]:
        """Ids of the entries that stop it without human review."""
        return self.stopping_ids(StopCauseKind.ENTRY)

    def stopping_ids(self, kind: StopCauseKind) -> tuple[str, ...]:
        """Return the ids of the cases or entries that cause its stops of one kind."""
        causes = map(StopCause.parse, self.stops)
        return tuple(cause.id for cause in causes if cause.kind is kind)

    @property
    def review_causes(self) -> tuple[str, ...]:
        """The causes that hold it until a reviewer decides about its matches."""
        return tuple(review_stop(case_id).cause for case_id in self.stopping_ids(StopCauseKind.REVIEW))

    @property
    def is_hidden(self) -> bool:
        """Whether a case that was not decided in time holds it."""
        return bool(self.stopping_ids(StopCauseKind.DEADLINE))

    def with_case(self, case_id: str) -> Upload:
        return self if case_id in self.cases else replace(self, cases=(*self.cases, case_id))

    def reassigned(self, *, from_case: str, to_case: str) -> Upload:
        """Return the upload in one case instead of another, with its holds."""
        replacements = dict(
            zip(pending_case_causes(from_case), (review_stop(to_case), deadline_stop(to_case)), strict=True)
        )
        stops = [replacements.get(cause, stop) for cause, stop in self.stops.items()]
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
    """Whether an upload counts as a strike: a match blocked it before publication.

    An upload that was public when its image was judged does not count, nor one that a reviewer judged: that
    decision blocks the account by itself.
    """
    return (state, reason) == (UploadState.BLOCKED, StopReason.MATCHES_CONFIRMED_ENTRY)


@dataclass(frozen=True, slots=True)
class UploadTicket:
    """The permission to upload one image under one key."""

    upload_id: str
    """The id that the upload will have."""
    platform: str
    """The platform's id."""
    account_id: str
    """The account that will upload the image."""
    key: str
    """The key in the uploads bucket."""
    content_type: str
    """The declared content type."""
    issued_at: datetime
    """When the ticket was issued."""
    valid_until: datetime
    """When the ticket expires."""


ID_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}")


def is_valid_id(text: str) -> bool:
    """Whether a platform's or account's id is valid in a key: 1 to 128 letters, digits, . _ : @ -"""
    return ID_PATTERN.fullmatch(text) is not None and ".." not in text


@dataclass(frozen=True, slots=True)
class ObjectKey:
    """The key of an original: `{platform}/{account_id}/{suffix}`."""

    platform: str
    """The platform's id."""
    account_id: str
    """The account that uploads the image."""
    suffix: str
    """The rest of the key, chosen by the platform."""

    @classmethod
    def parse(cls, key: str) -> ObjectKey | None:
        """Read a key; None: it is malformed."""
        parts = key.split("/", 2)
        if len(parts) != 3 or not parts[2] or not is_valid_id(parts[0]) or not is_valid_id(parts[1]):
            return None
        return cls(*parts)

    def __str__(self) -> str:
        return f"{self.platform}/{self.account_id}/{self.suffix}"
