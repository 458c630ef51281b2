"""The limits on one image, and the error of an image that is rejected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RejectionReason = Literal[
    "empty",
    "too_many_bytes",
    "not_an_image",
    "unsupported_format",
    "too_many_pixels",
    "too_many_frames",
    "too_small",
    "truncated",
    "damaged",
]
"""Why an image was rejected. Stable: part of the API."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits on one image. Each is checked before the work that it bounds. Raises ValueError below 1."""

    max_bytes: int = 26_214_400
    """Size of the file."""
    max_pixels: int = 100_000_000
    """Width x height, summed over all frames of the file: a decoder has to go through the skipped ones
    too."""
    max_frames: int = 32
    """Frames to decode. Of a file with more, this many are sampled (`frame_sampling`), the first among
    them."""
    max_frames_held: int = 5_000
    """A file with more frames is rejected."""
    min_side: int = 8
    """The shorter side of the first frame, in pixels. A smaller image has nothing to recognise."""

    def __post_init__(self) -> None:
        if min(self.max_bytes, self.max_pixels, self.max_frames, self.max_frames_held, self.min_side) < 1:
            raise ValueError("every limit must be at least 1")


class ImageRejected(Exception):
    """The image cannot be decoded, or exceeds a limit."""

    def __init__(self, reason: RejectionReason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: RejectionReason = reason
        self.detail = detail
        """For an operator. Contains nothing of what the image shows."""
