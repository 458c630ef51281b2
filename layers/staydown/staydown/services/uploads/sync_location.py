"""Moving an image to the bucket that the state of its upload requires."""

from __future__ import annotations

from staydown.aws.stack import Stack
from staydown.domain.uploads.upload import Upload, UploadState

MAX_ATTEMPTS = 5
"""How often `take_down_image` tries while the upload keeps changing."""


def sync_location(stack: Stack, upload: Upload, *, delete_previous: bool = True) -> bool:
    """Move the image. Return whether the upload is unchanged since; if not, the move may be out of date."""

    def is_current() -> bool:
        stored = stack.uploads.get(upload.upload_id)
        return stored is not None and stored.version == upload.version

    stack.images.sync_location(upload, is_current, delete_previous=delete_previous)
    return is_current()


def take_down_image(stack: Stack, upload_id: str) -> None:
    """Remove a stopped image from the public bucket at once, without waiting for its event.

    A concurrent change of the upload moves the image itself. The event repeats what this call leaves undone.
    """
    for _ in range(MAX_ATTEMPTS):
        upload = stack.uploads.get(upload_id)
        if upload is None or upload.state not in {UploadState.BLOCKED, UploadState.REMOVED}:
            return
        if sync_location(stack, upload, delete_previous=False):
            return
