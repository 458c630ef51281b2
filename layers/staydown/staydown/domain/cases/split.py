"""Splitting a case with two different images: which uploads, reports and entries each case gets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from staydown.domain.bank.entry import BankEntry
from staydown.domain.bank.hashes import PdqHash
from staydown.domain.cases.case import Case, CaseOrigin
from staydown.domain.cases.reports import Report
from staydown.domain.cases.states import CaseState
from staydown.domain.errors import Conflict
from staydown.domain.ids import derived_entry_id
from staydown.domain.uploads.upload import Upload


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """Everything that a split changes."""

    remaining_case: Case
    """The old case after the split."""
    new_case: Case
    """The case with the moved uploads."""
    reports: tuple[Report, ...]
    """The reports that the new case has, each with its cases after the split."""
    uploads: tuple[Upload, ...]
    """All uploads of both cases, each with its case and its match exclusions after the split."""
    routed_entries: frozenset[str]
    """Entries whose further matches go to the new case, if they went to the old one."""
    moved_entries: tuple[str, ...]
    """Entries that leave the old case; a support that its reports share becomes one of the new case."""

    @property
    def valid_since(self) -> datetime | None:
        """When the first valid report of the new case became valid."""
        return min((one.valid_at for one in self.reports if one.valid_at is not None), default=None)


def plan_split(
    case: Case,
    uploads: Sequence[Upload],
    reports: Sequence[Report],
    *,
    moved_ids: Collection[str],
    new_case_id: str,
    now: datetime,
    time_limit: timedelta,
    minimum_quality: int,
) -> SplitPlan:
    """Plan a new case with these uploads of an undecided case.

    From then on, neither image joins the other's case or is stopped by its decision.

    uploads, reports: all those of the case. time_limit: for the removal. minimum_quality: 0 to 100; a hash
    of lower quality is not trusted.
    Raise Conflict if both images have the same hash, or the remaining image has no grouping hash.
    """
    moved = [one for one in uploads if one.upload_id in moved_ids]
    remaining = [one for one in uploads if one.upload_id not in moved_ids]
    moved_images = _entry_ids(moved, minimum_quality)
    remaining_images = _entry_ids(remaining, minimum_quality)
    if moved_images & remaining_images:
        raise Conflict("Some of these images have the same hash. The case cannot be split between them.")
    # An entry that images of both cases matched belongs to both: either image can be the one.
    matched_by_both = _matched_entry_ids(remaining) | remaining_images
    leaving = moved_images | (_matched_entry_ids(moved) - matched_by_both)
    about_moved = (_matched_entry_ids(moved) | moved_images) - remaining_images
    remaining_entries = tuple(one for one in case.entries if one not in leaving)
    new_entries = tuple(one for one in case.entries if one in about_moved)
    grouping_hash = _grouping_hash(remaining, minimum_quality)
    if grouping_hash is None and set(new_entries) & set(remaining_entries):
        raise Conflict(
            "The remaining image has no usable hash because it has too little detail or is animated. "
            "The case cannot be split."
        )
    moved_reports = [one for one in reports if _refers_to(one, moved, new_entries)]
    staying = [
        one for one in reports if one not in moved_reports or _refers_to(one, remaining, remaining_entries)
    ]
    if case.origin is CaseOrigin.REPORT and not _any_active(staying):
        staying = list(reports)
    new_case = _new_case(case, moved, moved_reports, new_entries, new_case_id, now)
    new_case = replace(new_case, grouping_hash=_grouping_hash(moved, minimum_quality))
    for report in moved_reports:
        new_case = new_case.with_deadline_from(report.valid_at, time_limit)
    moved_entries = tuple(one for one in case.entries if one in leaving)
    return SplitPlan(
        remaining_case=replace(
            case,
            grouping_hash=grouping_hash,
            uploads=tuple(one for one in case.uploads if one not in new_case.uploads),
            entries=remaining_entries,
            reports=tuple(one.case_number for one in staying),
            hidden_uploads=tuple(one for one in case.hidden_uploads if one not in new_case.uploads),
            revision=case.revision + 1,
        ),
        new_case=replace(new_case, deadline=new_case.deadline or case.deadline),
        reports=tuple(_reassigned(one, case, new_case, stays=one in staying) for one in moved_reports),
        uploads=(
            *(
                _exclude_other_image(one, remaining_images).reassigned(
                    from_case=case.case_id, to_case=new_case_id
                )
                for one in moved
            ),
            *(_exclude_other_image(one, moved_images) for one in remaining),
        ),
        routed_entries=moved_images.union(moved_entries),
        moved_entries=moved_entries,
    )


def _new_case(
    case: Case,
    moved: Sequence[Upload],
    moved_reports: Sequence[Report],
    entries: tuple[str, ...],
    new_case_id: str,
    now: datetime,
) -> Case:
    """Return the new case, with the claim, the participants and the legal hold of the old one."""
    uploads = tuple(one.upload_id for one in moved)
    return Case(
        new_case_id,
        CaseState.OPEN,
        CaseOrigin.REPORT if _any_active(moved_reports) else CaseOrigin.MATCH,
        opened_at=now,
        deadline=None,
        uploads=uploads,
        entries=entries,
        reports=tuple(one.case_number for one in moved_reports),
        participants=case.participants,
        recused=case.recused,
        claim=case.claim,
        hidden_uploads=tuple(one for one in case.hidden_uploads if one in uploads),
        legal_hold=case.legal_hold,
        split_from=case.case_id,
    )


def _reassigned(report: Report, case: Case, new_case: Case, *, stays: bool) -> Report:
    """Return the report with the new case beside the old one, or in its place."""
    at = report.case_ids.index(case.case_id)
    ids = (case.case_id, new_case.case_id) if stays else (new_case.case_id,)
    return replace(report, case_ids=(*report.case_ids[:at], *ids, *report.case_ids[at + 1 :]))


def _exclude_other_image(upload: Upload, images: frozenset[str]) -> Upload:
    """Exclude the other image from its matches, except a match that stops it: that needs an appeal."""
    return upload.with_match_exclusions(images.difference(upload.blocking_entries))


def _entry_ids(uploads: Iterable[Upload], minimum_quality: int) -> frozenset[str]:
    """Return the ids that the entries of these images have or would have."""
    images = (one.fingerprint for one in uploads)
    return frozenset(BankEntry.of_image(one, minimum_quality).entry_id for one in images if one is not None)


def _grouping_hash(uploads: Iterable[Upload], minimum_quality: int) -> PdqHash | None:
    """Return the first hash by which reports of copies are grouped."""
    images = (one.fingerprint for one in uploads)
    hashes = (one.grouping_hash(minimum_quality=minimum_quality) for one in images if one is not None)
    return next((one for one in hashes if one is not None), None)


def _matched_entry_ids(uploads: Iterable[Upload]) -> frozenset[str]:
    return frozenset(match.entry_id for upload in uploads for match in upload.matches)


def _refers_to(report: Report, uploads: Iterable[Upload], entries: Collection[str]) -> bool:
    named = {upload.upload_id for upload in uploads}
    reported = {derived_entry_id("pdq", one.pdq.data) for one in report.hashes}
    return bool(named & set(report.uploads) or reported & set(entries))


def _any_active(reports: Iterable[Report]) -> bool:
    return any(one.withdrawn_at is None for one in reports)
