"""A case as a reviewer sees it: everything except the reporters."""

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
"""A report takes up to 360 KB of a response, and a function's response is limited to 6 MB."""

MAX_SHOWN_APPEALS = 10


@dataclass(frozen=True, slots=True)
class CaseView:
    case: Case
    uploads: tuple[Upload, ...]
    reports: tuple[Report, ...]
    """At most REPORTS_PER_PAGE."""
    remaining_reports: int
    """How many reports come after these."""
    entries: Mapping[str, BankEntry]
    """By id: the entries that the uploads matched, and those that the case supports."""
    other_viewers: tuple[ReviewerPresence, ...] = ()
    """Other reviewers who have the case open."""


def view_case(stack: Stack, *, case_id: str, viewer: Viewer, report_offset: int = 0) -> CaseView:
    """Return the case for a reviewer. Views of a locked case are recorded, refused ones too.

    report_offset: how many reports to skip, in order of filing. Raise CaseIsLocked where the viewer may not
    see a locked case.
    """
    case = open_case(stack, case_id, viewer, part="case")
    other_viewers = _record_presence(stack, case, viewer.reviewer)
    return replace(_build_view(stack, case, report_offset), other_viewers=other_viewers)


def _build_view(stack: Stack, case: Case, report_offset: int) -> CaseView:
    uploads = stack.uploads.get_many([*case.uploads, *_appealed_upload_ids(stack, case)])
    matched = {match.entry_id for upload in uploads for match in upload.matches}
    shown = case.reports[report_offset : report_offset + REPORTS_PER_PAGE]
    stored = stack.bank.get_entries(matched | {*case.entries, *case.banked_entries})
    return CaseView(
        case=case,
        uploads=tuple(uploads),
        reports=tuple(stack.cases.get_reports(shown)),
        remaining_reports=max(0, len(case.reports) - report_offset - REPORTS_PER_PAGE),
        entries={entry_id: one.entry for entry_id, one in stored.items()},
    )


def _appealed_upload_ids(stack: Stack, case: Case) -> list[str]:
    """Return the uploads whose match appeals are pending, the longest pending first."""
    pending = stack.cases.get_appeals(case.pending_appeals[:MAX_SHOWN_APPEALS])
    return [appeal.upload_id for appeal in pending if isinstance(appeal, MatchAppeal)]


def view_case_blind(stack: Stack, case: Case, report_offset: int = 0) -> CaseView:
    """Return the case for a second opinion. The page must not show the first decision."""
    return _build_view(stack, case, report_offset)


@retry_on_conflict
def _record_presence(stack: Stack, case: Case, reviewer: str) -> tuple[ReviewerPresence, ...]:
    """Record that the reviewer has the case open. Return the other reviewers who have."""
    now = stack.now()
    transaction = stack.transaction()
    stack.cases.save_presence(transaction, case.case_id, ReviewerPresence(reviewer, now))
    transaction.commit()
    found = stack.cases.list_presences(case.case_id, now=now)
    return tuple(one for one in found if one.reviewer != reviewer)


def require_may_reveal(case: Case, reviewer: str, *, senior: bool) -> None:
    """Raise unless the reviewer has a reason to see the images: a claim of the case, or a pending appeal."""
    if case.state is CaseState.LOCKED:
        raise CaseIsLocked("Suspected child: the image can no longer be viewed.")
    case.require_not_recused(reviewer)
    if case.second_opinion_pending and case.has_claimed_second_opinion(reviewer):
        return
    claim = case.claim
    if case.undecided and (claim is None or claim.reviewer != reviewer):
        raise NotAllowed("Claim the case first. Only its reviewer sees the images.")
    if not case.undecided and case.oldest_pending_appeal is None and not senior:
        raise NotAllowed("The case is decided and not appealed. Only a senior reviewer sees its images.")
