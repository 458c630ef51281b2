"""A case as a reviewer sees it: everything but who reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from staydown.aws.stack import Stack
from staydown.domain.bank import Entry
from staydown.domain.case_states import CaseState
from staydown.domain.cases import Case
from staydown.domain.errors import CaseIsLocked, NotAllowed
from staydown.domain.notes import Reading
from staydown.domain.reports import Report
from staydown.domain.uploads import Upload
from staydown.services.cases.save_case import save_case
from staydown.services.retrying import retried
from staydown.services.review.review_queue import load_case

SHOWN_REPORTS = 10
"""At a time. What one of them says takes 360 KB of an answer at worst, and a function answers 6 MB."""

SHOWN_APPEALS = 10


@dataclass(frozen=True, slots=True)
class CaseView:
    """reports: SHOWN_REPORTS of them at most, and how many come after these. entries: those that the uploads
    met and those that rest on the case, by id. others: reviewers who have it open as well."""

    case: Case
    uploads: tuple[Upload, ...]
    reports: tuple[Report, ...]
    more_reports: int
    entries: Mapping[str, Entry]
    others: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class Onlooker:
    """Who wants to see something. reviews: of a group that judges. child_safety: of the restricted group."""

    reviewer: str
    reviews: bool = True
    senior: bool = False
    child_safety: bool = False


def view_case(stack: Stack, *, case_id: str, onlooker: Onlooker, reports_from: int = 0) -> CaseView:
    """CaseIsLocked for who may not see a locked one; that they tried, and each view of it, is on record.

    reports_from: how many of its reports, in the order they came, were seen before.
    """
    case = open_case(stack, case_id, onlooker, what="case")
    others = _others(stack, case, onlooker.reviewer)
    return replace(_view(stack, case, reports_from), others=others)


def _view(stack: Stack, case: Case, reports_from: int) -> CaseView:
    uploads = stack.uploads.get_many([*case.uploads, *_appealed(stack, case)])
    met = {match.entry_id for upload in uploads for match in upload.matches}
    shown = case.reports[reports_from : reports_from + SHOWN_REPORTS]
    stored = stack.bank.entries(met | {*case.entries, *case.banked})
    return CaseView(
        case=case,
        uploads=tuple(uploads),
        reports=tuple(stack.cases.reports(shown)),
        more_reports=max(0, len(case.reports) - reports_from - SHOWN_REPORTS),
        entries={entry_id: one.entry for entry_id, one in stored.items()},
    )


def _appealed(stack: Stack, case: Case) -> list[str]:
    """Uploads that were stopped by what it put into the bank, and that somebody is asked to look at; those
    that wait longest."""
    waiting = stack.cases.appeals(case.appeals[:SHOWN_APPEALS])
    return [appeal.upload_id for appeal in waiting if appeal.upload_id is not None]


def view_blind(stack: Stack, case: Case, reports_from: int = 0) -> CaseView:
    """For a second opinion: the same, for a page that shows nothing of what was decided."""
    return _view(stack, case, reports_from)


@retried
def _others(stack: Stack, case: Case, reviewer: str) -> tuple[Reading, ...]:
    """Who else reads it; and from now on others are told that this reviewer does."""
    now = stack.now()
    transaction = stack.transaction()
    stack.cases.note_reading(transaction, case.case_id, Reading(reviewer, now))
    transaction.commit()
    found = stack.cases.readings(case.case_id, now=now)
    return tuple(one for one in found if one.reviewer != reviewer)


@retried
def open_case(stack: Stack, case_id: str, onlooker: Onlooker, *, what: str) -> Case:
    """The case, for who may see that it is there. what: they want to see of it, for the record."""
    case = load_case(stack, case_id)
    if case.state is CaseState.LOCKED:
        action = "locked.viewed" if onlooker.child_safety else "look.refused"
        case = record_view(stack, case, onlooker.reviewer, action, what)
        if not onlooker.child_safety:
            raise CaseIsLocked("The case is locked to a restricted group.")
    elif not onlooker.reviews:
        raise NotAllowed("Your group sees locked cases alone.")
    case.check_impartial(onlooker.reviewer)
    if case.opinion_waits and onlooker.reviewer not in case.involved:
        raise NotAllowed(
            "A second opinion of this case waits: until it is given nobody else sees the decision."
        )
    if case.opinion_waits and case.gives_opinion(onlooker.reviewer):
        raise NotAllowed("You give the second opinion; you see the decision when you have.")
    return case


def record_view(stack: Stack, case: Case, reviewer: str, action: str, what: str) -> Case:
    transaction = stack.transaction()
    case = save_case(stack, transaction, case, actor=reviewer, action=action, details={"what": what})
    transaction.commit()
    return replace(case, version=case.version + 1)


def check_may_look(case: Case, reviewer: str, *, senior: bool) -> None:
    """Looking at an image needs a reason: the case is yours to decide, or its appeal waits."""
    if case.state is CaseState.LOCKED:
        raise CaseIsLocked("Suspected child: nobody looks at the image any more.")
    case.check_impartial(reviewer)
    if case.opinion_waits and case.gives_opinion(reviewer):
        return
    claim = case.claim
    if case.undecided and (claim is None or claim.reviewer != reviewer):
        raise NotAllowed("Claim the case first; only whoever works on it looks at its images.")
    if not case.undecided and case.appeal_id is None and not senior:
        raise NotAllowed("The case is decided and no appeal of it waits; a senior reviewer may look.")
