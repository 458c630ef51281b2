"""An upload that is up, judged again because the bank has changed."""

from __future__ import annotations

from datetime import datetime

from staydown.aws.stack import Stack
from staydown.domain.uploads import Upload, UploadState
from staydown.domain.verdicts import Verdict
from staydown.services.bank.bank_view import BankView
from staydown.services.bank.looking import Looks, NotSeen
from staydown.services.uploads.settle_upload import is_in_line, settle_upload

_UP = {UploadState.RECEIVED, UploadState.PUBLISHED, UploadState.HELD}


def rejudge_upload(
    stack: Stack, bank: BankView, upload_id: str, *, since: datetime | None = None
) -> Upload | None:
    """Carry out what the whole bank says of it now; the upload at rest, or None where nothing changed.

    What is clear and still waits to be published is left to its own scan. since: what came before is left
    alone.
    """
    upload = stack.uploads.get(upload_id)
    if upload is None or upload.fingerprint is None or (since is not None and upload.received_at < since):
        return None
    looks = Looks(stack)
    if upload.state not in _UP:
        # Stopped already; but its picture may have been allowed since.
        waits = upload.blocking_entries and bank.allows(upload)
        settled = settle_upload(stack, bank, upload_id, looks) if waits else None
        return settled if settled is not None and settled.version != upload.version else None
    try:
        verdict, matches = bank.judge(upload, looks.of)
    except NotSeen:
        return settle_upload(stack, bank, upload_id, looks)
    scanned_now = verdict is Verdict.CLEAR and upload.state is UploadState.RECEIVED
    if scanned_now or is_in_line(stack, upload, verdict, matches):
        return None
    return settle_upload(stack, bank, upload_id, looks)
