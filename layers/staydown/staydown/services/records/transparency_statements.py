"""Statements of reasons for the DSA Transparency Database, one for each upload that a decision affects."""

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
from staydown.services.records.queries import affected_uploads

_STOPPED = {UploadState.BLOCKED, UploadState.REMOVED}


def list_transparency_statements(stack: Stack, case_id: str, *, batch: int) -> list[TransparencyStatement]:
    """Return batch number `batch` (from 0) of at most MAX_BATCH_SIZE; it is empty after the last.

    Raise Conflict unless the case has a decision in force that restricts uploads. A case that was reported to
    the authorities has no statements.
    """
    case = get_case(stack, case_id)
    decision = case.decision
    if (
        case.state is not CaseState.DECIDED
        or decision is None
        or decision.outcome is not DecisionOutcome.VIOLATING
    ):
        raise Conflict(
            "Only a decision in force that restricts uploads has statements.",
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
    errors = sorted({error for statement in statements for error in validate_statement(statement)})
    if errors:
        raise StaydownError(f"A statement of this {decision.outcome.value} decision is invalid: {errors[0]}.")
