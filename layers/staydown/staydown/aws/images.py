"""The image files. The state of an upload determines which of three buckets holds its image.

- uploads: the upload is received, held or rejected.
- published: the upload is published.
- quarantine: the upload is blocked or removed.

`sync_location` moves the image to its bucket. It is idempotent.

Several functions may move an image at the same time, each with a state that may be outdated. None of them
deletes a copy that another has just written:

- The quarantine key carries the number of republications (`Upload.republications`). Only a republication
  deletes quarantined copies, and only those with earlier numbers. A later removal writes to the next number.
- The published bucket is versioned. A removal reads the version of the public copy, checks that the upload is
  still stopped, and deletes that version. A copy published after the check has another version.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from staydown.aws.settings import Settings
from staydown.domain.uploads.upload import Upload, UploadState, UploadTicket

PUBLIC_CACHE = "public, max-age=300"
"""How long browsers may cache a published image. CloudFront is invalidated at each removal."""

_NOT_FOUND_CODES = {"404", "NoSuchKey", "NoSuchVersion", "NotFound"}


class ImageAbsent(Exception):
    """The object does not exist or was deleted."""


@dataclass(frozen=True, slots=True)
class OriginalObject:
    """The file that a user uploaded, and the version of its S3 object."""

    data: bytes | None
    """None, without being read, if the file is larger than a scan allows."""
    size: int
    """In bytes."""
    version: str
    etag: str
    content_type: str


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """An S3 object. Version None means the latest."""

    bucket: str
    key: str
    version: str | None = None

    @property
    def s3_parameters(self) -> dict[str, str]:
        address = {"Bucket": self.bucket, "Key": self.key}
        return address if self.version is None else {**address, "VersionId": self.version}


class Images:
    def __init__(self, s3: Any, cloudfront: Callable[[], Any], settings: Settings) -> None:
        """cloudfront: creates the client, which only a removal needs."""
        self._s3 = s3
        self._make_cloudfront = cloudfront
        self._settings = settings

    @cached_property
    def _cloudfront(self) -> Any:
        return self._make_cloudfront()

    def create_presigned_post(
        self, ticket: UploadTicket, *, lifetime: timedelta
    ) -> tuple[str, Mapping[str, str]]:
        """Return a presigned POST (url, fields) for this key and media type, limited to the allowed size."""
        post = self._s3.generate_presigned_post(
            self._settings.uploads_bucket,
            ticket.key,
            Fields={"Content-Type": ticket.content_type},
            Conditions=[
                {"Content-Type": ticket.content_type},
                ["content-length-range", 1, self._settings.max_upload_bytes],
            ],
            ExpiresIn=int(lifetime.total_seconds()),
        )
        return post["url"], post["fields"]

    def read_original(self, key: str, version: str | None) -> OriginalObject:
        """Return the uploaded file, read up to the allowed size. Raise ImageAbsent if it was deleted."""
        response = self._get_object(ObjectRef(self._settings.uploads_bucket, key, version))
        size = response["ContentLength"]
        with response["Body"] as body:
            data = body.read() if size <= self._settings.max_upload_bytes else None
        return OriginalObject(
            data, size, response.get("VersionId", ""), response["ETag"], response.get("ContentType", "")
        )

    def read(self, upload: Upload) -> bytes:
        """Return the bytes of an image from whichever bucket holds it. Raise ImageAbsent if none does."""
        for ref in _two_passes(self._possible_locations(upload)):
            try:
                with self._get_object(ref)["Body"] as body:
                    return bytes(body.read())
            except ImageAbsent:
                continue
        raise ImageAbsent(upload.upload_id)

    def create_presigned_url(self, upload: Upload, *, lifetime: timedelta) -> str:
        """Return a presigned URL of the unblurred image. Its response is not cached."""
        ref = self._find_location(upload)
        parameters = {**ref.s3_parameters, "ResponseCacheControl": "no-store"}
        return str(
            self._s3.generate_presigned_url("get_object", parameters, ExpiresIn=int(lifetime.total_seconds()))
        )

    def public_url(self, upload: Upload) -> str:
        return f"{self._settings.published_base_url}/{upload.public_key}"

    def publish(self, upload: Upload) -> None:
        """Copy the image of a scanned upload to the published bucket. Raise ImageAbsent if it was deleted.

        An upload that was never released is copied from the uploads bucket only: a copy in quarantine would
        mean that the upload was blocked in the meantime.
        """
        sources = self._possible_locations(upload) if upload.was_released else [self._original_ref(upload)]
        self._copy(upload, sources, self._published_ref(upload))

    def sync_location(
        self, upload: Upload, is_current: Callable[[], bool], *, delete_previous: bool = True
    ) -> None:
        """Copy the image to the bucket of the upload's state, then delete all other copies. Idempotent.

        An upload marked as erased is deleted from all buckets. If no copy exists, the public copy is deleted
        all the same.

        is_current: checks, with a consistent read, that the upload is unchanged. If it has changed, the
        function that changed it also moves the image.
        delete_previous: also delete earlier quarantined copies.
        """
        if upload.erased_at is not None:
            self._delete_public_copy(upload, is_current)
            for ref in (self._original_ref(upload), *self._possible_locations(upload)):
                if ref.bucket != self._settings.published_bucket and self._exists(ref):
                    self._s3.delete_object(**ref.s3_parameters)
            return
        target = self._target_location(upload)
        in_place = self._exists(target)
        if not in_place:
            try:
                self._copy(upload, self._possible_locations(upload), target)
                in_place = True
            except ImageAbsent:
                pass
        if upload.state is not UploadState.PUBLISHED:
            self._delete_public_copy(upload, is_current)
        if in_place:
            previous = range(upload.republications) if delete_previous else ()
            for ref in (self._original_ref(upload), *(self._quarantine_ref(upload, n) for n in previous)):
                if ref != target:
                    self._s3.delete_object(**ref.s3_parameters)

    def _target_location(self, upload: Upload) -> ObjectRef:
        if upload.state is UploadState.PUBLISHED:
            return self._published_ref(upload)
        quarantined = self._quarantine_ref(upload, upload.republications)
        if upload.state in {UploadState.BLOCKED, UploadState.REMOVED}:
            return quarantined
        # A held upload stays in the uploads bucket, unless it was published or blocked before.
        original = self._original_ref(upload)
        stays = not upload.was_published and not self._exists(quarantined) and self._exists(original)
        return original if stays else quarantined

    def _possible_locations(self, upload: Upload) -> list[ObjectRef]:
        """Return every object that may hold the image."""
        quarantined = [
            self._quarantine_ref(upload, number) for number in range(upload.republications, -1, -1)
        ]
        return [self._original_ref(upload), *quarantined, self._published_ref(upload)]

    def _find_location(self, upload: Upload) -> ObjectRef:
        for ref in _two_passes(self._possible_locations(upload)):
            if self._exists(ref):
                return ref
        raise ImageAbsent(upload.upload_id)

    def _copy(self, upload: Upload, sources: Sequence[ObjectRef], target: ObjectRef) -> None:
        """Copy the image from the first source that exists. Raise ImageAbsent if none does."""
        public = target.bucket == self._settings.published_bucket
        media_type = upload.fingerprint.media_type if upload.fingerprint else "application/octet-stream"
        for source in _two_passes(sources):
            try:
                self._s3.copy_object(
                    **target.s3_parameters,
                    CopySource=source.s3_parameters,
                    MetadataDirective="REPLACE",
                    TaggingDirective="REPLACE",
                    ContentType=media_type,
                    CacheControl=PUBLIC_CACHE if public else "no-store",
                )
            except ClientError as error:
                if error.response["Error"]["Code"] not in _NOT_FOUND_CODES:
                    raise
            else:
                return
        raise ImageAbsent(upload.upload_id)

    def _delete_public_copy(self, upload: Upload, is_current: Callable[[], bool]) -> None:
        """Delete the public copy, then invalidate it in CloudFront."""
        ref = self._published_ref(upload)
        may_be_cached = upload.was_published
        while (metadata := self._head_object(ref)) is not None:
            if not is_current():
                return
            may_be_cached = True
            self._s3.delete_object(**replace(ref, version=metadata.get("VersionId")).s3_parameters)
        if may_be_cached:
            self._cloudfront.create_invalidation(
                DistributionId=self._settings.distribution_id,
                InvalidationBatch={
                    "Paths": {"Quantity": 1, "Items": [f"/{upload.public_key}"]},
                    # A repeated removal creates no second invalidation.
                    "CallerReference": f"{upload.upload_id}-{upload.version}",
                },
            )

    def _original_ref(self, upload: Upload) -> ObjectRef:
        return ObjectRef(self._settings.uploads_bucket, upload.key, upload.object_version or None)

    def _published_ref(self, upload: Upload) -> ObjectRef:
        return ObjectRef(self._settings.published_bucket, upload.public_key)

    def _quarantine_ref(self, upload: Upload, number: int) -> ObjectRef:
        name = f"{upload.upload_id}.{number}" if number else upload.upload_id
        return ObjectRef(self._settings.quarantine_bucket, name)

    def _exists(self, ref: ObjectRef) -> bool:
        return self._head_object(ref) is not None

    def _head_object(self, ref: ObjectRef) -> Mapping[str, Any] | None:
        """Return the metadata of an object, or None if it does not exist."""
        try:
            metadata: Mapping[str, Any] = self._s3.head_object(**ref.s3_parameters)
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOT_FOUND_CODES:
                return None
            raise
        return metadata

    def _get_object(self, ref: ObjectRef) -> Any:
        try:
            return self._s3.get_object(**ref.s3_parameters)
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOT_FOUND_CODES:
                raise ImageAbsent(ref.key) from error
            raise


def _two_passes(refs: Sequence[ObjectRef]) -> Sequence[ObjectRef]:
    """Return the references twice: an image that moves during the first pass is found in the second."""
    return (*refs, *refs)
