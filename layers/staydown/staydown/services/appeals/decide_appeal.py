"""A different reviewer decides an appeal, and what it changes is carried out with the decision.

Granted for an account holder, it reverses exactly what the case did, removes the match that stopped an
upload, or lifts a manual block. Granted for a reporter, it overturns the dismissal: the reviewer who grants
it decides on the image, with the factors of a decision.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from staydown.aws.codec import Item
from staydown.aws.stack import Stack
from staydown.domain.audit.actors import Actor
from staydown.domain.audit.case_details import AppealDecided, AppealDetails, CaseOverturned, CaseReversed
from staydown.domain.cases.appeals import (
    AccountAppeal,
    Appeal,
    AppealOutcome,
    BlockAppeal,
    Disagreement,
    DismissalAppeal,
    MatchAppeal,
    disclosed_case_id,
    redacted,
    require_independent_reviewer,
)
from staydown.domain.cases.case import Case
from staydown.domain.cases.decisions import Decision, DecisionOutcome, Factors
from staydown.domain.cases.states import CaseState, Step
from staydown.domain.errors import CaseIsLocked, InvalidRequest, NotAllowed, NotFound
from staydown.domain.events import AppealDecided as AppealDecidedEvent
from staydown.domain.events import CaseDecided
from staydown.domain.uploads.stops import match_stop
from staydown.services.access.cases import get_case
from staydown.services.appeals.appeal_block import decide_block_appeal
from staydown.services.bank.bank_writer import BankWriter
from staydown.services.bank.supports import deciding_case_ids
from staydown.services.enforcement import overturn, reverse
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import UnitOfWork
from staydown.services.uploads.release_upload import release_upload
from staydown.services.uploads.sync_location import take_down_image


@dataclass(frozen=True, slots=True)
class AppealDecision:
    """What a reviewer decides on an appeal."""

    outcome: AppealOutcome
    reasons: str
    factors: Factors | None = None
    """What the image shows; needed to overturn a dismissal, ignored elsewhere."""
    finding: DecisionOutcome = DecisionOutcome.VIOLATING
    """The outcome that replaces a dismissal; ignored elsewhere."""


def list_appeals(stack: Stack, *, after: Item | None, limit: int) -> tuple[list[Appeal], Item | None]:
    """Return a page of the pending appeals, the oldest first, and where the next page starts."""
    return stack.cases.list_pending_appeals(after=after, limit=limit)


@dataclass(frozen=True, slots=True)
class AppealView:
    """An appeal as one reviewer may see it."""

    appeal: Appeal
    viewer_took_part: bool
    """Whether they claimed or decided its case, or set its block, so that another has to decide."""


def appeals_visible_to(stack: Stack, appeals: Iterable[Appeal], reviewer: str) -> list[AppealView]:
    """Return the appeals that a reviewer may see: none of a case from which they are recused, and of a locked
    case only that an appeal is pending."""
    appeals = tuple(appeals)
    ids = [appeal.case_id for appeal in appeals if appeal.case_id is not None]
    cases = {case.case_id: case for case in stack.cases.get_cases(ids)}
    visible = []
    for appeal in appeals:
        if isinstance(appeal, BlockAppeal):
            visible.append(AppealView(appeal, viewer_took_part=appeal.block.set_by == reviewer))
            continue
        case = cases.get(appeal.case_id)
        if case is None or reviewer in case.recused:
            continue
        shown = redacted(appeal) if case.state is CaseState.LOCKED else appeal
        visible.append(AppealView(shown, viewer_took_part=reviewer in case.participants))
    return visible


def decide_appeal(
    stack: Stack, *, appeal_id: str, appeal_decision: AppealDecision, reviewer: str, senior: bool = False
) -> Appeal:
    """Decide an appeal. The same decision by the same reviewer twice is one.

    Raise NotFound, SameReviewer for a reviewer who took part, and NotAllowed for a disagreement of two
    reviewers unless a senior decides.
    """
    appeal, case = _decide(
        stack,
        appeal_id=appeal_id,
        appeal_decision=appeal_decision,
        reviewer=reviewer,
        senior=senior,
        bank_writer=BankWriter(stack),
    )
    if (
        not isinstance(appeal, AccountAppeal)
        and case is not None
        and case.decision is not None
        and case.decision.outcome.is_violation
    ):
        # The event of each removal does this too, if this process dies here.
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
    """Decide the appeal and save its case in place of the version whose participants were checked.

    A reviewer who claims or decides the case at the same moment makes this fail. So nobody decides an appeal
    of their own decision.
    """
    uow = UnitOfWork(stack, Actor.reviewer(reviewer))
    appeal = stack.cases.get_appeal(appeal_id)
    if appeal is None:
        raise NotFound(f"There is no appeal {appeal_id[:64]!r}.")
    case = get_case(stack, appeal.case_id) if appeal.case_id is not None else None
    outcome, reasons = appeal_decision.outcome, appeal_decision.reasons
    if (appeal.outcome, appeal.reasons, appeal.decided_by) == (outcome, reasons, reviewer):
        return appeal, case
    if isinstance(appeal, BlockAppeal):
        return decide_block_appeal(stack, appeal, outcome, reasons, reviewer), None
    assert case is not None
    require_independent_reviewer(case, reviewer)
    if isinstance(appeal, Disagreement) and not senior:
        raise NotAllowed("Two reviewers disagree on this case. A senior reviewer must decide.")
    decided = appeal.decided(outcome, reasons, reviewer=reviewer, now=uow.now)
    if isinstance(appeal, MatchAppeal):
        _require_independence(uow, appeal.upload_id, case, reviewer)
    uow.cover(decided, by=case)
    details: AppealDetails = AppealDecided(appeal_id, outcome, appeal.party)
    if outcome is AppealOutcome.GRANTED:
        case, details = _grant(uow, case, decided, appeal_decision, bank_writer)
    case = replace(case, pending_appeals=tuple(one for one in case.pending_appeals if one != appeal_id))
    case = uow.record(case, details)
    if not isinstance(appeal, Disagreement):  # no party filed it; what it changes has events of its own
        upload_id = appeal.upload_id if isinstance(appeal, MatchAppeal) else None
        event = AppealDecidedEvent(
            appeal_id, outcome, disclosed_case_id(appeal), *appeal.account, upload_id=upload_id
        )
        uow.emit(event)
    uow.commit()
    return decided, case


def _grant(
    uow: UnitOfWork, case: Case, appeal: Appeal, appeal_decision: AppealDecision, bank_writer: BankWriter
) -> tuple[Case, AppealDetails]:
    """Carry out a granted appeal. Return the case after it, and what the audit records.

    Each party has an appeal of its own. The first that is granted changes the case for all of them.
    """
    unchanged = AppealDecided(appeal.appeal_id, AppealOutcome.GRANTED, appeal.party)
    if isinstance(appeal, MatchAppeal):
        _exclude_matches(uow, appeal.upload_id)
        return case, replace(unchanged, upload_id=appeal.upload_id)
    if case.state is not CaseState.DECIDED:
        return case, unchanged
    if not case.is_dismissal:
        if isinstance(appeal, DismissalAppeal):
            return case, unchanged
        reverse(uow, case)
        details = CaseReversed(appeal.appeal_id, AppealOutcome.GRANTED, appeal.party)
        return case.advanced(Step.REVERSE), details
    if isinstance(appeal, AccountAppeal):
        return case, unchanged
    return _overturn_dismissal(uow, case, appeal, appeal_decision, bank_writer)


def _overturn_dismissal(
    uow: UnitOfWork, case: Case, appeal: Appeal, appeal_decision: AppealDecision, bank_writer: BankWriter
) -> tuple[Case, AppealDetails]:
    finding = appeal_decision.finding
    if appeal_decision.factors is None:
        raise InvalidRequest(
            "To grant this appeal, decide on the image: state what it shows.", pointers={"/factors": "needed"}
        )
    decision = Decision(
        finding, appeal_decision.factors, appeal_decision.reasons, str(appeal.decided_by), uow.now
    )
    # Read before the case forgets which report supports its dismissal withdrew.
    uploads = uow.stack.uploads.get_many(case.uploads)
    enforced = overturn(uow, case.with_decision(decision), uploads, bank_writer)
    overturned = case.overturned(decision).with_enforcement(enforced)
    uow.emit(CaseDecided(case.case_id, finding, overturned.uploads))
    return overturned, CaseOverturned(
        appeal.appeal_id,
        AppealOutcome.GRANTED,
        appeal.party,
        overturned.uploads,
        overturned.banked_entries,
        len(overturned.blocked_accounts),
        finding,
    )


def _require_independence(uow: UnitOfWork, upload_id: str, case: Case, reviewer: str) -> None:
    """Raise where the reviewer took part in any decision that stops the upload, or a case of it is locked."""
    upload = uow.stack.uploads.get(upload_id)
    case_ids = deciding_case_ids(uow.stack, upload) if upload is not None else []
    others = uow.stack.cases.get_cases(one for one in case_ids if one != case.case_id)
    if any(one.state is CaseState.LOCKED for one in (case, *others)):
        raise CaseIsLocked("A case behind it is locked to a restricted group.")
    for other in others:
        require_independent_reviewer(other, reviewer)
    uow.require_unchanged(*others)


def _exclude_matches(uow: UnitOfWork, upload_id: str) -> None:
    """Exclude the upload from the entries that stop it. Other uploads that they stop stay stopped."""
    upload = uow.stack.uploads.get(upload_id)
    if upload is None:
        return
    entry_ids = upload.blocking_entries
    causes = [match_stop(entry_id).cause for entry_id in entry_ids]
    release_upload(uow, upload, causes, excluded_entries=entry_ids)
