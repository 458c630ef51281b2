"""An appeal is decided by somebody else, and what it changes is carried out with it.

Upheld for an account holder, it undoes what its case did and nothing else; or, where the bank alone has
stopped an upload, that stop and nothing else; or a block that was set by hand. Upheld for a reporter, the
refusal is taken back and whoever decides the appeal judges the image, with a decision's own factors.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from staydown.aws.items import Item
from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.appeals import Appeal, AppealOutcome, Appellant, check_other_eyes
from staydown.domain.case_states import CaseState, Step
from staydown.domain.cases import Case
from staydown.domain.decisions import Decision, Factors, Outcome
from staydown.domain.errors import CaseIsLocked, InvalidRequest, NotAllowed, NotFound
from staydown.domain.events import EventType
from staydown.services.appeals.appeal_block import answer_block
from staydown.services.bank.bank_images import BankedImages
from staydown.services.bank.cases_behind import cases_behind
from staydown.services.cases.save_case import save_case
from staydown.services.retrying import retried
from staydown.services.review.consequences import overturn, undo
from staydown.services.review.review_queue import load_case
from staydown.services.uploads.free_upload import free_upload
from staydown.services.uploads.place_image import take_down


@dataclass(frozen=True, slots=True)
class Answer:
    """factors, finding: how the image is judged, where a refusal is taken back; of no meaning elsewhere."""

    outcome: AppealOutcome
    reasons: str
    factors: Factors | None = None
    finding: Outcome = Outcome.VIOLATING


def list_appeals(stack: Stack, *, after: Item | None, limit: int) -> tuple[list[Appeal], Item | None]:
    """A page of the undecided appeals, the oldest first, and where the next page starts."""
    return stack.cases.queued_appeals(after=after, limit=limit)


@dataclass(frozen=True, slots=True)
class SeenAppeal:
    """took_part: they claimed or decided its case, or set its block, so it is not theirs to decide."""

    appeal: Appeal
    took_part: bool


def as_seen(stack: Stack, appeals: Iterable[Appeal], reviewer: str) -> list[SeenAppeal]:
    """As this reviewer may see them: none of a case in which they declared a conflict of interest, and of a
    locked one nothing but that it waits."""
    appeals = tuple(appeals)
    ids = [appeal.case_id for appeal in appeals if appeal.case_id is not None]
    cases = {case.case_id: case for case in stack.cases.cases(ids)}
    seen = []
    for appeal in appeals:
        if appeal.block is not None:
            seen.append(SeenAppeal(appeal, took_part=appeal.block.by == reviewer))
            continue
        case = cases.get(str(appeal.case_id))
        if case is None or reviewer in case.conflicted:
            continue
        locked = case.state is CaseState.LOCKED
        shown = appeal
        if locked:
            shown = replace(appeal, statement="", platform="", account_id="", upload_id=None)
        seen.append(SeenAppeal(shown, took_part=reviewer in case.involved))
    return seen


def decide_appeal(
    stack: Stack, *, appeal_id: str, answer: Answer, reviewer: str, senior: bool = False
) -> Appeal:
    """Decide an appeal; the same decision by the same reviewer told twice is one. What two reviewers judged
    differently is for a senior."""
    appeal, case = _decide(
        stack,
        appeal_id=appeal_id,
        answer=answer,
        reviewer=reviewer,
        senior=senior,
        images=BankedImages(stack),
    )
    if (
        appeal.party is not Appellant.ACCOUNT_HOLDER
        and case is not None
        and case.decision is not None
        and case.decision.outcome.stops
    ):
        # The event of each removal does this too, should we be stopped here.
        for upload_id in case.uploads:
            take_down(stack, upload_id)
    return appeal


@retried
def _decide(
    stack: Stack, *, appeal_id: str, answer: Answer, reviewer: str, senior: bool, images: BankedImages
) -> tuple[Appeal, Case | None]:
    """The case is written in the same transaction, in place of the version whose `involved` was checked: who
    claims or decides it at the same moment makes this fail, so nobody ever decides an appeal of their own."""
    appeal = stack.cases.appeal(appeal_id)
    if appeal is None:
        raise NotFound(f"There is no appeal {appeal_id[:64]!r}.")
    case = load_case(stack, appeal.case_id) if appeal.case_id is not None else None
    if (appeal.outcome, appeal.reasons, appeal.decided_by) == (answer.outcome, answer.reasons, reviewer):
        return appeal, case
    if appeal.block is not None:
        return answer_block(stack, appeal, appeal.block, answer.outcome, answer.reasons, reviewer), None
    assert case is not None
    check_other_eyes(case, reviewer)
    disputed = appeal.party is Appellant.SECOND_OPINION
    if disputed and not senior:
        raise NotAllowed("Two reviewers judged it differently; a senior reviewer decides.")
    now = stack.now()
    decided = appeal.decided(answer.outcome, answer.reasons, reviewer=reviewer, now=now)
    transaction = stack.transaction()
    if appeal.upload_id is not None:
        _check_others(stack, transaction, appeal.upload_id, case, reviewer)
    stack.cases.save_appeal(transaction, decided)
    action = f"{'dispute' if disputed else 'appeal'}.{answer.outcome.value}"
    told: dict[str, object] = {
        "appeal_id": appeal_id,
        "outcome": answer.outcome.value,
        "party": appeal.party.value,
    }
    if answer.outcome is AppealOutcome.UPHELD:
        case, changed, more = _upheld(stack, transaction, case, decided, answer, images)
        action = changed or action
        told |= more
    case = replace(case, appeals=tuple(one for one in case.appeals if one != appeal_id))
    case = save_case(stack, transaction, case, actor=reviewer, action=action, details=told)
    event = {
        "appeal_id": appeal_id,
        "outcome": answer.outcome.value,
        "case_id": case.case_id if appeal.upload_id is None else None,
        **({} if appeal.upload_id is None else {"upload_id": appeal.upload_id}),
        "platform": appeal.platform,
        "account_id": appeal.account_id,
    }
    if not disputed:  # nobody outside has asked; what comes of it has events of its own
        stack.outbox.add(transaction, EventType.APPEAL_DECIDED, event, at=now)
    transaction.commit()
    return decided, case


def _upheld(
    stack: Stack,
    transaction: Transaction,
    case: Case,
    appeal: Appeal,
    answer: Answer,
    images: BankedImages,
) -> tuple[Case, str | None, dict[str, object]]:
    """The case after it, what a change of it is called in the audit, and what else is recorded.

    Everybody concerned has an appeal of their own: the first that is upheld changes the case for all of them.
    """
    reviewer = str(appeal.decided_by)
    if appeal.upload_id is not None:
        _spare(stack, transaction, appeal.upload_id, reviewer)
        return case, None, {"upload_id": appeal.upload_id}
    if case.state is not CaseState.DECIDED:
        return case, None, {}
    if not case.is_refusal:
        if appeal.party is Appellant.REPORTER:
            return case, None, {}
        undo(stack, transaction, case, reviewer)
        return case.after(Step.REVERSE), "case.reversed", {}
    if appeal.party is Appellant.ACCOUNT_HOLDER:
        return case, None, {}
    if answer.factors is None:
        raise InvalidRequest(
            "To uphold it is to judge the image: say what it shows.", pointers={"/factors": "needed"}
        )
    now = stack.now()
    decision = Decision(answer.finding, answer.factors, answer.reasons, reviewer, now)
    # Read before the case forgets what its refusal took from the bank.
    uploads = stack.uploads.get_many(case.uploads)
    carried = overturn(stack, transaction, case.with_decision(decision), uploads, images)
    after = case.overturned(decision).with_consequences(carried)
    told = {"uploads": list(after.uploads), "entries": list(after.banked), "accounts": len(after.blocked)}
    event = {"case_id": case.case_id, "outcome": answer.finding.value, "uploads": list(after.uploads)}
    stack.outbox.add(transaction, EventType.CASE_DECIDED, event, at=now)
    return after, "case.overturned", {**told, "finding": answer.finding.value}


def _check_others(stack: Stack, transaction: Transaction, upload_id: str, case: Case, reviewer: str) -> None:
    """Whoever looks at an upload that was stopped had no part in any of the decisions that stop it; and
    nobody looks at what is like the image of a locked case."""
    upload = stack.uploads.get(upload_id)
    behind = cases_behind(stack, upload) if upload is not None else []
    others = stack.cases.cases(one for one in behind if one != case.case_id)
    if any(one.state is CaseState.LOCKED for one in (case, *others)):
        raise CaseIsLocked("A case behind it is locked to a restricted group.")
    for other in others:
        check_other_eyes(other, reviewer)
        stack.cases.require_version(transaction, other)


def _spare(stack: Stack, transaction: Transaction, upload_id: str, reviewer: str) -> None:
    """This upload is not what it was stopped for; whatever else these entries stop, they go on stopping."""
    upload = stack.uploads.get(upload_id)
    if upload is None:
        return
    entry_ids = upload.blocking_entries
    causes = [f"entry:{entry_id}" for entry_id in entry_ids]
    free_upload(stack, transaction, upload, causes, spared=entry_ids, actor=reviewer)
