"""An appeal is decided by somebody else, and what it changes is carried out with it.

Upheld for an account holder, it undoes what its case did and nothing else; or, where the bank alone has
stopped an upload, that stop and nothing else; or a block that was set by hand. Upheld for a reporter, the
refusal is taken back and whoever decides the appeal judges the image, with a decision's own factors.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from staydown.aws.codec import Item
from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.cases.appeals import Appeal, AppealOutcome, AppealParty, require_independent_reviewer
from staydown.domain.cases.case import Case
from staydown.domain.cases.decisions import Decision, DecisionOutcome, Factors
from staydown.domain.cases.states import CaseState, Step
from staydown.domain.errors import CaseIsLocked, InvalidRequest, NotAllowed, NotFound
from staydown.domain.events import EventType
from staydown.services.appeals.appeal_block import decide_block_appeal
from staydown.services.bank.bank_writer import BankWriter
from staydown.services.bank.cases_behind import deciding_case_ids
from staydown.services.cases.save_case import save_case
from staydown.services.enforcement import overturn, reverse
from staydown.services.retries import retry_on_conflict
from staydown.services.review.review_queue import get_case
from staydown.services.uploads.release_upload import release_upload
from staydown.services.uploads.sync_location import take_down_image


@dataclass(frozen=True, slots=True)
class AppealDecision:
    """factors, finding: how the image is judged, where a refusal is taken back; of no meaning elsewhere."""

    outcome: AppealOutcome
    reasons: str
    factors: Factors | None = None
    finding: DecisionOutcome = DecisionOutcome.VIOLATING


def list_appeals(stack: Stack, *, after: Item | None, limit: int) -> tuple[list[Appeal], Item | None]:
    """A page of the undecided appeals, the oldest first, and where the next page starts."""
    return stack.cases.list_pending_appeals(after=after, limit=limit)


@dataclass(frozen=True, slots=True)
class AppealView:
    """took_part: they claimed or decided its case, or set its block, so it is not theirs to decide."""

    appeal: Appeal
    viewer_took_part: bool


def appeals_visible_to(stack: Stack, appeals: Iterable[Appeal], reviewer: str) -> list[AppealView]:
    """As this reviewer may see them: none of a case in which they declared a conflict of interest, and of a
    locked one nothing but that it waits."""
    appeals = tuple(appeals)
    ids = [appeal.case_id for appeal in appeals if appeal.case_id is not None]
    cases = {case.case_id: case for case in stack.cases.get_cases(ids)}
    seen = []
    for appeal in appeals:
        if appeal.block is not None:
            seen.append(AppealView(appeal, viewer_took_part=appeal.block.set_by == reviewer))
            continue
        case = cases.get(str(appeal.case_id))
        if case is None or reviewer in case.recused:
            continue
        locked = case.state is CaseState.LOCKED
        shown = appeal
        if locked:
            shown = replace(appeal, statement="", platform="", account_id="", upload_id=None)
        seen.append(AppealView(shown, viewer_took_part=reviewer in case.participants))
    return seen


def decide_appeal(
    stack: Stack, *, appeal_id: str, appeal_decision: AppealDecision, reviewer: str, senior: bool = False
) -> Appeal:
    """Decide an appeal; the same decision by the same reviewer told twice is one. What two reviewers judged
    differently is for a senior."""
    appeal, case = _decide(
        stack,
        appeal_id=appeal_id,
        appeal_decision=appeal_decision,
        reviewer=reviewer,
        senior=senior,
        bank_writer=BankWriter(stack),
    )
    if (
        appeal.party is not AppealParty.ACCOUNT_HOLDER
        and case is not None
        and case.decision is not None
        and case.decision.outcome.is_violation
    ):
        # The event of each removal does this too, should we be stopped here.
        for upload_id in case.uploads:
            take_down_image(stack, upload_id)
    return appeal


@retry_on_conflict
def _decide(
    stack: Stack,
    *,
    appeal_id: str,
    appeal_decision: AppealDecision,
    reviewer: str,
    senior: bool,
    bank_writer: BankWriter,
) -> tuple[Appeal, Case | None]:
    """The case is written in the same transaction, in place of the version whose `involved` was checked: who
    claims or decides it at the same moment makes this fail, so nobody ever decides an appeal of their own."""
    appeal = stack.cases.get_appeal(appeal_id)
    if appeal is None:
        raise NotFound(f"There is no appeal {appeal_id[:64]!r}.")
    case = get_case(stack, appeal.case_id) if appeal.case_id is not None else None
    if (appeal.outcome, appeal.reasons, appeal.decided_by) == (
        appeal_decision.outcome,
        appeal_decision.reasons,
        reviewer,
    ):
        return appeal, case
    if appeal.block is not None:
        return decide_block_appeal(
            stack, appeal, appeal.block, appeal_decision.outcome, appeal_decision.reasons, reviewer
        ), None
    assert case is not None
    require_independent_reviewer(case, reviewer)
    disputed = appeal.party is AppealParty.DISAGREEMENT
    if disputed and not senior:
        raise NotAllowed("Two reviewers judged it differently; a senior reviewer decides.")
    now = stack.now()
    decided = appeal.decided(appeal_decision.outcome, appeal_decision.reasons, reviewer=reviewer, now=now)
    transaction = stack.transaction()
    if appeal.upload_id is not None:
        _require_independence(stack, transaction, appeal.upload_id, case, reviewer)
    stack.cases.save_appeal(transaction, decided)
    action = f"{'dispute' if disputed else 'appeal'}.{appeal_decision.outcome.value}"
    told: dict[str, object] = {
        "appeal_id": appeal_id,
        "outcome": appeal_decision.outcome.value,
        "party": appeal.party.value,
    }
    if appeal_decision.outcome is AppealOutcome.GRANTED:
        case, changed, more = _grant(stack, transaction, case, decided, appeal_decision, bank_writer)
        action = changed or action
        told |= more
    case = replace(case, pending_appeals=tuple(one for one in case.pending_appeals if one != appeal_id))
    case = save_case(stack, transaction, case, actor=reviewer, action=action, details=told)
    event = {
        "appeal_id": appeal_id,
        "outcome": appeal_decision.outcome.value,
        "case_id": case.case_id if appeal.upload_id is None else None,
        **({} if appeal.upload_id is None else {"upload_id": appeal.upload_id}),
        "platform": appeal.platform,
        "account_id": appeal.account_id,
    }
    if not disputed:  # nobody outside has asked; what comes of it has events of its own
        stack.outbox.add(transaction, EventType.APPEAL_DECIDED, event, at=now)
    transaction.commit()
    return decided, case


def _grant(
    stack: Stack,
    transaction: Transaction,
    case: Case,
    appeal: Appeal,
    appeal_decision: AppealDecision,
    bank_writer: BankWriter,
) -> tuple[Case, str | None, dict[str, object]]:
    """The case after it, what a change of it is called in the audit, and what else is recorded.

    Everybody concerned has an appeal of their own: the first that is upheld changes the case for all of them.
    """
    reviewer = str(appeal.decided_by)
    if appeal.upload_id is not None:
        _exclude_matches(stack, transaction, appeal.upload_id, reviewer)
        return case, None, {"upload_id": appeal.upload_id}
    if case.state is not CaseState.DECIDED:
        return case, None, {}
    if not case.is_dismissal:
        if appeal.party is AppealParty.REPORTER:
            return case, None, {}
        reverse(stack, transaction, case, reviewer)
        return case.advanced(Step.REVERSE), "case.reversed", {}
    if appeal.party is AppealParty.ACCOUNT_HOLDER:
        return case, None, {}
    if appeal_decision.factors is None:
        raise InvalidRequest(
            "To uphold it is to judge the image: say what it shows.", pointers={"/factors": "needed"}
        )
    now = stack.now()
    decision = Decision(
        appeal_decision.finding, appeal_decision.factors, appeal_decision.reasons, reviewer, now
    )
    # Read before the case forgets what its refusal took from the bank.
    uploads = stack.uploads.get_many(case.uploads)
    carried = overturn(stack, transaction, case.with_decision(decision), uploads, bank_writer)
    after = case.overturned(decision).with_enforcement(carried)
    told = {
        "uploads": list(after.uploads),
        "entries": list(after.banked_entries),
        "accounts": len(after.blocked_accounts),
    }
    event = {
        "case_id": case.case_id,
        "outcome": appeal_decision.finding.value,
        "uploads": list(after.uploads),
    }
    stack.outbox.add(transaction, EventType.CASE_DECIDED, event, at=now)
    return after, "case.overturned", {**told, "finding": appeal_decision.finding.value}


def _require_independence(
    stack: Stack, transaction: Transaction, upload_id: str, case: Case, reviewer: str
) -> None:
    """Whoever looks at an upload that was stopped had no part in any of the decisions that stop it; and
    nobody looks at what is like the image of a locked case."""
    upload = stack.uploads.get(upload_id)
    behind = deciding_case_ids(stack, upload) if upload is not None else []
    others = stack.cases.get_cases(one for one in behind if one != case.case_id)
    if any(one.state is CaseState.LOCKED for one in (case, *others)):
        raise CaseIsLocked("A case behind it is locked to a restricted group.")
    for other in others:
        require_independent_reviewer(other, reviewer)
        stack.cases.require_version(transaction, other)


def _exclude_matches(stack: Stack, transaction: Transaction, upload_id: str, reviewer: str) -> None:
    """This upload is not what it was stopped for; whatever else these entries stop, they go on stopping."""
    upload = stack.uploads.get(upload_id)
    if upload is None:
        return
    entry_ids = upload.blocking_entries
    causes = [f"entry:{entry_id}" for entry_id in entry_ids]
    release_upload(stack, transaction, upload, causes, excluded_entries=entry_ids, actor=reviewer)
