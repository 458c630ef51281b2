"""The way of an upload: read, register, check, settle.

A scan registers an upload before it reads the head of the bank. A sweep starts after the head has moved.
So either the scan sees the new entry, or the sweep sees the upload: no order of events leaves a gap.
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

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class UploadedObject:
    """Something was put into the uploads bucket.

    version: None where the notification doesn't say; then the latest is read. attempt: which delivery of
    the message this is, from 1.
    """

    key: str
    object_version: str | None
    delivery_attempt: int


def scan_uploads(
    stack: Stack, bank: BankView, objects: Sequence[UploadedObject]
) -> list[Upload | Exception | None]:
    """Scan a batch; for each object the upload at rest, None where nothing is left to do, or what went wrong.

    One failing object does not hold up the others: only its message comes again.
    """
    # Whether keypoints will be asked for is known only later; without judged pictures they never are.
    looks = FeatureCache(stack)
    keep = looks.add if bank.has_references else None
    registered = _map_parallel(objects, lambda one: register_upload(stack, one, keep))
    registered = _map_parallel(registered, lambda one: _ensure_logged(stack, one))
    bank.refresh()
    return _map_parallel(registered, lambda one: _reconcile(stack, bank, one, looks))


@retry_on_conflict
def _ensure_logged(stack: Stack, registered: Upload | Exception | None) -> Upload | Exception | None:
    """Registered while its hour was being closed, it is in a later one before it is checked."""
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
    """Know the object: read it, compute its fingerprint, put it into the content log.

    None when the object is gone and was never known: removed by whoever put it. An object that was
    registered before is not read again. At the last attempt the upload is first recorded as held, so that
    an image which brings down whoever reads it is accounted for without anything else having to run.
    keep: is given the picture, decoded, of an upload that was read.
    """
    try:
        original = stack.images.read_original(uploaded.key, uploaded.object_version)
    except ImageAbsent:
        return stack.uploads.get(_identify_upload(stack, uploaded.key, uploaded.object_version or "")[0])
    upload, refusal = _load_or_create(stack, uploaded.key, original)
    if upload.fingerprint is not None or upload.state is UploadState.REJECTED:
        return upload
    if uploaded.delivery_attempt >= stack.settings.scan_attempts and upload.version == 0:
        upload = _save(stack, upload.with_stops([SCAN_FAILURE_STOP], now=stack.now()))
    read = (
        _rejected(upload, refusal, stack)
        if refusal
        else _with_fingerprint(stack, upload, original, cache_features)
    )
    return _save(stack, read)


def _identify_upload(stack: Stack, key: str, version: str) -> tuple[str, str | None]:
    """Which upload this object is, and whether that alone is a reason to refuse it.

    A ticket names its upload beforehand. It is good for one object: a second version at its key is another
    upload, which is refused.
    """
    derived = derived_upload_id(stack.settings.uploads_bucket, key, version)
    where = ObjectKey.parse(key)
    if where is None:
        return derived, StopReason.MALFORMED_KEY
    if not _is_uuid(where.suffix):
        return derived, None
    first = stack.uploads.get(where.suffix)
    if first is not None and first.key == key:
        # Known by its ticket, which may be forgotten by now: a message can come again after many days.
        used = version and first.object_version != version
        return (derived, StopReason.TICKET_USED) if used else (first.upload_id, None)
    ticket = stack.uploads.get_ticket(where.suffix)
    return (ticket.upload_id if ticket is not None and ticket.key == key else derived), None


def _load_or_create(stack: Stack, key: str, original: OriginalObject) -> tuple[Upload, str | None]:
    """The upload as it stands (version 0: it is new), and why it must be refused, if it must."""
    upload_id, refusal = _identify_upload(stack, key, original.version)
    known = stack.uploads.get(upload_id)
    where = ObjectKey.parse(key) or ObjectKey("", "", key)
    if refusal is None and stack.accounts.get(where.platform, where.account_id).blocked:
        refusal = StopReason.ACCOUNT_BLOCKED
    if known is not None:
        return known, refusal
    now = stack.now()
    upload = Upload(
        upload_id=upload_id,
        platform=where.platform,
        account_id=where.account_id,
        key=key,
        object_version=original.version,
        state=UploadState.RECEIVED,
        received_at=now,
        updated_at=now,
        etag=original.etag,
        size=original.size,
    )
    return upload, refusal


def _with_fingerprint(
    stack: Stack,
    upload: Upload,
    original: OriginalObject,
    cache_features: Callable[[str, Picture], None] | None,
) -> Upload:
    """With its fingerprint, or rejected with what is wrong with it."""
    if original.data is None:
        return _rejected(upload, "too_many_bytes", stack)
    try:
        with DECODE_LOCK:
            picture = decode(original.data, decode_limits(stack))
            found = fingerprint_picture(picture, original.data)
            if cache_features is not None:
                cache_features(upload.upload_id, picture)
    except ImageRejected as error:
        return _rejected(upload, error.reason, stack)
    if type_mismatch(found=found.media_type, declared=original.content_type, key=upload.key):
        return _rejected(upload, StopReason.CONTENT_TYPE_MISMATCH, stack)
    read = replace(upload, fingerprint=found, updated_at=stack.now())
    # The scan's own hold was no judgement: whether the account is blocked still matters.
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
    """Do it for all of them, waiting for AWS at the same time; an exception stays with its item."""

    def attempt(item: T) -> R | Exception:
        try:
            return operation(item)
        except Exception as error:  # noqa: BLE001 (it goes back to the queue with this item alone)
            return error

    with ThreadPoolExecutor(max_workers=SCAN_THREADS) as pool:
        return list(pool.map(attempt, items))
