"""Fingerprints: the hashes of one image and of its views."""

from __future__ import annotations

from dataclasses import dataclass

from staydown.domain.bank.hashes import PdqHash

UPRIGHT = "upright"
"""The name of the first view: the image as displayed, with its EXIF orientation applied."""

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
"""The names of the views of the whole image: mirrored left to right, then turned clockwise by degrees."""


@dataclass(frozen=True, slots=True)
class View:
    """One hashed view of an image: an orientation, a frame or a part."""

    name: str
    """How the view was made, as reviewers see it: "upright", "turned 90", "frame 3, mirrored"."""
    pdq: PdqHash
    """The PDQ hash of the view."""
    quality: int
    """PDQ quality, 0 to 100; a hash below the policy's minimum is not trusted."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The hashes and properties of one image file."""

    sha256: bytes
    """SHA-256 of the file, 32 bytes."""
    views: tuple[View, ...]
    """At least one; the first is `upright`."""
    phash: int
    """pHash, 64 bits, as `imagehash.phash` computes it."""
    media_type: str
    """The type of the bytes, whatever type was declared: "image/jpeg"."""
    width: int
    """Pixels, after EXIF orientation."""
    height: int
    """Pixels, after EXIF orientation."""
    frames: int
    """The number of frames in the file; 1 for a still image."""

    @property
    def upright(self) -> View:
        """The image as displayed."""
        return self.views[0]

    def shows_same_image(self, other: Fingerprint, *, distance: int, minimum_quality: int) -> bool:
        """Whether any view of this image is within `distance` bits of the other's upright view."""
        if self.sha256 == other.sha256:
            return True
        if other.upright.quality < minimum_quality:
            return False
        return any(
            view.quality >= minimum_quality and view.pdq.distance(other.upright.pdq) <= distance
            for view in self.views
        )

    def grouping_hash(self, *, minimum_quality: int) -> PdqHash | None:
        """Return the hash that identifies copies; None for an animated image or one of low quality."""
        still = self.frames == 1
        return self.upright.pdq if still and self.upright.quality >= minimum_quality else None

    def whole_image_distance(self, pdq: PdqHash) -> int:
        """Return the distance of a hash to the nearest orientation of the whole image, 0 to 256 bits."""
        return min(view.pdq.distance(pdq) for view in self.views if view.name in ORIENTATIONS)
