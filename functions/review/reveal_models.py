"""Schemas of image views and image comparisons."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StrictBool
from staydown.api.http import RequestBody


class RevealRequest(RequestBody):
    upload_id: Annotated[str, Field(max_length=64)]
    sharp: Annotated[
        StrictBool, Field(description="false: small, grey and blurred. View the blurred image first")
    ] = False


class RevealedImage(BaseModel):
    """Either the blurred image, or a short-lived link to the unblurred one."""

    image: Annotated[str | None, Field(description="JPEG in Base64: small, grey, blurred")]
    url: str | None
    expires_at: datetime | None


class ComparisonRequest(RequestBody):
    upload_id: Annotated[str, Field(max_length=64)]
    entry_id: Annotated[str, Field(max_length=64, description="A matched entry of the upload")]


class AlignedComparison(BaseModel):
    image: Annotated[
        str | None, Field(description="PNG in Base64, grey and blurred; absent if only a hash is stored")
    ]
    original_kept: Annotated[bool, Field(description="Whether it contains the reference image")]
