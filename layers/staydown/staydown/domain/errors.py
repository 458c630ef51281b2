"""Errors that a request can end with.

Each class has the public parts of its problem document: `slug` ends the problem type, `status` is the HTTP
status, and `title` is the same for every occurrence. `detail` says what happened and what to do.
"""

from __future__ import annotations

from collections.abc import Mapping


class StaydownError(Exception):
    slug = "internal"
    status = 500
    title = "Something went wrong on our side"

    def __init__(
        self,
        detail: str,
        *,
        pointers: Mapping[str, str] | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        """pointers: what is wrong, by JSON pointer into the request. extra: further public members."""
        super().__init__(detail)
        self.detail = detail
        self.pointers = dict(pointers or {})
        self.extra = dict(extra or {})


class InvalidRequest(StaydownError):
    slug, status, title = "invalid-request", 422, "The request is invalid"


class NotAuthenticated(StaydownError):
    slug, status, title = "not-authenticated", 401, "A valid token is required"


class NotAllowed(StaydownError):
    slug, status, title = "not-allowed", 403, "The caller is not allowed to do this"


class AccountIsBlocked(NotAllowed):
    slug, title = "account-blocked", "The account is blocked from uploading"


class SameReviewer(NotAllowed):
    slug, title = "same-reviewer", "A different reviewer is required"


class ConflictOfInterest(NotAllowed):
    slug, title = "conflict-of-interest", "You declared a conflict of interest"


class NotFound(StaydownError):
    slug, status, title = "not-found", 404, "Not found, or you have no access to it"


class TooManyAttempts(StaydownError):
    slug, status, title = "too-many-attempts", 429, "Too many attempts"


class Conflict(StaydownError):
    slug, status, title = "conflict", 409, "The request conflicts with the current state"


class AlreadyDecided(Conflict):
    slug, title = "already-decided", "This has already been decided"


class ClaimedByAnother(Conflict):
    slug, title = "claimed-by-another", "Another reviewer is working on this case"


class CaseIsLocked(NotAllowed):
    slug, title = "case-locked", "The case is locked to a restricted group"


class ConcurrentChange(Conflict):
    """Another request changed the item between read and write. Read it again and retry."""

    slug, title = "concurrent-change", "Another request changed it at the same time"


class VersionNeeded(StaydownError):
    slug, status, title = "version-needed", 428, "The version that you read is required"


class StaleVersion(StaydownError):
    slug, status, title = "stale-version", 412, "It has changed since you read it"
