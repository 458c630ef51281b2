"""Keypoints of uploads: computed while the picture is decoded, or else from the image read again."""

from __future__ import annotations

import threading

from staydown.aws.images import ImageAbsent
from staydown.aws.stack import Stack
from staydown.domain.uploads.stops import StopReason
from staydown.domain.uploads.upload import Upload, UploadState
from staydown.imaging.decode import Picture, decode
from staydown.imaging.features import QueryFeatures
from staydown.imaging.keypoints import query_features
from staydown.imaging.limits import ImageRejected, Limits

DECODE_LOCK = threading.Lock()
"""One image is decoded at a time, so that the memory of a batch is that of its largest image."""


class ImageUnavailable(Exception):
    """The image of an upload that is not public is missing or unreadable."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        """The reason to reject the upload with."""


def decode_limits(stack: Stack) -> Limits:
    settings = stack.settings
    return Limits(
        max_bytes=settings.max_upload_bytes,
        max_pixels=settings.max_upload_pixels,
        max_frames=settings.max_frames,
    )


class FeatureCache:
    """The keypoints of the uploads of one batch. Safe to use from several threads."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._features: dict[str, tuple[QueryFeatures, ...]] = {}

    def add(self, upload_id: str, picture: Picture) -> None:
        """Store the keypoints of a decoded picture."""
        self._features[upload_id] = query_features(picture)

    def get(self, upload: Upload) -> tuple[QueryFeatures, ...]:
        """Return the keypoints of an upload.

        Raise ImageUnavailable where the image is missing, or exceeds the current limits. Return none for such
        an image that is already public: its hashes still match.
        """
        if upload.upload_id not in self._features:
            try:
                data = self._stack.images.read(upload)
                with DECODE_LOCK:
                    self.add(upload.upload_id, decode(data, decode_limits(self._stack)))
            except (ImageAbsent, ImageRejected) as error:
                if upload.state is UploadState.PUBLISHED:
                    return ()
                raise ImageUnavailable(_rejection_reason(error)) from error
        return self._features[upload.upload_id]


def _rejection_reason(error: ImageAbsent | ImageRejected) -> str:
    return error.reason if isinstance(error, ImageRejected) else StopReason.IMAGE_MISSING.value
