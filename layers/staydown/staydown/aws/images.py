"""The images themselves: three buckets, and the state of an upload says in which one it lies.

uploads: while it is received, held or rejected. published: while it is published. quarantine: while it is
blocked or removed. `put_where_it_belongs` makes that so, whatever was there before, and may be repeated.

Several functions may be at it at the same time, each by a state that may be out of date, and none of them may
take away what another has just put:

- The place in quarantine has a number: how often the upload came back from there (`Upload.returns`). Only
  what is published again is cleared out of quarantine, and from the former places alone; a later removal
  goes to the next.
- The published bucket keeps versions. A removal looks which version is there, then whether the upload is
  still stopped, then deletes that very version: one that was published after the look is another.
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
"""How long a browser may keep a published image; the edge is told of each removal."""

_NOT_FOUND_CODES = {"404", "NoSuchKey", "NoSuchVersion", "NotFound"}


class ImageAbsent(Exception):
    """The object is not there (any more)."""


@dataclass(frozen=True, slots=True)
class OriginalObject:
    """What was put: its bytes and the version of the object that they are.

    data: None when there are more bytes than a scan reads; none was read then. size: bytes.
    """

    data: bytes | None
    size: int
    version: str
    etag: str
    content_type: str


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """An object; version None is the latest."""

    bucket: str
    key: str
    version: str | None = None

    @property
    def s3_parameters(self) -> dict[str, str]:
        address = {"Bucket": self.bucket, "Key": self.key}
        return address if self.version is None else {**address, "VersionId": self.version}


class Images:
    def __init__(self, s3: Any, cloudfront: Callable[[], Any], settings: Settings) -> None:
        """cloudfront: makes the client, which only a removal needs."""
        self._s3 = s3
        self._make_cloudfront = cloudfront
        self._settings = settings

    @cached_property
    def _cloudfront(self) -> Any:
        return self._make_cloudfront()

    def create_presigned_post(
        self, ticket: UploadTicket, *, lifetime: timedelta
    ) -> tuple[str, Mapping[str, str]]:
        """A presigned POST (url, fields) for this key, type and at most the allowed bytes."""
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
        """The object as it was put, read up to the allowed bytes; ImageAbsent when it is gone."""
        answer = self._get_object(ObjectRef(self._settings.uploads_bucket, key, version))
        size = answer["ContentLength"]
        with answer["Body"] as body:
            data = body.read() if size <= self._settings.max_upload_bytes else None
        return OriginalObject(
            data, size, answer.get("VersionId", ""), answer["ETag"], answer.get("ContentType", "")
        )

    def read(self, upload: Upload) -> bytes:
        """The bytes of an image, wherever its state has put it; ImageAbsent when it is no more."""
        for place in _two_passes(self._possible_locations(upload)):
            try:
                with self._get_object(place)["Body"] as body:
                    return bytes(body.read())
            except ImageAbsent:
                continue
        raise ImageAbsent(upload.upload_id)

    def create_presigned_url(self, upload: Upload, *, lifetime: timedelta) -> str:
        """A signed address of the sharp image, for one look; nothing on the way may keep it."""
        place = self._find_location(upload)
        parameters = {**place.s3_parameters, "ResponseCacheControl": "no-store"}
        return str(
            self._s3.generate_presigned_url("get_object", parameters, ExpiresIn=int(lifetime.total_seconds()))
        )

    def public_url(self, upload: Upload) -> str:
        return f"{self._settings.published_base_url}/{upload.public_key}"

    def publish(self, upload: Upload) -> None:
        """Make it public. Only what was checked may come here. ImageAbsent when it is no more.

        What nothing ever stopped is taken from where it was put and from nowhere else: were it in quarantine
        by now, it would have been condemned meanwhile.
        """
        sources = self._possible_locations(upload) if upload.was_released else [self._original_ref(upload)]
        self._copy(upload, sources, self._published_ref(upload))

    def sync_location(
        self, upload: Upload, is_current: Callable[[], bool], *, delete_previous: bool = True
    ) -> None:
        """Bring the buckets in line with the state: a copy where it belongs, then none anywhere else.

        May be repeated. When the image is nowhere any more (erased), nothing stays public all the same.
        is_current: asks, strongly consistent, whether the upload is still as given; once it is not, whoever
        changed it sees to the rest. clear_former: also what an earlier stay in quarantine may have left.
        What is marked erased is deleted from everywhere.
        """
        if upload.erased_at is not None:
            self._delete_public_copy(upload, is_current)
            for place in (self._original_ref(upload), *self._possible_locations(upload)):
                if place.bucket != self._settings.published_bucket and self._exists(place):
                    self._s3.delete_object(**place.s3_parameters)
            return
        home = self._target_location(upload)
        kept = self._exists(home)
        if not kept:
            try:
                self._copy(upload, self._possible_locations(upload), home)
                kept = True
            except ImageAbsent:
                pass
        if upload.state is not UploadState.PUBLISHED:
            self._delete_public_copy(upload, is_current)
        if kept:
            former = range(upload.republications) if delete_previous else ()
            for place in (self._original_ref(upload), *(self._quarantine_ref(upload, n) for n in former)):
                if place != home:
                    self._s3.delete_object(**place.s3_parameters)

    def _target_location(self, upload: Upload) -> ObjectRef:
        if upload.state is UploadState.PUBLISHED:
            return self._published_ref(upload)
        quarantined = self._quarantine_ref(upload, upload.republications)
        if upload.state in {UploadState.BLOCKED, UploadState.REMOVED}:
            return quarantined
        # Waiting for a decision: where it was put, or, if it was public or stopped before, in quarantine.
        original = self._original_ref(upload)
        stays = not upload.was_published and not self._exists(quarantined) and self._exists(original)
        return original if stays else quarantined

    def _possible_locations(self, upload: Upload) -> list[ObjectRef]:
        """Wherever it may lie."""
        quarantined = [
            self._quarantine_ref(upload, number) for number in range(upload.republications, -1, -1)
        ]
        return [self._original_ref(upload), *quarantined, self._published_ref(upload)]

    def _find_location(self, upload: Upload) -> ObjectRef:
        for place in _two_passes(self._possible_locations(upload)):
            if self._exists(place):
                return place
        raise ImageAbsent(upload.upload_id)

    def _copy(self, upload: Upload, sources: Sequence[ObjectRef], target: ObjectRef) -> None:
        """Copy from the first of these places in which it lies; ImageAbsent when it lies in none."""
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
        """Delete the public copy, then what the edge keeps of it."""
        place = self._published_ref(upload)
        seen = upload.was_published
        while (found := self._head_object(place)) is not None:
            if not is_current():
                return
            seen = True
            self._s3.delete_object(**replace(place, version=found.get("VersionId")).s3_parameters)
        if seen:
            self._cloudfront.create_invalidation(
                DistributionId=self._settings.distribution_id,
                InvalidationBatch={
                    "Paths": {"Quantity": 1, "Items": [f"/{upload.public_key}"]},
                    # the same removal told twice is one invalidation
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
        """What S3 says of an object, None when it is not there."""
        try:
            told: Mapping[str, Any] = self._s3.head_object(**ref.s3_parameters)
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOT_FOUND_CODES:
                return None
            raise
        return told

    def _get_object(self, ref: ObjectRef) -> Any:
        try:
            return self._s3.get_object(**ref.s3_parameters)
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOT_FOUND_CODES:
                raise ImageAbsent(ref.key) from error
            raise


def _two_passes(refs: Sequence[ObjectRef]) -> Sequence[ObjectRef]:
    """An image that is moved from a place not yet looked at to one already passed is met the second time."""
    return (*refs, *refs)
