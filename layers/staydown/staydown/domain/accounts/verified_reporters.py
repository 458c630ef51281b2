"""Verified reporters: reporters whose account a platform confirms.

Other reporters have no strikes: the address in a report is not verified, so anyone can report in any name.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from staydown.domain.accounts.misuse import StrikeStatus
from staydown.domain.audit.chain import ChainHead


@dataclass(frozen=True, slots=True)
class VerifiedReporter:
    """A reporter whose account a platform confirms, under a pseudonym.

    A reporter without a stored record has the defaults.
    """

    verified_reporter_id: str
    """The pseudonym: a random id that does not reveal the account."""
    strike_status: StrikeStatus = field(default_factory=StrikeStatus)
    """Warning, review and suspension."""
    version: int = 0
    """Incremented by each write."""
    audit: ChainHead = field(default_factory=ChainHead)
    """The head of the audit chain."""

    def with_audit(self, head: ChainHead) -> VerifiedReporter:
        return replace(self, audit=head)
