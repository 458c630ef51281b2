"""Writing a case: never without the line of its audit that says why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from staydown.aws.audit_store import case_chain
from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.cases.case import Case


def save_case(
    stack: Stack,
    transaction: Transaction,
    case: Case,
    *,
    actor: str,
    action: str,
    details: Mapping[str, object],
) -> Case:
    """Add the case and its audit record to the transaction; the case as it will be written.

    Each record says as well how the case stands after it: figures are made of the audit alone.
    """
    stands = {"state": case.state.value, "deadline": _utc_isoformat(case.deadline)}
    head = stack.audit.append(
        transaction,
        case_chain(case.case_id),
        case.audit,
        at=stack.now(),
        actor=actor,
        action=action,
        details={**details, **stands},
    )
    closed_at = None if case.undecided else case.closed_at or stack.now()
    image = case.grouping_hash if case.undecided else None  # nothing more is brought to it
    case = replace(case, audit=head, closed_at=closed_at, grouping_hash=image)
    stack.cases.save_case(transaction, case)
    if case.legal_hold is not None or case.pending_appeals:
        stack.cases.mark_preservation(transaction, case)
    return case


def _utc_isoformat(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment is not None else None
