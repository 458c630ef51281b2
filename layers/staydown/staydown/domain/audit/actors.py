"""On whose behalf a change is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    SYSTEM = "system"
    REPORTER = "reporter"
    ACCOUNT_HOLDER = "account_holder"
    REVIEWER = "reviewer"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `str()` gives the text that the audit stores: the kind, or a reviewer's pseudonym."""

    kind: ActorKind
    reviewer_id: str = ""

    @classmethod
    def reviewer(cls, reviewer_id: str) -> Actor:
        return cls(ActorKind.REVIEWER, reviewer_id)

    def __str__(self) -> str:
        return self.reviewer_id if self.kind is ActorKind.REVIEWER else self.kind.value


SYSTEM = Actor(ActorKind.SYSTEM)
REPORTER = Actor(ActorKind.REPORTER)
ACCOUNT_HOLDER = Actor(ActorKind.ACCOUNT_HOLDER)
