"""How much of an image may be looked at, and how an image that can't be read says so."""

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
"""Why an image was rejected. Stable: client apps read it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one image may cost. Every limit is checked before the work it bounds is done.

    max_bytes: size of the file. max_pixels: width x height, summed over every picture that the file
    holds, looked at or not (a decoder has to go through an animation's frames to reach the next).
    max_frames: how many of a file's pictures are looked at; of more, that many are taken by how long they
    are shown (`sampling`), the first among them. max_frames_held: a file with more pictures than this is
    rejected.
    min_side: the shorter side of the first picture, in pixels; below it there is nothing to recognise.
    """

    max_bytes: int = 26_214_400
    max_pixels: int = 100_000_000
    max_frames: int = 32
    max_frames_held: int = 5_000
    min_side: int = 8

    def __post_init__(self) -> None:
        if min(self.max_bytes, self.max_pixels, self.max_frames, self.max_frames_held, self.min_side) < 1:
            raise ValueError("every limit must be at least 1")


class ImageRejected(Exception):
    """The bytes can't be looked at. `detail` is for an operator and says nothing of what is shown."""

    def __init__(self, reason: RejectionReason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: RejectionReason = reason
        self.detail = detail
