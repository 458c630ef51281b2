"""Accounts: blocked as long as something holds them, and no longer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from staydown.domain.accounts.misuse import MISUSE_BLOCK_PREFIX, StrikeStatus
from staydown.domain.audit.chain import ChainHead

MANUAL_BLOCK = "manual"
"""The holder of a block that a senior reviewer set by hand, without a case."""


@dataclass(frozen=True, slots=True)
class Block:
    """Why an account is barred from uploading. holder: a case id, `manual`, or that of a review of misuse.
    until: when it ends by itself; None: it has no end. by: the reviewer who set it by hand."""

    source: str
    since: datetime
    reason: str
    until: datetime | None = None
    set_by: str | None = None

    @property
    def case_id(self) -> str | None:
        by_case = self.source != MANUAL_BLOCK and not self.source.startswith(MISUSE_BLOCK_PREFIX)
        return self.source if by_case else None

    @property
    def review_id(self) -> str | None:
        by_review = self.source.startswith(MISUSE_BLOCK_PREFIX)
        return self.source.removeprefix(MISUSE_BLOCK_PREFIX) if by_review else None


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
    strike_status: StrikeStatus = field(default_factory=StrikeStatus)
    version: int = 0
    audit: ChainHead = field(default_factory=ChainHead)

    @property
    def blocked(self) -> bool:
        return bool(self.blocks)

    def with_block(self, block: Block) -> Account:
        """Blocked for one more reason; the first time a holder blocks it is the one that counts."""
        return (
            self
            if block.source in self.blocks
            else replace(self, blocks={**self.blocks, block.source: block})
        )

    def with_audit(self, head: ChainHead) -> Account:
        return replace(self, audit=head)

    def without_block(self, source: str) -> Account:
        return replace(self, blocks={h: b for h, b in self.blocks.items() if h != source})
