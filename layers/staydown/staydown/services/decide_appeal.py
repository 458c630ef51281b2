"""An appeal is decided by somebody else; upheld, it undoes what its case did, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from staydown.aws.items import Item
from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.appeals import Appeal, AppealOutcome, check_other_eyes
from staydown.domain.bank import Source, Support
from staydown.domain.cases import Case, CaseState, Step
from staydown.domain.errors import NotFound
from staydown.domain.events import EventType
from staydown.services.change_bank import claims_of, withdraw_supports
from staydown.services.free_upload import free_upload
from staydown.services.retrying import retried
from staydown.services.review_queue import load_case
from staydown.services.save_case import save_case


def list_appeals(stack: Stack, *, after: Item | None, limit: int) -> tuple[list[Appeal], Item | None]:
    """A page of the undecided appeals, the oldest first, and where the next page starts."""
    return stack.cases.queued_appeals(after=after, limit=limit)


def took_part(stack: Stack, case_id: str, reviewer: str) -> bool:
    """Whether they claimed or decided the case, so that its appeal is not theirs to decide."""
    return reviewer in load_case(stack, case_id).involved


@retried
def decide_appeal(
    stack: Stack, *, appeal_id: str, outcome: AppealOutcome, reasons: str, reviewer: str
) -> Appeal:
    """Decide an appeal; the same decision by the same reviewer told twice is one.

    The case is written in the same transaction, in place of the version whose `involved` was checked: who
    claims or decides it at the same moment makes this fail, so nobody ever decides an appeal of their own.
    """
    appeal = stack.cases.appeal(appeal_id)
    if appeal is None:
        raise NotFound(f"There is no appeal {appeal_id[:64]!r}.")
    if (appeal.outcome, appeal.reasons, appeal.decided_by) == (outcome, reasons, reviewer):
        return appeal
    case = load_case(stack, appeal.case_id)
    check_other_eyes(case, reviewer)
    now = stack.now()
    decided = appeal.decided(outcome, reasons, reviewer=reviewer, now=now)
    transaction = stack.transaction()
    stack.cases.save_appeal(transaction, decided)
    action = f"appeal.{outcome.value}"
    # Each account of a case has its appeal: the first that is upheld reverses the case for all of them.
    if outcome is AppealOutcome.UPHELD and case.state is not CaseState.REVERSED:
        _undo(stack, transaction, case, reviewer)
        case = case.after(Step.REVERSE)
        action = "case.reversed"
    case = replace(case, appeals=tuple(one for one in case.appeals if one != appeal_id))
    told = {"appeal_id": appeal_id, "outcome": outcome.value}
    save_case(stack, transaction, case, actor=reviewer, action=action, details=told)
    event = {**told, "case_id": case.case_id, "platform": appeal.platform, "account_id": appeal.account_id}
    stack.outbox.add(transaction, EventType.APPEAL_DECIDED, event, at=now)
    transaction.commit()
    return decided


def _undo(stack: Stack, transaction: Transaction, case: Case, reviewer: str) -> None:
    """Take away what rests on this case; what rests on anything else as well stays as it is.

    What the case's own reports claimed was looked at twice now, and goes with it: else whatever the claimed
    entries had stopped would be held by the claim again. The entries' change brings a sweep, which frees the
    other uploads that they alone had stopped.
    """
    now = stack.now()
    judged, claims = Support(Source.CASE, case.case_id), claims_of(case)
    gone = {entry_id: {judged} for entry_id in case.banked}
    gone |= {entry_id: {judged} | claims for entry_id in case.entries}
    withdraw_supports(stack, transaction, gone)
    for upload in stack.uploads.get_many(case.uploads):
        free_upload(
            stack,
            transaction,
            upload,
            [f"case:{case.case_id}"],
            cleared={*case.entries, *case.banked},
            actor=reviewer,
        )
    for platform, account_id in case.blocked:
        account = stack.accounts.get(platform, account_id).released_by(case.case_id)
        stack.accounts.save(transaction, account)
        event = {
            "platform": platform,
            "account_id": account_id,
            "case_id": case.case_id,
            "blocked": account.blocked,
        }
        stack.outbox.add(transaction, EventType.ACCOUNT_UNBLOCKED, event, at=now)
    reversed_case = {"case_id": case.case_id, "uploads": list(case.uploads)}
    stack.outbox.add(transaction, EventType.CASE_REVERSED, reversed_case, at=now)
