"""What sweeps did for the decision of a case."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field


class Sweep(BaseModel):
    sweep_id: str
    entries: Annotated[int, Field(description="How many changed entries of the bank it is for")]
    started_at: datetime
    finished_at: Annotated[datetime | None, Field(description="Absent while parts are left to be done")]
    parts: Annotated[int, Field(description="Planned so far; a part may find that there are more")]
    parts_done: int
    copies_found: Annotated[int, Field(description="Uploads near one of its entries, so far")]


class EntrySweep(BaseModel):
    entry_id: str
    current: Annotated[
        bool, Field(description="It goes by the entry as it stands; else the sweep that does is yet to begin")
    ]
    sweep: Annotated[
        Sweep | None, Field(description="The last that began; absent before the first, and after 30 days")
    ]


class CaseSweeps(BaseModel):
    case_id: str
    sweeps: Annotated[list[EntrySweep], Field(description="Of each entry that rests on its decision")]
