"""Everything that can be wrong with a request, as one small tree.

Each class carries what the outside sees of it: `slug` ends its problem type, `status` is the HTTP status,
`title` the sentence that never changes. `detail` says what, where and what to do about it.
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
        """pointers: JSON pointer into the request -> what is wrong there. extra: further public members."""
        super().__init__(detail)
        self.detail = detail
        self.pointers = dict(pointers or {})
        self.extra = dict(extra or {})


class InvalidRequest(StaydownError):
    slug, status, title = "invalid-request", 422, "The request is not as it should be"


class NotAuthenticated(StaydownError):
    slug, status, title = "not-authenticated", 401, "A valid token is needed"


class NotAllowed(StaydownError):
    slug, status, title = "not-allowed", 403, "This caller may not do that"


class AccountIsBlocked(NotAllowed):
    slug, title = "account-blocked", "The account is blocked from uploading"


class SameReviewer(NotAllowed):
    slug, title = "same-reviewer", "Another pair of eyes is needed"


class ConflictOfInterest(NotAllowed):
    slug, title = "conflict-of-interest", "You declared a conflict of interest"


class NotFound(StaydownError):
    slug, status, title = "not-found", 404, "There is no such thing, or it is not yours to see"


class TooManyAttempts(StaydownError):
    slug, status, title = "too-many-attempts", 429, "Too many attempts"


class Conflict(StaydownError):
    slug, status, title = "conflict", 409, "That does not fit the present state"


class AlreadyDecided(Conflict):
    slug, title = "already-decided", "This was already decided"


class ClaimedByAnother(Conflict):
    slug, title = "claimed-by-another", "Another reviewer is working on this case"


class CaseIsLocked(NotAllowed):
    slug, title = "case-locked", "The case is locked to a restricted group"


class ConcurrentChange(Conflict):
    """Somebody else changed it between our reading and our writing: read again, try again."""

    slug, title = "concurrent-change", "Somebody else changed it at the same moment"


class VersionNeeded(StaydownError):
    slug, status, title = "version-needed", 428, "Say which version of it you have read"


class StaleVersion(StaydownError):
    slug, status, title = "stale-version", 412, "It changed since you read it"
