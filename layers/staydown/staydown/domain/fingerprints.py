"""What is computed of one image."""

from __future__ import annotations

from dataclasses import dataclass

from staydown.domain.hashes import PdqHash

UPRIGHT = "upright"
"""The name of the first view: the image as a person sees it, EXIF orientation applied."""


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
