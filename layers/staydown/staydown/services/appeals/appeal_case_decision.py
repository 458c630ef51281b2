"""The account holder asks for another look."""

from __future__ import annotations

import uuid

from staydown.aws.stack import Stack
from staydown.domain.cases.appeals import Appeal, require_appealable_decision
from staydown.domain.cases.case import Case
from staydown.domain.errors import Conflict, InvalidRequest, NotFound
from staydown.domain.events import EventType
from staydown.services.cases.save_case import save_case
from staydown.services.retries import retry_on_conflict

ACCOUNT_HOLDER = "account_holder"


def decision_appeal_id(case_id: str, platform: str, account_id: str) -> str:
    """An account has one appeal of a case, whichever way it comes."""
    return str(uuid.uuid5(uuid.UUID(case_id), f"{platform}\n{account_id}"))


@retry_on_conflict
def appeal_case_decision(
    stack: Stack, *, platform: str, account_id: str, case_id: str | None, statement: str
) -> Appeal:
    """Appeal the decision by which a case blocks this account; the same appeal told twice is one.

    Conflict when nothing blocks the account, when several cases do and none is named, or the window is over.
    """
    case = _case_to_appeal(stack, platform, account_id, case_id)
    appeal_id = decision_appeal_id(case.case_id, platform, account_id)
    known = stack.cases.get_appeal(appeal_id)
    if known is not None:
        return known
    now = stack.now()
    require_appealable_decision(case, now=now, window=stack.settings.appeal_window)
    appeal = Appeal(appeal_id, case.case_id, platform, account_id, statement, filed_at=now)
    transaction = stack.transaction()
    stack.cases.save_appeal(transaction, appeal)
    details = {"appeal_id": appeal_id}
    appealed = case.with_appeal(appeal_id)
    save_case(stack, transaction, appealed, actor=ACCOUNT_HOLDER, action="appeal.filed", details=details)
    event = {"appeal_id": appeal_id, "case_id": case.case_id, "platform": platform, "account_id": account_id}
    stack.outbox.add(transaction, EventType.APPEAL_FILED, event, at=now)
    transaction.commit()
    return appeal


def _case_to_appeal(stack: Stack, platform: str, account_id: str, case_id: str | None) -> Case:
    account = stack.accounts.get(platform, account_id)
    if case_id is None:
        holders = sorted(holder for holder in account.blocks if stack.cases.get_case(holder) is not None)
        if not holders:
            raise Conflict("No case blocks this account. A block by hand is appealed with by_hand.")
        if len(holders) > 1:
            raise InvalidRequest(
                "Several cases block this account; say which one is appealed.",
                pointers={"/case_id": "one of the cases"},
                extra={"cases": holders},
            )
        case_id = holders[0]
    case = stack.cases.get_case(case_id)
    if case is None or (platform, account_id) not in case.blocked_accounts:
        raise NotFound(f"There is no case {case_id[:64]!r} against this account.")
    return case
