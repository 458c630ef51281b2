"""Accounts: blocked as long as something holds them, and no longer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from staydown.domain.audit import ChainHead
from staydown.domain.misuse import HOLDER, Conduct

MANUAL = "manual"
"""The holder of a block that a senior reviewer set by hand, without a case."""


@dataclass(frozen=True, slots=True)
class Block:
    """Why an account is barred from uploading. holder: a case id, `manual`, or that of a review of misuse.
    until: when it ends by itself; None: it has no end. by: the reviewer who set it by hand."""

    holder: str
    since: datetime
    reason: str
    until: datetime | None = None
    by: str | None = None

    @property
    def case_id(self) -> str | None:
        by_case = self.holder != MANUAL and not self.holder.startswith(HOLDER)
        return self.holder if by_case else None


@dataclass(frozen=True, slots=True)
class Account:
    """An account of a platform; account_id is unique within the platform only.

    blocks: by holder. An account nobody ever blocked or warned has no record and none of these. language: a
    BCP 47 tag: in what language its holder is told, where there is a catalogue of it. conduct: where it
    stands on the ladder of warnings.
    """

    platform: str
    account_id: str
    blocks: Mapping[str, Block] = field(default_factory=dict)
    language: str | None = None
    conduct: Conduct = field(default_factory=Conduct)
    version: int = 0
    audit: ChainHead = field(default_factory=ChainHead)

    @property
    def blocked(self) -> bool:
        return bool(self.blocks)

    def held_by(self, block: Block) -> Account:
        """Blocked for one more reason; the first time a holder blocks it is the one that counts."""
        return (
            self
            if block.holder in self.blocks
            else replace(self, blocks={**self.blocks, block.holder: block})
        )

    def with_audit(self, head: ChainHead) -> Account:
        return replace(self, audit=head)

    def released_by(self, holder: str) -> Account:
        return replace(self, blocks={h: b for h, b in self.blocks.items() if h != holder})
