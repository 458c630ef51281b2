"""The Transparency Database's statements of one decision: its own uploads, and those its entries stopped."""

from __future__ import annotations

from itertools import islice

from staydown.aws.stack import Stack
from staydown.domain.cases.decisions import Decision, DecisionOutcome
from staydown.domain.cases.states import CaseState
from staydown.domain.errors import Conflict, StaydownError
from staydown.domain.uploads.upload import UploadState
from staydown.exchange.transparency import (
    MAX_BATCH_SIZE,
    TransparencyStatement,
    decision_statement,
    match_statement,
    validate_statement,
)
from staydown.services.access.cases import get_case
from staydown.services.records.concerned_uploads import affected_uploads

_STOPPED = {UploadState.BLOCKED, UploadState.REMOVED}


def list_transparency_statements(stack: Stack, case_id: str, *, batch: int) -> list[TransparencyStatement]:
    """A batch (from 0) of at most MOST_A_BATCH; empty after the last.

    Conflict for a case that restricts nothing (any more), and for one that is with the authorities.
    """
    case = get_case(stack, case_id)
    decision = case.decision
    if (
        case.state is not CaseState.DECIDED
        or decision is None
        or decision.outcome is not DecisionOutcome.VIOLATING
    ):
        raise Conflict(
            "Statements are of decisions that stand and restrict something.",
            extra={"state": case.state.value},
        )
    upload_ids = affected_uploads(stack, case)
    chosen = list(islice(upload_ids, batch * MAX_BATCH_SIZE, (batch + 1) * MAX_BATCH_SIZE))
    ground = stack.settings.legal_ground
    statements = [
        decision_statement(case, decision, upload, ground=ground)
        if upload.upload_id in case.uploads
        else match_statement(case, decision, upload, ground=ground)
        for upload in stack.uploads.get_many(chosen)
        if upload.state in _STOPPED
    ]
    _require_valid(statements, decision)
    return statements


def _require_valid(statements: list[TransparencyStatement], decision: Decision) -> None:
    faults = sorted({fault for statement in statements for fault in validate_statement(statement)})
    if faults:
        raise StaydownError(
            f"A statement of this {decision.outcome.value} decision breaks a rule: {faults[0]}."
        )
