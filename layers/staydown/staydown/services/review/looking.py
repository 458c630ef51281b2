"""Looking at an upload's picture for its keypoints: once while it is at hand, else read again."""

from __future__ import annotations

import threading

from staydown.aws.stack import Stack
from staydown.domain.uploads import Upload
from staydown.imaging.decode import Picture, decode
from staydown.imaging.features import AskedFeatures
from staydown.imaging.keypoints import ask_features
from staydown.imaging.limits import Limits

DECODING = threading.Lock()
"""One image is decoded at a time, so that a batch needs no more memory than its largest image."""


def limits_of(stack: Stack) -> Limits:
    settings = stack.settings
    return Limits(
        max_bytes=settings.max_upload_bytes,
        max_pixels=settings.max_upload_pixels,
        max_frames=settings.max_frames,
    )


class Looks:
    """What was seen of the uploads of one batch. Safe to use from several threads."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._seen: dict[str, tuple[AskedFeatures, ...]] = {}

    def keep(self, upload_id: str, picture: Picture) -> None:
        """Remember the keypoints of a picture that is decoded already."""
        self._seen[upload_id] = ask_features(picture)

    def of(self, upload: Upload) -> tuple[AskedFeatures, ...]:
        """ImageAbsent when the image is no more, ImageRejected when it can't be read any more."""
        if upload.upload_id not in self._seen:
            data = self._stack.images.read(upload)
            with DECODING:
                self.keep(upload.upload_id, decode(data, limits_of(self._stack)))
        return self._seen[upload.upload_id]
