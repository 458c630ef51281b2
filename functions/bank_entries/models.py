"""Entries as seniors see them: what they rest on and how they stand, never the hash itself."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, Field, StrictInt
from staydown.api.http import RequestBody
from staydown.domain.bank.entry import Standing, Support, SupportSource
from staydown.services.bank.override_entry import OverrideReason


class EntrySupport(BaseModel):
    source: SupportSource
    reference: Annotated[str | None, Field(description="The case, or the partner; absent for a report")]

    @classmethod
    def from_support(cls, support: Support) -> Self:
        """Who reported is for nobody here, and a case number would lead to them."""
        reference = None if support.source is SupportSource.REPORT else support.reference
        return cls(source=support.source, reference=reference)


class BankEntry(BaseModel):
    entry_id: str
    standing: Standing
    by_hand: Annotated[
        Standing | None, Field(description="allowed or inactive, where somebody has set it so")
    ]
    quality: Annotated[int | None, Field(description="Of its PDQ hash, 0 to 100; absent without one")]
    exact_bytes: Annotated[bool, Field(description="Known by its very bytes as well")]
    picture: Annotated[bool, Field(description="Known by its keypoints as well")]
    provenance: Annotated[list[EntrySupport], Field(description="What it rests on; nothing: it is inactive")]
    revision: Annotated[int, Field(description="Its ETag: send it as If-Match")]
    distance: Annotated[int | None, Field(description="Bits of 256 from the hash that was searched for")]
    view: Annotated[str | None, Field(description="How the searched hash was turned to meet it")]


class EntryPage(BaseModel):
    entries: list[BankEntry]
    next: Annotated[str | None, Field(description="Cursor of the next page, if there is one")]


class EntryAction(StrEnum):
    ALLOW = "allow"
    DEACTIVATE = "deactivate"
    REINSTATE = "reinstate"


class EntryChangeRequest(RequestBody):
    """allow: pdq and quality. deactivate, reinstate: entry_id, and If-Match with its revision."""

    change: EntryAction
    reason: OverrideReason
    entry_id: Annotated[str | None, Field(max_length=64)] = None
    pdq: Annotated[str | None, Field(pattern="^[0-9a-fA-F]{64}$")] = None
    quality: Annotated[StrictInt | None, Field(ge=0, le=100)] = None
    despite: Annotated[
        tuple[Annotated[str, Field(max_length=64)], ...],
        Field(max_length=50, description="Near entries that were looked at: allow it all the same"),
    ] = ()
