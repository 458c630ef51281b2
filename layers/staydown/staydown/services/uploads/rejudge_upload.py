"""An upload that is up, judged again because the bank has changed."""

from __future__ import annotations

from datetime import datetime

from staydown.aws.stack import Stack
from staydown.domain.bank.verdicts import Verdict
from staydown.domain.uploads.upload import Upload, UploadState
from staydown.services.bank.bank_view import BankView
from staydown.services.bank.feature_cache import FeatureCache, ImageUnavailable
from staydown.services.uploads.reconcile_upload import matches_verdict, reconcile_upload

_EVALUATED_STATES = {UploadState.RECEIVED, UploadState.PUBLISHED, UploadState.HELD}


def reevaluate_upload(
    stack: Stack, bank: BankView, upload_id: str, *, received_since: datetime | None = None
) -> Upload | None:
    """Carry out what the whole bank says of it now; the upload at rest, or None where nothing changed.

    What is clear and still waits to be published is left to its own scan. since: what came before is left
    alone.
    """
    upload = stack.uploads.get(upload_id)
    if (
        upload is None
        or upload.fingerprint is None
        or (received_since is not None and upload.received_at < received_since)
    ):
        return None
    looks = FeatureCache(stack)
    if upload.state not in _EVALUATED_STATES:
        # Stopped already; but its picture may have been allowed since.
        waits = upload.blocking_entries and bank.matches_allowed_entry(upload)
        settled = reconcile_upload(stack, bank, upload_id, looks) if waits else None
        return settled if settled is not None and settled.version != upload.version else None
    try:
        verdict, matches = bank.evaluate(upload, looks.get)
    except ImageUnavailable:
        return reconcile_upload(stack, bank, upload_id, looks)
    scanned_now = verdict is Verdict.CLEAR and upload.state is UploadState.RECEIVED
    if scanned_now or matches_verdict(stack, upload, verdict, matches):
        return None
    return reconcile_upload(stack, bank, upload_id, looks)
