"""Legal holds: preservation of a case for the police or a court."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LegalHold:
    """A legal hold: nothing of the case is erased until two people release it."""

    requested_by: str
    """The reviewer who placed the hold, or `reporter`."""
    placed_at: datetime
    """When the hold was placed."""
    reason: str
    """A code."""
    release_requested_by: str | None = None
    """The first of the two people whom a release needs; None: no release is requested."""
