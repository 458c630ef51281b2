"""An upload that is up, judged again because the bank has changed."""

from __future__ import annotations

from staydown.aws.stack import Stack
from staydown.domain.uploads import Upload, UploadState
from staydown.domain.verdicts import Verdict
from staydown.services.bank_view import BankView
from staydown.services.looking import Looks
from staydown.services.retrying import retried
from staydown.services.settle_upload import settle_upload
from staydown.services.stop_upload import stop_upload

_UP = {UploadState.RECEIVED, UploadState.PUBLISHED, UploadState.HELD}


@retried
def rejudge_upload(stack: Stack, bank: BankView, upload_id: str, looks: Looks | None = None) -> Upload | None:
    """Carry out what the whole bank says of it now; the upload at rest, or None where nothing changed."""
    looks = looks or Looks(stack)
    upload = stack.uploads.get(upload_id)
    if upload is None or upload.state not in _UP or upload.fingerprint is None:
        return None
    verdict, matches = bank.judge(upload, looks.of)
    if verdict is Verdict.CLEAR or (verdict is Verdict.REVIEW and _is_known(stack, upload)):
        return None
    stop_upload(stack, upload, verdict, matches)
    return settle_upload(stack, bank, upload_id, looks)


def _is_known(stack: Stack, upload: Upload) -> bool:
    """Whether a reviewer has it already, or its own scan is about to bring it to one."""
    if upload.state is not UploadState.PUBLISHED:
        return True
    cases = (stack.cases.case(case_id) for case_id in upload.cases)
    return any(case is not None and case.undecided for case in cases)
