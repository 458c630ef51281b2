"""The account holder asks for a look at an image that the bank alone has stopped: nobody has seen it."""

from __future__ import annotations

from staydown.aws.stack import Stack
from staydown.domain.cases.appeals import Appeal, match_appeal_id, require_appealable_match
from staydown.domain.cases.case import Case
from staydown.domain.cases.states import CaseState
from staydown.domain.errors import Conflict, NotFound
from staydown.domain.events import EventType
from staydown.domain.uploads.upload import Upload
from staydown.services.appeals.appeal_case_decision import ACCOUNT_HOLDER
from staydown.services.bank.cases_behind import deciding_case_ids
from staydown.services.cases.save_case import save_case
from staydown.services.retries import retry_on_conflict

MAX_WAITING_APPEALS = 100
"""Appeals of one case at a time: its item has them all, and an image may be put up any number of times."""


@retry_on_conflict
def appeal_match(stack: Stack, *, platform: str, account_id: str, upload_id: str, statement: str) -> Appeal:
    """Appeal that this upload was stopped; the same appeal told twice is one.

    It waits with the case behind the nearest of the entries that stop it, for somebody who had no part in
    that. NotFound for another's upload, Conflict with what speaks against it.
    """
    upload = stack.uploads.get(upload_id)
    if upload is None or (upload.platform, upload.account_id) != (platform, account_id):
        raise NotFound(f"There is no upload {upload_id[:64]!r} of this account.")
    now = stack.now()
    case = case_for_match_appeal(stack, upload)
    appeal_id = match_appeal_id(case.case_id, upload_id)
    known = stack.cases.get_appeal(appeal_id)
    if known is not None:
        return known
    if len(case.pending_appeals) >= MAX_WAITING_APPEALS:
        raise Conflict("Too many appeals of this kind wait already; file it again in some days.")
    appeal = Appeal(
        appeal_id, case.case_id, platform, account_id, statement, filed_at=now, upload_id=upload_id
    )
    transaction = stack.transaction()
    stack.cases.save_appeal(transaction, appeal)
    details = {"appeal_id": appeal_id, "upload_id": upload_id}
    appealed = case.with_match_appeal(appeal_id)
    save_case(stack, transaction, appealed, actor=ACCOUNT_HOLDER, action="appeal.filed", details=details)
    # Not by which case: that would tell one platform what another has.
    event = {
        "appeal_id": appeal_id,
        "case_id": None,
        "upload_id": upload_id,
        "platform": platform,
        "account_id": account_id,
    }
    stack.outbox.add(transaction, EventType.APPEAL_FILED, event, at=now)
    transaction.commit()
    return appeal


def case_for_match_appeal(stack: Stack, upload: Upload) -> Case:
    """The case with which an appeal of this upload's stop waits; Conflict with what speaks against one."""
    require_appealable_match(upload, now=stack.now(), window=stack.settings.appeal_window)
    found = [stack.cases.get_case(case_id) for case_id in deciding_case_ids(stack, upload)]
    cases = [case for case in found if case is not None]
    if any(case.state is CaseState.LOCKED for case in cases):
        # To say why would warn who posted it.
        raise Conflict("This image can't be appealed here.")
    if not cases:
        raise Conflict("What stops the image is being taken back; ask again what became of it.")
    return cases[0]
