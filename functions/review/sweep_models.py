"""Schemas of sweeps and their progress."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field


class Sweep(BaseModel):
    sweep_id: str
    entries: Annotated[int, Field(description="Number of changed entries that it covers")]
    started_at: datetime
    finished_at: Annotated[datetime | None, Field(description="Absent until all parts are completed")]
    parts: Annotated[int, Field(description="Planned parts. A running part can add more")]
    parts_done: int
    copies_found: Annotated[int, Field(description="Matched uploads so far")]


class EntrySweep(BaseModel):
    entry_id: str
    current: Annotated[
        bool,
        Field(description="Whether the sweep covers the last change of the entry. If not, one will start"),
    ]
    sweep: Annotated[
        Sweep | None, Field(description="The newest sweep; absent if there is none, and after 30 days")
    ]


class CaseSweeps(BaseModel):
    case_id: str
    sweeps: Annotated[list[EntrySweep], Field(description="One for each entry that the decision supports")]
