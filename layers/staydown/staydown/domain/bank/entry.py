"""The bank: the hashes that must not pass, and what each of them rests on.

The standing of an entry is never set; it follows from what the entry rests on. So taking a case back
takes back exactly what that case did, whatever happened in between.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from staydown.domain.audit.chain import ChainHead
from staydown.domain.bank.fingerprints import Fingerprint
from staydown.domain.bank.hashes import PdqHash
from staydown.domain.ids import derived_entry_id

MAX_REPORT_SUPPORTS = 100
"""Reports that an entry rests on by themselves, some 40 bytes each; further ones count once for each case."""


class Standing(StrEnum):
    """What a match on an entry means."""

    CONFIRMED = "confirmed"
    """A reviewer judged it: a match is blocked with nobody looking at it again."""
    UNVERIFIED = "unverified"
    """A person or a partner claims it: a match is held and brought to a reviewer."""
    INACTIVE = "inactive"
    """Withdrawn or reversed: it matches nothing."""
    ALLOWED = "allowed"
    """A known false alarm: an image at least as near to it as to any other entry passes."""


class SupportSource(StrEnum):
    """Who says that an image must not pass."""

    CASE = "case"
    REPORT = "report"
    PARTNER = "partner"


@dataclass(frozen=True, slots=True, order=True)
class Support:
    """One thing an entry rests on: a decided case, a hash-only report, a partner's list.

    reference: of a report its case number, or the id of the case for all those beyond MAX_CLAIMS.
    """

    source: SupportSource
    reference: str


@dataclass(frozen=True, slots=True)
class BankEntry:
    """One image in the bank, by its hashes alone.

    pdq and quality: absent for an entry of exact bytes only. sha256 (32 bytes) and phash: absent where
    only a bare hash was given. supports: what it rests on. suspended: a senior switched it off without
    losing it. allowed: a senior knows it for a false alarm. judged_before: the cases it rested on when it was
    set aside so (None: whatever it rests on): one that is decided later overrules that, for as long as it
    stands. features: where the keypoints of the judged picture are kept; absent where no picture was ever at
    hand. audit: the head of the chain of what was done to it by hand.
    """

    entry_id: str
    pdq: PdqHash | None
    quality: int
    sha256: bytes | None
    phash: int | None
    supports: frozenset[Support]
    disabled: bool = False
    allowed: bool = False
    features_key: str | None = None
    supports_at_override: frozenset[Support] | None = None
    audit: ChainHead = field(default_factory=ChainHead)

    @classmethod
    def of_image(cls, image: Fingerprint, minimum_quality: int) -> BankEntry:
        """The entry of an image, resting on nothing yet: known by its PDQ, or by its exact bytes where that
        says too little (a quality under `minimum_quality`)."""
        upright = image.upright
        plain = upright.quality < minimum_quality
        entry_id = (
            derived_entry_id("sha256", image.sha256) if plain else derived_entry_id("pdq", upright.pdq.data)
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
        """The cases it rests on."""
        return frozenset(support for support in self.supports if support.source is SupportSource.CASE)

    @property
    def override(self) -> Standing | None:
        """What somebody made of it by hand, unless it was judged since."""
        if self.supports_at_override is not None and self.case_supports - self.supports_at_override:
            return None
        if self.allowed:
            return Standing.ALLOWED
        return Standing.INACTIVE if self.disabled else None

    @property
    def requires_sweep(self) -> bool:
        """Whether a change of it may move uploads that it never stopped: not when it has merely ceased to
        stand. (Changed by hand, it may have been allowed before.)"""
        return self.standing is not Standing.INACTIVE or self.audit.seq > 0

    def with_override(self, standing: Standing | None) -> BankEntry:
        """By hand: switched off, allowed, or (None) as it was."""
        return replace(
            self,
            disabled=standing is Standing.INACTIVE,
            allowed=standing is Standing.ALLOWED,
            supports_at_override=None if standing is None else self.case_supports,
        )

    def with_support(self, support: Support) -> BankEntry:
        return replace(self, supports=self.supports | {support})

    def has_same_effect_as(self, other: BankEntry) -> bool:
        """Whether a change from the one to the other is nothing to whatever is up or stopped."""
        return (self.standing, self.case_supports) == (other.standing, other.case_supports)

    def without_support(self, support: Support) -> BankEntry:
        return replace(self, supports=self.supports - {support})


@dataclass(frozen=True, slots=True)
class BankChange:
    """One step of the bank's log: from sequence number `seq` on, the entry is as given here."""

    seq: int
    entry: BankEntry
