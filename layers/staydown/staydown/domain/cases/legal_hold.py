"""Legal holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LegalHold:
    """Nothing of the case is erased while there is one. by: who asked for it. release_asked_by: one of the
    two people that it takes to let it go."""

    requested_by: str
    placed_at: datetime
    reason: str
    release_requested_by: str | None = None
