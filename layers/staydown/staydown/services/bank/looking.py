"""Looking at an upload's picture for its keypoints: once while it is at hand, else read again."""

from __future__ import annotations

import threading

from staydown.aws.images import ImageAbsent
from staydown.aws.stack import Stack
from staydown.domain.stops import Reason
from staydown.domain.uploads import Upload, UploadState
from staydown.imaging.decode import Picture, decode
from staydown.imaging.features import AskedFeatures
from staydown.imaging.keypoints import ask_features
from staydown.imaging.limits import ImageRejected, Limits

DECODING = threading.Lock()
"""One image is decoded at a time, so that a batch needs no more memory than its largest image."""


class NotSeen(Exception):
    """An image that is not public can't be looked at any more. reason: as an upload is rejected with."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


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
        """NotSeen when the image is no more, or can't be read by the limits of today.

        Nothing is seen of such an image that is public already: its hashes go on speaking for it.
        """
        if upload.upload_id not in self._seen:
            try:
                data = self._stack.images.read(upload)
                with DECODING:
                    self.keep(upload.upload_id, decode(data, limits_of(self._stack)))
            except (ImageAbsent, ImageRejected) as error:
                if upload.state is UploadState.PUBLISHED:
                    return ()
                raise NotSeen(_reason(error)) from error
        return self._seen[upload.upload_id]


def _reason(error: ImageAbsent | ImageRejected) -> str:
    return error.reason if isinstance(error, ImageRejected) else Reason.IMAGE_GONE.value
