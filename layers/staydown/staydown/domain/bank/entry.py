"""Entries of the bank: the hashes of reported and judged images, with their supports.

The standing of an entry is never set: it is derived from its supports and its override. So reversing a case
removes exactly what that case added, whatever happened in between.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from staydown.domain.audit.chain import ChainHead
from staydown.domain.bank.fingerprints import Fingerprint
from staydown.domain.bank.hashes import PdqHash
from staydown.domain.ids import derived_entry_id

MAX_REPORT_SUPPORTS = 100
"""Report supports of one entry, about 40 bytes each; further reports share one support for each case."""


class Standing(StrEnum):
    """What a match with an entry leads to."""

    CONFIRMED = "confirmed"
    """Supported by a decided case: a match is blocked without human review."""
    UNVERIFIED = "unverified"
    """Supported by reports or partners only: a match is held for review."""
    INACTIVE = "inactive"
    """Without supports, or disabled: it matches nothing."""
    ALLOWED = "allowed"
    """A known false positive: an image at least as near to it as to any other entry passes."""


class SupportSource(StrEnum):
    """The kind of a support."""

    CASE = "case"
    REPORT = "report"
    PARTNER = "partner"


@dataclass(frozen=True, slots=True, order=True)
class Support:
    """A reason for an entry: a decided case, a hash-only report, or a partner's list."""

    source: SupportSource
    """The kind of the support."""
    reference: str
    """A case id, a partner's name or a case number; beyond MAX_REPORT_SUPPORTS the report's case id."""


@dataclass(frozen=True, slots=True)
class BankEntry:
    """One image in the bank, by its hashes."""

    entry_id: str
    """See `derived_entry_id`."""
    pdq: PdqHash | None
    """The PDQ hash; None for an entry of exact bytes only."""
    quality: int
    """PDQ quality, 0 to 100; meaningless without a PDQ hash."""
    sha256: bytes | None
    """SHA-256 of the file, 32 bytes; None: only a hash was reported."""
    phash: int | None
    """pHash, 64 bits; None: only a hash was reported."""
    supports: frozenset[Support]
    """The supports now in force."""
    disabled: bool = False
    """Override: a senior reviewer disabled the entry."""
    allowed: bool = False
    """Override: a senior reviewer marked the entry as a false positive."""
    features_key: str | None = None
    """The key of the reference image's keypoint features; None: no image was available."""
    supports_at_override: frozenset[Support] | None = None
    """The case supports at the time of the override; a later case supersedes it. None: no case does."""
    audit: ChainHead = field(default_factory=ChainHead)
    """The head of the audit chain of overrides."""

    @classmethod
    def of_image(cls, image: Fingerprint, minimum_quality: int) -> BankEntry:
        """Return the entry of an image, without supports.

        Its id follows from the PDQ hash, or from the exact bytes if the quality is below `minimum_quality`.
        """
        upright = image.upright
        low_quality = upright.quality < minimum_quality
        entry_id = (
            derived_entry_id("sha256", image.sha256)
            if low_quality
            else derived_entry_id("pdq", upright.pdq.data)
        )
        return cls(entry_id, upright.pdq, upright.quality, image.sha256, image.phash, frozenset())

    @property
    def standing(self) -> Standing:
        if self.override is not None:
            return self.override
        if not self.supports:
            return Standing.INACTIVE
        return Standing.CONFIRMED if self.case_supports else Standing.UNVERIFIED

    @property
    def case_supports(self) -> frozenset[Support]:
        """The supports by decided cases."""
        return frozenset(support for support in self.supports if support.source is SupportSource.CASE)

    @property
    def override(self) -> Standing | None:
        """The override in force: ALLOWED or INACTIVE. None: there is none, or a later case supersedes it."""
        if self.supports_at_override is not None and self.case_supports - self.supports_at_override:
            return None
        if self.allowed:
            return Standing.ALLOWED
        return Standing.INACTIVE if self.disabled else None

    @property
    def requires_sweep(self) -> bool:
        """Whether its last change can affect uploads that it never stopped.

        Losing its supports cannot, unless it was overridden: it may have been allowed before.
        """
        return self.standing is not Standing.INACTIVE or self.audit.seq > 0

    def with_override(self, standing: Standing | None) -> BankEntry:
        """Return the entry disabled (INACTIVE), allowed (ALLOWED), or without an override (None)."""
        return replace(
            self,
            disabled=standing is Standing.INACTIVE,
            allowed=standing is Standing.ALLOWED,
            supports_at_override=None if standing is None else self.case_supports,
        )

    def with_support(self, support: Support) -> BankEntry:
        return replace(self, supports=self.supports | {support})

    def has_same_effect_as(self, other: BankEntry) -> bool:
        """Whether a change from one to the other leaves every upload as it is."""
        return (self.standing, self.case_supports) == (other.standing, other.case_supports)

    def without_support(self, support: Support) -> BankEntry:
        return replace(self, supports=self.supports - {support})


@dataclass(frozen=True, slots=True)
class BankChange:
    """One change in the bank's log."""

    seq: int
    """The number of the change."""
    entry: BankEntry
    """The entry from this number on."""
