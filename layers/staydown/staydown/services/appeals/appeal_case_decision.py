"""The account holder appeals the decision by which a case blocks their account."""

from __future__ import annotations

from staydown.aws.stack import Stack
from staydown.domain.audit.actors import ACCOUNT_HOLDER
from staydown.domain.audit.case_details import AppealFiled
from staydown.domain.cases.appeals import (
    Appeal,
    DecisionAppeal,
    decision_appeal_id,
    require_appealable_decision,
)
from staydown.domain.cases.case import Case
from staydown.domain.errors import Conflict, InvalidRequest, NotFound
from staydown.domain.events import AppealFiled as AppealFiledEvent
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import UnitOfWork


@retry_on_conflict
def appeal_case_decision(
    stack: Stack, *, platform: str, account_id: str, case_id: str | None, statement: str
) -> Appeal:
    """Appeal the decision of a case that blocks this account. The same appeal twice is one.

    Raise Conflict where no case blocks the account or the appeal window is over, and InvalidRequest where
    several cases do and none is named.
    """
    uow = UnitOfWork(stack, ACCOUNT_HOLDER)
    case = _case_to_appeal(stack, platform, account_id, case_id)
    appeal_id = decision_appeal_id(case.case_id, platform, account_id)
    known = stack.cases.get_appeal(appeal_id)
    if known is not None:
        return known
    require_appealable_decision(case, now=uow.now, window=stack.settings.appeal_window)
    appeal = DecisionAppeal(
        appeal_id=appeal_id,
        case_id=case.case_id,
        platform=platform,
        account_id=account_id,
        statement=statement,
        filed_at=uow.now,
    )
    uow.cover(appeal, AppealFiledEvent(appeal_id, case.case_id, platform, account_id), by=case)
    uow.record(case.with_appeal(appeal_id), AppealFiled(appeal_id))
    uow.commit()
    return appeal


def _case_to_appeal(stack: Stack, platform: str, account_id: str, case_id: str | None) -> Case:
    account = stack.accounts.get(platform, account_id)
    if case_id is None:
        case_ids = sorted(one for one in account.blocks if stack.cases.get_case(one) is not None)
        if not case_ids:
            raise Conflict("No case blocks this account. Appeal a manual block with by_hand.")
        if len(case_ids) > 1:
            raise InvalidRequest(
                "Several cases block this account. Name the case to appeal.",
                pointers={"/case_id": "one of the cases"},
                extra={"cases": case_ids},
            )
        case_id = case_ids[0]
    case = stack.cases.get_case(case_id)
    if case is None or (platform, account_id) not in case.blocked_accounts:
        raise NotFound(f"There is no case {case_id[:64]!r} against this account.")
    return case
