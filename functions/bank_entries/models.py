"""Schemas of bank entries for seniors: their supports and standing, never the hash itself."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, Field, StrictInt
from staydown.api.http import RequestBody
from staydown.domain.bank.entry import Standing, Support, SupportSource
from staydown.services.bank.override_entry import OverrideReason


class EntrySupport(BaseModel):
    source: SupportSource
    reference: Annotated[str | None, Field(description="The case or the partner; absent for a report")]

    @classmethod
    def from_support(cls, support: Support) -> Self:
        """Leave out the case number of a report, which would lead to the reporter."""
        reference = None if support.source is SupportSource.REPORT else support.reference
        return cls(source=support.source, reference=reference)


class BankEntry(BaseModel):
    entry_id: str
    standing: Standing
    by_hand: Annotated[
        Standing | None, Field(description="The manual override: allowed or inactive; absent without one")
    ]
    quality: Annotated[
        int | None, Field(description="Quality of the PDQ hash, 0 to 100; absent without a hash")
    ]
    exact_bytes: Annotated[bool, Field(description="Whether the entry also matches identical files")]
    picture: Annotated[bool, Field(description="Whether the entry also matches by keypoints")]
    provenance: Annotated[
        list[EntrySupport], Field(description="The supports of the entry; without any it is inactive")
    ]
    revision: Annotated[int, Field(description="The ETag, to be sent as If-Match")]
    distance: Annotated[int | None, Field(description="Distance to the searched hash, in bits of 256")]
    view: Annotated[
        str | None, Field(description="The rotation or reflection of the searched hash that matched")
    ]


class EntryPage(BaseModel):
    entries: list[BankEntry]
    next: Annotated[str | None, Field(description="Cursor of the next page; absent on the last")]


class EntryAction(StrEnum):
    ALLOW = "allow"
    DEACTIVATE = "deactivate"
    REINSTATE = "reinstate"


class EntryChangeRequest(RequestBody):
    """allow needs pdq and quality. deactivate and reinstate need entry_id, and If-Match with its revision."""

    change: EntryAction
    reason: OverrideReason
    entry_id: Annotated[str | None, Field(max_length=64)] = None
    pdq: Annotated[str | None, Field(pattern="^[0-9a-fA-F]{64}$")] = None
    quality: Annotated[StrictInt | None, Field(ge=0, le=100)] = None
    despite: Annotated[
        tuple[Annotated[str, Field(max_length=64)], ...],
        Field(max_length=50, description="Ids of near entries that you have checked"),
    ] = ()
