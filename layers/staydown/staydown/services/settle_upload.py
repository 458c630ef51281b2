"""Bring an upload to rest: checked if it waits to be, and its image where its state says.

Everything that can be interrupted ends here, and everything that was interrupted comes here again, so
this may run any number of times, at the same time as anything else.
"""

from __future__ import annotations

from staydown.aws.stack import Stack
from staydown.domain.errors import AccountIsBlocked, ConcurrentChange
from staydown.domain.uploads import Reason, StopKind, Upload, UploadState
from staydown.domain.verdicts import Verdict
from staydown.services.bank_view import BankView, is_confirmed
from staydown.services.free_upload import free_upload
from staydown.services.looking import Looks
from staydown.services.stop_upload import announce, stop_upload

ROUNDS = 12


def settle_upload(stack: Stack, bank: BankView, upload_id: str, looks: Looks | None = None) -> Upload | None:
    """The upload at rest, or None for an unknown id. The caller has refreshed the bank.

    looks: what was seen of it already. ConcurrentChange when others keep moving it: then the message
    comes again.
    """
    looks = looks or Looks(stack)
    for _ in range(ROUNDS):
        upload = stack.uploads.get(upload_id)
        if upload is None:
            return None
        try:
            if not _moved_on(stack, bank, upload, looks):
                stack.images.put_where_it_belongs(upload)
                # Read back: if it was condemned (or released) meanwhile, what we just did is out of date.
                again = stack.uploads.get(upload_id)
                if again is not None and again.version == upload.version:
                    return upload
        except ConcurrentChange:
            pass
        bank.refresh()
    raise ConcurrentChange(f"Upload {upload_id} is changed by others again and again.")


def _moved_on(stack: Stack, bank: BankView, upload: Upload, looks: Looks) -> bool:
    """Take the next step of its state, if there is one."""
    if upload.state is UploadState.RECEIVED:
        _check(stack, bank, upload, looks)
        return True
    return _freed_of_gone_entries(stack, upload)


def _check(stack: Stack, bank: BankView, upload: Upload, looks: Looks) -> None:
    verdict, matches = bank.judge(upload, looks.of)
    if verdict is Verdict.CLEAR:
        _publish(stack, upload)
    else:
        stop_upload(stack, upload, verdict, matches)


def _publish(stack: Stack, upload: Upload) -> None:
    """Copy first, then the state, on condition that nothing happened to it since it was read."""
    stack.images.publish(upload)
    published = upload.published(now=stack.now())
    transaction = stack.transaction()
    stack.uploads.save(transaction, published)
    if not upload.released:
        stack.accounts.require_unblocked(transaction, upload.platform, upload.account_id)
    announce(stack, transaction, published)
    try:
        transaction.commit()
    except AccountIsBlocked:
        reject_upload(stack, upload, Reason.ACCOUNT_BLOCKED)


def reject_upload(stack: Stack, upload: Upload, reason: str) -> None:
    rejected = upload.rejected(reason, now=stack.now())
    transaction = stack.transaction()
    stack.uploads.save(transaction, rejected)
    announce(stack, transaction, rejected)
    transaction.commit()


def _freed_of_gone_entries(stack: Stack, upload: Upload) -> bool:
    """Free it of entries that no longer stand.

    An entry may be withdrawn while a scan is stopping an upload by it. Whoever withdraws looks for the
    uploads it stopped; whoever stops looks here, afterwards, whether the entry still stands. One of the
    two sees the other, in every order.
    """
    entry_ids = [
        cause.removeprefix("entry:")
        for cause, stop in upload.stops.items()
        if stop.kind is StopKind.BLOCK and cause.startswith("entry:")
    ]
    if not entry_ids:
        return False
    standing = is_confirmed(stack, entry_ids)
    gone = [entry_id for entry_id, confirmed in standing.items() if not confirmed]
    if not gone:
        return False
    transaction = stack.transaction()
    free_upload(stack, transaction, upload, [f"entry:{entry_id}" for entry_id in gone])
    transaction.commit()
    return True
