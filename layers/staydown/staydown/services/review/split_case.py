"""A reviewer splits a case: some of its uploads show another image, which is decided in a case of its own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from staydown.aws.stack import Stack
from staydown.domain.audit.actors import Actor
from staydown.domain.audit.case_details import CaseOpenedBySplit, CaseSplit
from staydown.domain.bank.entry import Support, SupportSource
from staydown.domain.cases.case import Case
from staydown.domain.cases.split import SplitPlan, plan_split
from staydown.domain.errors import Conflict, InvalidRequest
from staydown.domain.events import CaseOpened, UploadReviewed
from staydown.domain.ids import new_id
from staydown.services.access.cases import get_case, require_may_act
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SplitResult:
    remaining_case: Case
    new_case: Case


@retry_on_conflict
def split_case(
    stack: Stack, *, case_id: str, reviewer: str, upload_ids: Collection[str], expected_revision: int | None
) -> SplitResult:
    """Move these uploads of an undecided case into a new one, with the reports that name them.

    The reviewer has claimed both afterwards. The same split twice is one. Raise InvalidRequest for an upload
    that is not of the case, and where none would be left; raise what `plan_split` raises.
    """
    uow = UnitOfWork(stack, Actor.reviewer(reviewer))
    case = get_case(stack, case_id)
    earlier = _find_earlier_split(stack, case, reviewer, upload_ids)
    if earlier is not None:
        return SplitResult(case, earlier)
    case.require_undecided()
    require_may_act(stack, case, reviewer, expected_revision)
    if case.claim is None or case.claim.reviewer != reviewer:
        raise Conflict("Claim the case first. Only its reviewer can split it.")
    _check_selection(case, upload_ids)
    plan = plan_split(
        case,
        stack.uploads.get_many(case.uploads),
        stack.cases.get_reports(case.reports),
        moved_ids=upload_ids,
        new_case_id=new_id(uow.now),
        now=uow.now,
        time_limit=stack.settings.removal_period,
        minimum_quality=stack.settings.match_policy.minimum_quality,
    )
    result = _save(uow, case, plan)
    uow.commit()
    return result


def _find_earlier_split(stack: Stack, case: Case, reviewer: str, upload_ids: Collection[str]) -> Case | None:
    """Return the case into which this reviewer split these uploads before."""
    if not upload_ids or set(upload_ids) & set(case.uploads):
        return None
    uploads = stack.uploads.get_many(upload_ids)
    common = set.intersection(*(set(one.cases) for one in uploads)) if uploads else set()
    for other in stack.cases.get_cases(common):
        by_reviewer = other.split_from == case.case_id and reviewer in other.participants
        if by_reviewer and set(upload_ids) <= set(other.uploads):
            return other
    return None


def _check_selection(case: Case, upload_ids: Collection[str]) -> None:
    unknown = {
        f"/upload_ids/{i}": "not an upload of this case"
        for i, one in enumerate(upload_ids)
        if one not in case.uploads
    }
    if unknown:
        raise InvalidRequest("Some of these uploads are not in this case; see errors.", pointers=unknown)
    if not set(case.uploads) - set(upload_ids):
        raise InvalidRequest(
            "At least one upload has to stay in the case.", pointers={"/upload_ids": "name fewer"}
        )


def _save(uow: UnitOfWork, case: Case, plan: SplitPlan) -> SplitResult:
    """Save the plan: at most 96 writes, for 50 reports, 10 uploads with events, 19 routes and two cases."""
    old, new = plan.remaining_case, plan.new_case
    for report in plan.reports:
        uow.cover(report, by=old)
    for upload in plan.uploads:
        # A match with the other image may hold it: the event has it evaluated again.
        uow.cover(upload, *([UploadReviewed(upload.upload_id)] if upload.review_causes else []), by=old)
    cases = uow.stack.cases
    for entry_id in sorted(plan.routed_entries):
        if cases.case_for_entry(entry_id) == case.case_id:
            cases.route_entry(uow.transaction, entry_id, new.case_id, expected=case.case_id)
    _move_shared_support(uow, plan)
    old = uow.record(old, CaseSplit(new.case_id, new.uploads))
    opened = CaseOpenedBySplit(
        case.case_id,
        new.uploads,
        valid=plan.valid_since is not None,
        notice=False,
        valid_since=plan.valid_since,
    )
    new = uow.record(new, opened, CaseOpened(new.case_id, new.origin))
    return SplitResult(old, new)


def _move_shared_support(uow: UnitOfWork, plan: SplitPlan) -> None:
    """Move the support that further reports of a case share (see `report_support`)."""
    old, new = (Support(SupportSource.REPORT, one.case_id) for one in (plan.remaining_case, plan.new_case))
    head = uow.stack.bank.get_head()
    stored = uow.stack.bank.get_entries(plan.moved_entries).values()
    changed = [
        (one, replace(one.entry, supports=one.entry.supports - {old} | {new}))
        for one in stored
        if old in one.entry.supports
    ]
    uow.bank(changed, by=plan.remaining_case, head=head)
