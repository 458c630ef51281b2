"""What is computed of one image."""

from __future__ import annotations

from dataclasses import dataclass

from staydown.domain.bank.hashes import PdqHash

UPRIGHT = "upright"
"""The name of the first view: the image as a person sees it, EXIF orientation applied."""

ORIENTATIONS = (
    UPRIGHT,
    "turned 90",
    "turned 180",
    "turned 270",
    "mirrored",
    "mirrored, turned 90",
    "mirrored, turned 180",
    "mirrored, turned 270",
)
"""What was done to the picture, in this order: mirrored left to right, then turned clockwise by degrees. So
views of the whole picture are named, and no others."""


@dataclass(frozen=True, slots=True)
class View:
    """One way of looking at an image, hashed.

    name: what was done, in words a reviewer reads ("upright", "mirrored", "turned 90", "frame 3, mirrored").
    quality: 0 to 100; below the policy's minimum the hash says too little to be trusted.
    """

    name: str
    pdq: PdqHash
    quality: int


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The hashes of one image.

    sha256: of the file's bytes, 32 bytes.
    views: at least one; the first is `upright`.
    phash: 64 bits, as `imagehash.phash` computes it.
    media_type: what the bytes are, whatever they were declared to be ("image/jpeg").
    width, height: pixels, after EXIF orientation. frames: how many the file holds (1 for a still).
    """

    sha256: bytes
    views: tuple[View, ...]
    phash: int
    media_type: str
    width: int
    height: int
    frames: int

    @property
    def upright(self) -> View:
        return self.views[0]

    def shows_same_image(self, other: Fingerprint, *, distance: int, minimum_quality: int) -> bool:
        """Whether any view of this one lies within `distance` bits of the other as a person sees it."""
        if self.sha256 == other.sha256:
            return True
        if other.upright.quality < minimum_quality:
            return False
        return any(
            view.quality >= minimum_quality and view.pdq.distance(other.upright.pdq) <= distance
            for view in self.views
        )

    def grouping_hash(self, *, minimum_quality: int) -> PdqHash | None:
        """The hash that copies of it are told by; None for what moves, or is too plain to be told by one."""
        still = self.frames == 1
        return self.upright.pdq if still and self.upright.quality >= minimum_quality else None

    def whole_image_distance(self, pdq: PdqHash) -> int:
        """From another picture's hash to the whole of this one, mirrored or turned: bits, 0 to 256."""
        return min(view.pdq.distance(pdq) for view in self.views if view.name in ORIENTATIONS)
