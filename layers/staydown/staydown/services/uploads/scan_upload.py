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

from staydown.aws.images import ImageAbsent, Original
from staydown.aws.stack import Stack
from staydown.domain.ids import derived_upload_id
from staydown.domain.media_types import disagreement
from staydown.domain.stops import BY_SCAN, Reason
from staydown.domain.uploads import ObjectKey, Upload, UploadState
from staydown.imaging.decode import Picture, decode
from staydown.imaging.fingerprint import fingerprint_of
from staydown.imaging.limits import ImageRejected
from staydown.services.bank.bank_view import BankView
from staydown.services.bank.looking import DECODING, Looks, limits_of
from staydown.services.retrying import retried
from staydown.services.uploads.settle_upload import settle_upload
from staydown.services.uploads.stop_upload import announce

PARALLEL = 4

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class ArrivedObject:
    """Something was put into the uploads bucket.

    version: None where the notification doesn't say; then the latest is read. attempt: which delivery of
    the message this is, from 1.
    """

    key: str
    version: str | None
    attempt: int


def scan_uploads(
    stack: Stack, bank: BankView, arrived: Sequence[ArrivedObject]
) -> list[Upload | Exception | None]:
    """Scan a batch; for each object the upload at rest, None where nothing is left to do, or what went wrong.

    One failing object does not hold up the others: only its message comes again.
    """
    # Whether keypoints will be asked for is known only later; without judged pictures they never are.
    looks = Looks(stack)
    keep = looks.keep if bank.has_pictures else None
    registered = _each(arrived, lambda one: register_upload(stack, one, keep))
    registered = _each(registered, lambda one: _kept(stack, one))
    bank.refresh()
    return _each(registered, lambda one: _settled(stack, bank, one, looks))


@retried
def _kept(stack: Stack, one: Upload | Exception | None) -> Upload | Exception | None:
    """Registered while its hour was being closed, it is in a later one before it is checked."""
    if isinstance(one, Upload) and one.fingerprint is not None:
        stack.content.keep(one, stack.now())
    return one


def _settled(
    stack: Stack, bank: BankView, one: Upload | Exception | None, looks: Looks
) -> Upload | Exception | None:
    return settle_upload(stack, bank, one.upload_id, looks) if isinstance(one, Upload) else one


@retried
def register_upload(
    stack: Stack, arrived: ArrivedObject, keep: Callable[[str, Picture], None] | None = None
) -> Upload | None:
    """Know the object: read it, compute its fingerprint, put it into the content log.

    None when the object is gone and was never known: removed by whoever put it. An object that was
    registered before is not read again. At the last attempt the upload is first recorded as held, so that
    an image which brings down whoever reads it is accounted for without anything else having to run.
    keep: is given the picture, decoded, of an upload that was read.
    """
    try:
        original = stack.images.read_original(arrived.key, arrived.version)
    except ImageAbsent:
        return stack.uploads.get(_upload_id(stack, arrived.key, arrived.version or "")[0])
    upload, refusal = _known_or_new(stack, arrived.key, original)
    if upload.fingerprint is not None or upload.state is UploadState.REJECTED:
        return upload
    if arrived.attempt >= stack.settings.scan_attempts and upload.version == 0:
        upload = _save(stack, upload.stopped([BY_SCAN], now=stack.now()))
    read = _refused(upload, refusal, stack) if refusal else _read(stack, upload, original, keep)
    return _save(stack, read)


def _upload_id(stack: Stack, key: str, version: str) -> tuple[str, str | None]:
    """Which upload this object is, and whether that alone is a reason to refuse it.

    A ticket names its upload beforehand. It is good for one object: a second version at its key is another
    upload, which is refused.
    """
    derived = derived_upload_id(stack.settings.uploads_bucket, key, version)
    where = ObjectKey.parse(key)
    if where is None:
        return derived, Reason.MALFORMED_KEY
    if not _is_uuid(where.rest):
        return derived, None
    first = stack.uploads.get(where.rest)
    if first is not None and first.key == key:
        # Known by its ticket, which may be forgotten by now: a message can come again after many days.
        used = version and first.object_version != version
        return (derived, Reason.TICKET_USED) if used else (first.upload_id, None)
    ticket = stack.uploads.ticket(where.rest)
    return (ticket.upload_id if ticket is not None and ticket.key == key else derived), None


def _known_or_new(stack: Stack, key: str, original: Original) -> tuple[Upload, str | None]:
    """The upload as it stands (version 0: it is new), and why it must be refused, if it must."""
    upload_id, refusal = _upload_id(stack, key, original.version)
    known = stack.uploads.get(upload_id)
    where = ObjectKey.parse(key) or ObjectKey("", "", key)
    if refusal is None and stack.accounts.get(where.platform, where.account_id).blocked:
        refusal = Reason.ACCOUNT_BLOCKED
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


def _read(
    stack: Stack, upload: Upload, original: Original, keep: Callable[[str, Picture], None] | None
) -> Upload:
    """With its fingerprint, or rejected with what is wrong with it."""
    if original.data is None:
        return _refused(upload, "too_many_bytes", stack)
    try:
        with DECODING:
            picture = decode(original.data, limits_of(stack))
            found = fingerprint_of(picture, original.data)
            if keep is not None:
                keep(upload.upload_id, picture)
    except ImageRejected as error:
        return _refused(upload, error.reason, stack)
    if disagreement(found=found.media_type, declared=original.content_type, key=upload.key):
        return _refused(upload, Reason.WRONG_TYPE, stack)
    read = replace(upload, fingerprint=found, updated_at=stack.now())
    # The scan's own hold was no judgement: whether the account is blocked still matters.
    return replace(read.freed([BY_SCAN.cause], now=stack.now()), released=upload.released)


def _refused(upload: Upload, reason: str, stack: Stack) -> Upload:
    return upload.rejected(str(reason), now=stack.now())


def _save(stack: Stack, upload: Upload) -> Upload:
    transaction = stack.transaction()
    stack.uploads.save(transaction, upload)
    if upload.fingerprint is not None:
        stack.content.add(transaction, upload)
    if upload.state is not UploadState.RECEIVED:
        announce(stack, transaction, upload)
    transaction.commit()
    return replace(upload, version=upload.version + 1)


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _each(items: Sequence[T], do: Callable[[T], R | Exception]) -> list[R | Exception]:
    """Do it for all of them, waiting for AWS at the same time; an exception stays with its item."""

    def attempt(item: T) -> R | Exception:
        try:
            return do(item)
        except Exception as error:  # noqa: BLE001 (it goes back to the queue with this item alone)
            return error

    with ThreadPoolExecutor(max_workers=PARALLEL) as pool:
        return list(pool.map(attempt, items))
