"""The scan of an upload: read, register, evaluate, reconcile.

A scan registers an upload before it reads the head of the bank. A sweep starts after the head has moved.
So either the scan sees a new entry, or the sweep sees the upload, in any order of events.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID

from staydown.aws.images import ImageAbsent, OriginalObject
from staydown.aws.stack import Stack
from staydown.domain.events import UploadStateChanged
from staydown.domain.ids import derived_upload_id
from staydown.domain.uploads.media_types import type_mismatch
from staydown.domain.uploads.stops import SCAN_FAILURE_STOP, StopReason
from staydown.domain.uploads.upload import ObjectKey, Upload, UploadState
from staydown.imaging.decode import Picture, decode
from staydown.imaging.fingerprint import fingerprint_picture
from staydown.imaging.limits import ImageRejected
from staydown.services.bank.bank_view import BankView
from staydown.services.bank.feature_cache import DECODE_LOCK, FeatureCache, decode_limits
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import Maintenance, UnitOfWork
from staydown.services.uploads.reconcile_upload import reconcile_upload

SCAN_THREADS = 4
"""Uploads of a batch that are scanned at the same time."""

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class UploadedObject:
    """An object that was put into the uploads bucket."""

    key: str
    object_version: str | None
    """None where the notification does not have it; then the latest version is read."""
    delivery_attempt: int
    """The number of this delivery of the message, from 1."""


def scan_uploads(
    stack: Stack, bank: BankView, objects: Sequence[UploadedObject]
) -> list[Upload | Exception | None]:
    """Scan a batch. Return for each object the reconciled upload, None where there is none, or the failure.

    A failure does not affect the other objects: only its message is retried.
    """
    # Without reference pictures, no upload needs keypoints. With them, only the evaluation shows which do.
    features = FeatureCache(stack)
    cache_features = features.add if bank.has_references else None
    registered = _map_parallel(objects, lambda one: register_upload(stack, one, cache_features))
    registered = _map_parallel(registered, lambda one: _ensure_logged(stack, one))
    bank.refresh()
    return _map_parallel(registered, lambda one: _reconcile(stack, bank, one, features))


@retry_on_conflict
def _ensure_logged(stack: Stack, registered: Upload | Exception | None) -> Upload | Exception | None:
    """Move the log line to an open hour where its hour was closed meanwhile, before the evaluation."""
    if isinstance(registered, Upload) and registered.fingerprint is not None:
        stack.content_log.ensure_in_open_hour(registered, stack.now())
    return registered


def _reconcile(
    stack: Stack, bank: BankView, registered: Upload | Exception | None, features: FeatureCache
) -> Upload | Exception | None:
    return (
        reconcile_upload(stack, bank, registered.upload_id, features)
        if isinstance(registered, Upload)
        else registered
    )


@retry_on_conflict
def register_upload(
    stack: Stack, uploaded: UploadedObject, cache_features: Callable[[str, Picture], None] | None = None
) -> Upload | None:
    """Register an object: read it, compute its fingerprint, and add it to the content log.

    Return None for an object that was deleted before it was ever registered. An object with a fingerprint is
    not read again. At the last delivery the upload is first saved as held, so that an image which crashes
    the function has a state. cache_features: called with the upload's id and the decoded picture.
    """
    try:
        original = stack.images.read_original(uploaded.key, uploaded.object_version)
    except ImageAbsent:
        return stack.uploads.get(_identify_upload(stack, uploaded.key, uploaded.object_version or "")[0])
    upload, rejection = _load_or_create(stack, uploaded.key, original)
    if upload.fingerprint is not None or upload.state is UploadState.REJECTED:
        return upload
    if uploaded.delivery_attempt >= stack.settings.scan_attempts and upload.version == 0:
        upload = _save(stack, upload.with_stops([SCAN_FAILURE_STOP], now=stack.now()))
    read = (
        _rejected(upload, rejection, stack)
        if rejection
        else _with_fingerprint(stack, upload, original, cache_features)
    )
    return _save(stack, read)


def _identify_upload(stack: Stack, key: str, version: str) -> tuple[str, str | None]:
    """Return the upload id of an object, and a reason to reject it that follows from key and version alone.

    A ticket assigns the upload id in advance, for one object. A second version at its key is another upload,
    which is rejected.
    """
    derived = derived_upload_id(stack.settings.uploads_bucket, key, version)
    object_key = ObjectKey.parse(key)
    if object_key is None:
        return derived, StopReason.MALFORMED_KEY
    if not _is_uuid(object_key.suffix):
        return derived, None
    first = stack.uploads.get(object_key.suffix)
    if first is not None and first.key == key:
        # The ticket may have expired by now: a message can be redelivered after many days.
        used = version and first.object_version != version
        return (derived, StopReason.TICKET_USED) if used else (first.upload_id, None)
    ticket = stack.uploads.get_ticket(object_key.suffix)
    return (ticket.upload_id if ticket is not None and ticket.key == key else derived), None


def _load_or_create(stack: Stack, key: str, original: OriginalObject) -> tuple[Upload, str | None]:
    """Return the stored upload, or a new one of version 0, and the reason to reject it, if any."""
    upload_id, rejection = _identify_upload(stack, key, original.version)
    known = stack.uploads.get(upload_id)
    object_key = ObjectKey.parse(key) or ObjectKey("", "", key)
    if rejection is None and stack.accounts.get(object_key.platform, object_key.account_id).blocked:
        rejection = StopReason.ACCOUNT_BLOCKED
    if known is not None:
        return known, rejection
    now = stack.now()
    upload = Upload(
        upload_id=upload_id,
        platform=object_key.platform,
        account_id=object_key.account_id,
        key=key,
        object_version=original.version,
        state=UploadState.RECEIVED,
        received_at=now,
        updated_at=now,
        etag=original.etag,
        size=original.size,
    )
    return upload, rejection


def _with_fingerprint(
    stack: Stack,
    upload: Upload,
    original: OriginalObject,
    cache_features: Callable[[str, Picture], None] | None,
) -> Upload:
    """Return the upload with its fingerprint, or rejected with the reason."""
    if original.data is None:
        return _rejected(upload, "too_many_bytes", stack)
    try:
        with DECODE_LOCK:
            picture = decode(original.data, decode_limits(stack))
            fingerprint = fingerprint_picture(picture, original.data)
            if cache_features is not None:
                cache_features(upload.upload_id, picture)
    except ImageRejected as error:
        return _rejected(upload, error.reason, stack)
    if type_mismatch(found=fingerprint.media_type, declared=original.content_type, key=upload.key):
        return _rejected(upload, StopReason.CONTENT_TYPE_MISMATCH, stack)
    read = replace(upload, fingerprint=fingerprint, updated_at=stack.now())
    # The scan's own hold is no release by a reviewer: a block of the account still applies.
    return replace(
        read.without_stops([SCAN_FAILURE_STOP.cause], now=stack.now()), was_released=upload.was_released
    )


def _rejected(upload: Upload, reason: str, stack: Stack) -> Upload:
    return upload.rejected(str(reason), now=stack.now())


def _save(stack: Stack, upload: Upload) -> Upload:
    uow = UnitOfWork(stack)
    events = [] if upload.state is UploadState.RECEIVED else [UploadStateChanged.of(upload)]
    uow.maintain(upload, Maintenance.SCAN, *events)
    if upload.fingerprint is not None:
        stack.content_log.add_line(uow.transaction, upload)
    uow.commit()
    return replace(upload, version=upload.version + 1)


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _map_parallel(items: Sequence[T], operation: Callable[[T], R | Exception]) -> list[R | Exception]:
    """Run the operation for all items in parallel. An exception is returned in place of its result."""

    def attempt(item: T) -> R | Exception:
        try:
            return operation(item)
        except Exception as error:  # noqa: BLE001 (only the message of this item is retried)
            return error

    with ThreadPoolExecutor(max_workers=SCAN_THREADS) as pool:
        return list(pool.map(attempt, items))
