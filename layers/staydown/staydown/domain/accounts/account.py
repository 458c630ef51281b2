"""Accounts of a platform: blocked while at least one block applies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from staydown.domain.accounts.misuse import MISUSE_BLOCK_PREFIX, StrikeStatus
from staydown.domain.audit.chain import ChainHead

MANUAL_BLOCK = "manual"
"""The source of a block that a senior reviewer set without a case."""


@dataclass(frozen=True, slots=True)
class Block:
    """One reason why an account may not upload."""

    source: str
    """A case id, `manual`, or `misuse:` and the id of a misuse review."""
    since: datetime
    """When the block was set."""
    reason: str
    """A code, or a senior reviewer's words for a manual block. The account holder reads it."""
    until: datetime | None = None
    """When the block ends by itself; None: it has no end date."""
    set_by: str | None = None
    """The reviewer who set a manual block; None for other blocks."""

    @property
    def case_id(self) -> str | None:
        """The case whose decision set the block; None for other blocks."""
        by_case = self.source != MANUAL_BLOCK and not self.source.startswith(MISUSE_BLOCK_PREFIX)
        return self.source if by_case else None


@dataclass(frozen=True, slots=True)
class Account:
    """An account of a platform.

    An account that was never blocked or warned has no stored record, and the defaults.
    """

    platform: str
    """The platform's id."""
    account_id: str
    """Unique within the platform only."""
    blocks: Mapping[str, Block] = field(default_factory=dict)
    """The blocks that apply, by source."""
    language: str | None = None
    """BCP 47 tag for notices, if there is a catalogue of it; None: not known."""
    strike_status: StrikeStatus = field(default_factory=StrikeStatus)
    """Warning, review and suspension."""
    version: int = 0
    """Incremented by each write."""
    audit: ChainHead = field(default_factory=ChainHead)
    """The head of the audit chain."""

    @property
    def blocked(self) -> bool:
        return bool(self.blocks)

    def with_block(self, block: Block) -> Account:
        """Return the account with this block; the first block of a source stays as it is."""
        return (
            self
            if block.source in self.blocks
            else replace(self, blocks={**self.blocks, block.source: block})
        )

    def with_audit(self, head: ChainHead) -> Account:
        return replace(self, audit=head)

    def without_block(self, source: str) -> Account:
        return replace(self, blocks={other: b for other, b in self.blocks.items() if other != source})
