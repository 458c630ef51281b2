"""A case as a reviewer sees it: everything but who reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from staydown.aws.stack import Stack
from staydown.domain.bank.entry import BankEntry
from staydown.domain.cases.appeals import MatchAppeal
from staydown.domain.cases.case import Case
from staydown.domain.cases.notes import ReviewerPresence
from staydown.domain.cases.reports import Report
from staydown.domain.cases.states import CaseState
from staydown.domain.errors import CaseIsLocked, NotAllowed
from staydown.domain.uploads.upload import Upload
from staydown.services.access.cases import Viewer, open_case
from staydown.services.retries import retry_on_conflict

REPORTS_PER_PAGE = 10
"""At a time. What one of them says takes 360 KB of an answer at worst, and a function answers 6 MB."""

MAX_SHOWN_APPEALS = 10


@dataclass(frozen=True, slots=True)
class CaseView:
    """reports: SHOWN_REPORTS of them at most, and how many come after these. entries: those that the uploads
    met and those that rest on the case, by id. others: reviewers who have it open as well."""

    case: Case
    uploads: tuple[Upload, ...]
    reports: tuple[Report, ...]
    remaining_reports: int
    entries: Mapping[str, BankEntry]
    other_viewers: tuple[ReviewerPresence, ...] = ()


def view_case(stack: Stack, *, case_id: str, viewer: Viewer, report_offset: int = 0) -> CaseView:
    """CaseIsLocked for who may not see a locked one; that they tried, and each view of it, is on record.

    reports_from: how many of its reports, in the order they came, were seen before.
    """
    case = open_case(stack, case_id, viewer, part="case")
    others = _join_viewers(stack, case, viewer.reviewer)
    return replace(_build_view(stack, case, report_offset), other_viewers=others)


def _build_view(stack: Stack, case: Case, report_offset: int) -> CaseView:
    uploads = stack.uploads.get_many([*case.uploads, *_appealed_upload_ids(stack, case)])
    met = {match.entry_id for upload in uploads for match in upload.matches}
    shown = case.reports[report_offset : report_offset + REPORTS_PER_PAGE]
    stored = stack.bank.get_entries(met | {*case.entries, *case.banked_entries})
    return CaseView(
        case=case,
        uploads=tuple(uploads),
        reports=tuple(stack.cases.get_reports(shown)),
        remaining_reports=max(0, len(case.reports) - report_offset - REPORTS_PER_PAGE),
        entries={entry_id: one.entry for entry_id, one in stored.items()},
    )


def _appealed_upload_ids(stack: Stack, case: Case) -> list[str]:
    """Uploads that were stopped by what it put into the bank, and that somebody is asked to look at; those
    that wait longest."""
    waiting = stack.cases.get_appeals(case.pending_appeals[:MAX_SHOWN_APPEALS])
    return [appeal.upload_id for appeal in waiting if isinstance(appeal, MatchAppeal)]


def view_case_blind(stack: Stack, case: Case, report_offset: int = 0) -> CaseView:
    """For a second opinion: the same, for a page that shows nothing of what was decided."""
    return _build_view(stack, case, report_offset)


@retry_on_conflict
def _join_viewers(stack: Stack, case: Case, reviewer: str) -> tuple[ReviewerPresence, ...]:
    """Who else reads it; and from now on others are told that this reviewer does."""
    now = stack.now()
    transaction = stack.transaction()
    stack.cases.save_presence(transaction, case.case_id, ReviewerPresence(reviewer, now))
    transaction.commit()
    found = stack.cases.list_presences(case.case_id, now=now)
    return tuple(one for one in found if one.reviewer != reviewer)


def require_may_reveal(case: Case, reviewer: str, *, senior: bool) -> None:
    """Looking at an image needs a reason: the case is yours to decide, or its appeal waits."""
    if case.state is CaseState.LOCKED:
        raise CaseIsLocked("Suspected child: nobody looks at the image any more.")
    case.require_not_recused(reviewer)
    if case.second_opinion_pending and case.has_claimed_second_opinion(reviewer):
        return
    claim = case.claim
    if case.undecided and (claim is None or claim.reviewer != reviewer):
        raise NotAllowed("Claim the case first; only whoever works on it looks at its images.")
    if not case.undecided and case.oldest_pending_appeal is None and not senior:
        raise NotAllowed("The case is decided and no appeal of it waits; a senior reviewer may look.")
