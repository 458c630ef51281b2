"""What a match does to an upload: it is blocked without human review, or held and brought to reviewers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from staydown.aws.stack import Stack
from staydown.domain.audit.case_details import CaseMatched
from staydown.domain.audit.details import MatchDetails
from staydown.domain.audit.upload_details import UploadMatched
from staydown.domain.bank.match import Match
from staydown.domain.bank.verdicts import Verdict
from staydown.domain.cases.case import MAX_CASE_UPLOADS, Case, CaseOrigin
from staydown.domain.cases.deadlines import removal_deadline
from staydown.domain.cases.states import CaseState
from staydown.domain.events import CaseOpened, UploadStateChanged
from staydown.domain.ids import new_id
from staydown.domain.uploads.stops import match_stop, review_stop
from staydown.domain.uploads.upload import Upload, UploadState
from staydown.services.unit_of_work import UnitOfWork

MAX_RECORDED_MATCHES = 10
"""The nearest matches are recorded; one is enough to stop an upload."""


def apply_match(stack: Stack, upload: Upload, verdict: Verdict, matches: tuple[Match, ...]) -> None:
    """Carry out `block` or `review` on an upload as it was read. Raise ConcurrentChange if it changed."""
    upload = replace(upload, matches=matches[:MAX_RECORDED_MATCHES])
    uow = UnitOfWork(stack)
    if verdict is Verdict.BLOCK:
        _block(uow, upload)
    else:
        _queue_for_review(uow, upload)
    uow.commit()


@dataclass(frozen=True, slots=True)
class CandidateCases:
    """The cases that an upload may be added to for what it matches."""

    cases: tuple[Case, ...]
    """Undecided cases with room for it, the case of the nearest match first. It joins all of them: each claim
    on an image is decided by its own deadline."""
    nearest_case_id: str | None
    """The case to which the nearest entry is routed, decided or not."""


def candidate_cases(stack: Stack, upload: Upload, matches: Sequence[Match]) -> CandidateCases:
    """Return the cases of the entries that the upload matches."""
    routed = [stack.cases.case_for_entry(match.entry_id) for match in matches[:MAX_RECORDED_MATCHES]]
    found = (stack.cases.get_case(case_id) for case_id in dict.fromkeys(routed) if case_id is not None)
    cases = tuple(
        case
        for case in found
        if case is not None
        and case.undecided
        and (upload.upload_id in case.uploads or len(case.uploads) < MAX_CASE_UPLOADS)
        and case.reference_entry_id not in upload.match_exclusions  # a reviewer took it out of that case
    )
    return CandidateCases(cases, routed[0])


def _block(uow: UnitOfWork, upload: Upload) -> None:
    stopped = upload.with_stops([match_stop(match.entry_id) for match in upload.matches], now=uow.now)
    details = UploadMatched(stopped.state, MatchDetails.of(upload.matches))
    uow.record(stopped, details, UploadStateChanged.of(stopped))
    _link_entries(uow, upload)


def _queue_for_review(uow: UnitOfWork, upload: Upload) -> None:
    """Add the upload to its cases, and hold it unless it is public: hiding that is for a person to decide."""
    matches = upload.matches
    candidates = candidate_cases(uow.stack, upload, matches)
    cases = candidates.cases or (
        _new_case(uow, matches[0].entry_id, expected_case_id=candidates.nearest_case_id),
    )
    for index, case in enumerate(cases):
        _add_to_case(uow, case, upload, matches if index == 0 else ())
        upload = upload.with_case(case.case_id)
    _link_entries(uow, upload)
    if upload.state is UploadState.PUBLISHED:
        uow.cover(upload, by=cases[0])
        return
    # Only the nearest case holds it: a reviewer who dismisses that one has seen the image.
    held = upload.with_stops([review_stop(cases[0].case_id)], now=uow.now)
    uow.cover(held, UploadStateChanged.of(held), by=cases[0])


def _add_to_case(uow: UnitOfWork, case: Case, upload: Upload, matches: Sequence[Match]) -> None:
    """Add an upload to a case, and start the deadline of a case that has none: no upload is held without one.

    matches: recorded with one of the upload's cases, so that they are counted once.
    """
    deadline = case.deadline or removal_deadline(uow.now, uow.stack.settings.removal_period)
    joined = replace(case, deadline=deadline).with_upload(upload.upload_id)
    if upload.state is not UploadState.PUBLISHED:
        joined = replace(joined, deferral=None)  # an account holder waits for it
    joined = joined.with_entries(tuple(match.entry_id for match in matches))
    opened = case.version == 0
    events = [CaseOpened(case.case_id, case.origin)] if opened else []
    uow.record(joined, CaseMatched(opened, upload.upload_id, matches=MatchDetails.of(matches)), *events)


def _new_case(uow: UnitOfWork, entry_id: str, *, expected_case_id: str | None) -> Case:
    """Return a new case to which further matches of this entry are routed."""
    case = Case(new_id(uow.now), CaseState.OPEN, CaseOrigin.MATCH, opened_at=uow.now, deadline=None)
    uow.stack.cases.route_entry(uow.transaction, entry_id, case.case_id, expected=expected_case_id)
    return case


def _link_entries(uow: UnitOfWork, upload: Upload) -> None:
    for match in upload.matches:
        uow.stack.uploads.link_entry(uow.transaction, upload.upload_id, match.entry_id)
