"""What each audit record says about its change: plain JSON values, nothing personal.

The keys are stored, and the digests of the chain cover them. So a key never changes, and an optional key
that does not apply is absent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

from staydown.domain.audit.actions import AuditAction
from staydown.domain.bank.match import Match
from staydown.domain.plain_values import UNPUBLISHED, to_plain


@dataclass(frozen=True, slots=True)
class AuditDetails:
    """The details of one action."""

    ACTION: ClassVar[AuditAction]

    @property
    def action(self) -> AuditAction:
        return self.ACTION

    def as_json(self) -> dict[str, object]:
        """Return the details as they are stored."""
        return to_plain(self)


@dataclass(frozen=True, slots=True)
class ActionOnly(AuditDetails):
    """An action that needs no details."""

    of: AuditAction = field(metadata=UNPUBLISHED)

    @property
    def action(self) -> AuditAction:
        return self.of


@dataclass(frozen=True, slots=True)
class MatchDetails:
    """One match of an upload: how near it is to which entry, and by which view."""

    entry_id: str
    distance: int
    view: str
    exact: bool

    @classmethod
    def of(cls, matches: Iterable[Match]) -> tuple[MatchDetails, ...]:
        return tuple(cls(one.entry_id, one.distance, one.view, one.exact) for one in matches)
