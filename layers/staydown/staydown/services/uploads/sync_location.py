"""An image put where the state of its upload says."""

from __future__ import annotations

from staydown.aws.stack import Stack
from staydown.domain.uploads.upload import Upload, UploadState

MAX_ATTEMPTS = 5


def sync_location(stack: Stack, upload: Upload, *, delete_previous: bool = True) -> bool:
    """Move it; whether the upload is still as given then. If not, what was just done may be out of date."""

    def is_current() -> bool:
        again = stack.uploads.get(upload.upload_id)
        return again is not None and again.version == upload.version

    stack.images.sync_location(upload, is_current, delete_previous=delete_previous)
    return is_current()


def take_down_image(stack: Stack, upload_id: str) -> None:
    """Take an image that was stopped out of the public, at once, and not only when its event is delivered.

    What others change meanwhile they bring to rest themselves; so does the event with what this leaves.
    """
    for _ in range(MAX_ATTEMPTS):
        upload = stack.uploads.get(upload_id)
        if upload is None or upload.state not in {UploadState.BLOCKED, UploadState.REMOVED}:
            return
        if sync_location(stack, upload, delete_previous=False):
            return
