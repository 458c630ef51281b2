"""The account holder appeals that a match stopped an upload without human review."""

from __future__ import annotations

from staydown.aws.stack import Stack
from staydown.domain.audit.actors import ACCOUNT_HOLDER
from staydown.domain.audit.case_details import AppealFiled
from staydown.domain.cases.appeals import Appeal, MatchAppeal, match_appeal_id
from staydown.domain.errors import Conflict, NotFound
from staydown.domain.events import AppealFiled as AppealFiledEvent
from staydown.services.access.appeals import case_for_match_appeal
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import UnitOfWork

MAX_WAITING_APPEALS = 100
"""Pending appeals of one case: its item lists them all, and an image may be uploaded any number of times."""


@retry_on_conflict
def appeal_match(stack: Stack, *, platform: str, account_id: str, upload_id: str, statement: str) -> Appeal:
    """Appeal that this upload was stopped. The same appeal twice is one.

    It waits with the case behind the nearest entry, for a reviewer who had no part in that case.
    Raise NotFound for an upload of another account, and Conflict where it cannot be appealed.
    """
    uow = UnitOfWork(stack, ACCOUNT_HOLDER)
    upload = stack.uploads.get(upload_id)
    if upload is None or (upload.platform, upload.account_id) != (platform, account_id):
        raise NotFound(f"There is no upload {upload_id[:64]!r} of this account.")
    case = case_for_match_appeal(stack, upload)
    appeal_id = match_appeal_id(case.case_id, upload_id)
    known = stack.cases.get_appeal(appeal_id)
    if known is not None:
        return known
    if len(case.pending_appeals) >= MAX_WAITING_APPEALS:
        raise Conflict("Too many appeals of this kind are pending. File it again in some days.")
    appeal = MatchAppeal(
        appeal_id=appeal_id,
        case_id=case.case_id,
        platform=platform,
        account_id=account_id,
        upload_id=upload_id,
        statement=statement,
        filed_at=uow.now,
    )
    # The event does not name the case: that would reveal another platform's image.
    event = AppealFiledEvent(appeal_id, None, platform, account_id, upload_id=upload_id)
    uow.cover(appeal, event, by=case)
    uow.record(case.with_match_appeal(appeal_id), AppealFiled(appeal_id, upload_id=upload_id))
    uow.commit()
    return appeal
