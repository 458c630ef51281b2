"""A case as a reviewer sees it: everything but who reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from staydown.aws.stack import Stack
from staydown.domain.bank import Entry
from staydown.domain.cases import Case, CaseState
from staydown.domain.errors import CaseIsLocked, NotAllowed
from staydown.domain.reports import Report
from staydown.domain.uploads import Upload
from staydown.services.review_queue import load_case


@dataclass(frozen=True, slots=True)
class CaseView:
    """entries: those that the uploads met and those that rest on the case, by id."""

    case: Case
    uploads: tuple[Upload, ...]
    reports: tuple[Report, ...]
    entries: Mapping[str, Entry]


def view_case(stack: Stack, *, case_id: str, may_see_locked: bool) -> CaseView:
    case = load_case(stack, case_id)
    check_unlocked(case, may_see_locked=may_see_locked)
    uploads = stack.uploads.get_many(case.uploads)
    met = {match.entry_id for upload in uploads for match in upload.matches}
    stored = stack.bank.entries(met | {*case.entries, *case.banked})
    return CaseView(
        case=case,
        uploads=tuple(uploads),
        reports=tuple(stack.cases.reports(case.reports)),
        entries={entry_id: one.entry for entry_id, one in stored.items()},
    )


def check_unlocked(case: Case, *, may_see_locked: bool) -> None:
    if case.state is CaseState.LOCKED and not may_see_locked:
        raise CaseIsLocked("The case is locked to a restricted group.")


def check_may_look(case: Case, reviewer: str, *, senior: bool) -> None:
    """Looking at an image needs a reason: the case is yours to decide, or its appeal waits."""
    if case.state is CaseState.LOCKED:
        raise CaseIsLocked("Suspected child: nobody looks at the image any more.")
    claim = case.claim
    if case.undecided and (claim is None or claim.reviewer != reviewer):
        raise NotAllowed("Claim the case first; only whoever works on it looks at its images.")
    if not case.undecided and case.appeal_id is None and not senior:
        raise NotAllowed("The case is decided and no appeal of it waits; a senior reviewer may look.")
