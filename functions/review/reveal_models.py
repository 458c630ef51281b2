"""Looks at a picture, and at how two of them lie over each other."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StrictBool
from staydown.api.http import RequestBody


class RevealRequest(RequestBody):
    upload_id: Annotated[str, Field(max_length=64)]
    sharp: Annotated[StrictBool, Field(description="false: small, grey and blurred; look at that first")] = (
        False
    )


class RevealedImage(BaseModel):
    """Either the blurred picture itself, or a link to the sharp one that is good for one look."""

    image: Annotated[str | None, Field(description="Base64 of a JPEG: small, grey, blurred")]
    url: str | None
    expires_at: datetime | None


class ComparisonRequest(RequestBody):
    upload_id: Annotated[str, Field(max_length=64)]
    entry_id: Annotated[str, Field(max_length=64, description="One that the upload met")]


class AlignedComparison(BaseModel):
    image: Annotated[
        str | None, Field(description="Base64 of a PNG, grey and blurred; absent where only a hash is known")
    ]
    original_kept: Annotated[bool, Field(description="Whether the judged picture itself is in it")]
