"""The Transparency Database's statements of one decision: its own uploads, and those its entries stopped."""

from __future__ import annotations

from itertools import islice

from staydown.aws.stack import Stack
from staydown.domain.case_states import CaseState
from staydown.domain.decisions import Decision, Outcome
from staydown.domain.errors import Conflict, StaydownError
from staydown.domain.transparency import (
    MOST_A_BATCH,
    Statement,
    faults_of,
    statement_of_case,
    statement_of_match,
)
from staydown.domain.uploads import UploadState
from staydown.services.records.concerned_uploads import concerned_uploads
from staydown.services.review.review_queue import load_case

_STOPPED = {UploadState.BLOCKED, UploadState.REMOVED}


def transparency_statements(stack: Stack, case_id: str, *, batch: int) -> list[Statement]:
    """A batch (from 0) of at most MOST_A_BATCH; empty after the last.

    Conflict for a case that restricts nothing (any more), and for one that is with the authorities.
    """
    case = load_case(stack, case_id)
    decision = case.decision
    if case.state is not CaseState.DECIDED or decision is None or decision.outcome is not Outcome.VIOLATING:
        raise Conflict(
            "Statements are of decisions that stand and restrict something.",
            extra={"state": case.state.value},
        )
    upload_ids = concerned_uploads(stack, case)
    chosen = list(islice(upload_ids, batch * MOST_A_BATCH, (batch + 1) * MOST_A_BATCH))
    ground = stack.settings.legal_ground
    statements = [
        statement_of_case(case, decision, upload, ground=ground)
        if upload.upload_id in case.uploads
        else statement_of_match(case, decision, upload, ground=ground)
        for upload in stack.uploads.get_many(chosen)
        if upload.state in _STOPPED
    ]
    _check(statements, decision)
    return statements


def _check(statements: list[Statement], decision: Decision) -> None:
    faults = sorted({fault for statement in statements for fault in faults_of(statement)})
    if faults:
        raise StaydownError(
            f"A statement of this {decision.outcome.value} decision breaks a rule: {faults[0]}."
        )
