"""A reviewer sees two pictures in one case, and takes one of them out, to be judged by itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.bank.entry import BankEntry, Support, SupportSource
from staydown.domain.bank.hashes import PdqHash
from staydown.domain.cases.case import Case, CaseOrigin
from staydown.domain.cases.reports import Report
from staydown.domain.cases.states import CaseState
from staydown.domain.errors import Conflict, InvalidRequest
from staydown.domain.events import EventType
from staydown.domain.ids import derived_entry_id, new_id
from staydown.domain.uploads.upload import Upload
from staydown.services.bank.supports import save_entries
from staydown.services.cases.save_case import save_case
from staydown.services.reports.case_assignment import with_deadline_from
from staydown.services.retries import retry_on_conflict
from staydown.services.review.review_queue import get_case, require_may_act


@dataclass(frozen=True, slots=True)
class SplitResult:
    """case: with what stays in it. other: with what was taken out of it."""

    remaining_case: Case
    new_case: Case


@retry_on_conflict
def split_case(
    stack: Stack, *, case_id: str, reviewer: str, upload_ids: Collection[str], expected_revision: int | None
) -> SplitResult:
    """Put these uploads of an undecided case into a new one, with who reported them; told twice, it is one.

    The two are told apart: neither joins the other's case again, nor is stopped by what the other is judged.
    Whoever takes them apart has claimed both. InvalidRequest for an upload that is not of the case, and when
    none would be left; Conflict where the two have one hash, or nobody could say which of them is claimed.
    """
    case = get_case(stack, case_id)
    before = _find_earlier_split(stack, case, reviewer, upload_ids)
    if before is not None:
        return SplitResult(case, before)
    case.require_undecided()
    require_may_act(stack, case, reviewer, expected_revision)
    if case.claim is None or case.claim.reviewer != reviewer:
        raise Conflict("Claim the case first; only whoever works on it takes pictures out of it.")
    _check_selection(case, upload_ids)
    transaction = stack.transaction()
    separated = _Split(stack, case, upload_ids).save(transaction, reviewer)
    transaction.commit()
    return separated


def _find_earlier_split(stack: Stack, case: Case, reviewer: str, upload_ids: Collection[str]) -> Case | None:
    """The case that this reviewer has made of just these, when it is as it was made or has grown."""
    if not upload_ids or set(upload_ids) & set(case.uploads):
        return None
    uploads = stack.uploads.get_many(upload_ids)
    together = set.intersection(*(set(one.cases) for one in uploads)) if uploads else set()
    for other in stack.cases.get_cases(together):
        mine = other.split_from == case.case_id and reviewer in other.participants
        if mine and set(upload_ids) <= set(other.uploads):
            return other
    return None


def _check_selection(case: Case, upload_ids: Collection[str]) -> None:
    strangers = {
        f"/upload_ids/{i}": "not an upload of this case"
        for i, one in enumerate(upload_ids)
        if one not in case.uploads
    }
    if strangers:
        raise InvalidRequest("These are not all of this case; see errors.", pointers=strangers)
    if not set(case.uploads) - set(upload_ids):
        raise InvalidRequest(
            "One picture at least has to stay in the case.", pointers={"/upload_ids": "name fewer"}
        )


class _Split:
    """Who and what goes where. All of it is one transaction, of 96 writes at most: 50 reports, 10 uploads and
    their events, 19 pointers, the two cases."""

    def __init__(self, stack: Stack, case: Case, upload_ids: Collection[str]) -> None:
        self._stack = stack
        self._case = case
        uploads = {one.upload_id: one for one in stack.uploads.get_many(case.uploads)}
        there = [uploads[one] for one in case.uploads if one in uploads]
        self._moved = [one for one in there if one.upload_id in upload_ids]
        self._remaining = [one for one in there if one.upload_id not in upload_ids]
        self._moved_pictures = self._entry_ids(self._moved)
        self._remaining_pictures = self._entry_ids(self._remaining)
        if self._moved_pictures & self._remaining_pictures:
            raise Conflict("Two of these have one and the same hash; nothing could keep them apart.")
        met, met_here = _matched_entry_ids(self._moved), _matched_entry_ids(self._remaining)
        # A claim by hash alone: nobody can say which of two that met it is meant, so both are about it.
        gone = self._moved_pictures | (met - met_here - self._remaining_pictures)
        self._moved_entries = tuple(one for one in case.entries if one in gone)
        self._remaining_entries = tuple(one for one in case.entries if one not in gone)
        self._new_case_entries = tuple(
            one for one in case.entries if one in (met | self._moved_pictures) - self._remaining_pictures
        )
        self._image = self._grouping_hash(self._remaining)
        if self._image is None and set(self._new_case_entries) & set(self._remaining_entries):
            raise Conflict("What would stay is too plain, or moves: nothing could keep the two apart.")

    def save(self, transaction: Transaction, reviewer: str) -> SplitResult:
        stack, case = self._stack, self._case
        going, staying = self._partition_reports()
        other = self._build_new_case(going)
        for report in going:
            ids = (other.case_id,) if report not in staying else (case.case_id, other.case_id)
            at = report.case_ids.index(case.case_id)
            case_ids = (*report.case_ids[:at], *ids, *report.case_ids[at + 1 :])
            stack.cases.save_report(transaction, replace(report, case_ids=case_ids))
        self._move_uploads(transaction, other)
        self._move_routes(transaction, other)
        self._move_shared_support(transaction, other)
        left = replace(
            case,
            grouping_hash=self._image,
            uploads=tuple(one for one in case.uploads if one not in other.uploads),
            entries=self._remaining_entries,
            reports=tuple(one.case_number for one in staying),
            hidden_uploads=tuple(one for one in case.hidden_uploads if one not in other.uploads),
            revision=case.revision + 1,
        )
        moved = list(other.uploads)
        told = {"into": other.case_id, "uploads": moved}
        left = save_case(stack, transaction, left, actor=reviewer, action="case.separated", details=told)
        details = {"separated_from": case.case_id, "uploads": moved, **_validity_details(going)}
        other = save_case(stack, transaction, other, actor=reviewer, action="case.opened", details=details)
        opened = {"case_id": other.case_id, "origin": other.origin.value}
        stack.outbox.add(transaction, EventType.CASE_OPENED, opened, at=stack.now())
        return SplitResult(left, other)

    def _partition_reports(self) -> tuple[list[Report], list[Report]]:
        """Those that go, and those that stay; some do both. A case that came by a report keeps one that
        somebody stands for."""
        reports = self._stack.cases.get_reports(self._case.reports)
        moved, here = _upload_ids(self._moved), _upload_ids(self._remaining)
        going = [one for one in reports if _refers_to(one, moved, self._new_case_entries)]
        staying = [
            one for one in reports if one not in going or _refers_to(one, here, self._remaining_entries)
        ]
        reported = self._case.origin is CaseOrigin.REPORT
        return going, reports if reported and not _any_active(staying) else staying

    def _build_new_case(self, moved_reports: list[Report]) -> Case:
        """Claimed by who has the first one, held as that is. A clock that runs goes on in both."""
        case, now = self._case, self._stack.now()
        uploads = tuple(one.upload_id for one in self._moved)
        other = Case(
            new_id(now),
            CaseState.OPEN,
            CaseOrigin.REPORT if _any_active(moved_reports) else CaseOrigin.MATCH,
            opened_at=now,
            deadline=None,
            grouping_hash=self._grouping_hash(self._moved),
            uploads=uploads,
            entries=self._new_case_entries,
            reports=tuple(one.case_number for one in moved_reports),
            participants=case.participants,
            recused=case.recused,
            claim=case.claim,
            hidden_uploads=tuple(one for one in case.hidden_uploads if one in uploads),
            legal_hold=case.legal_hold,
            split_from=case.case_id,
        )
        for report in moved_reports:
            other = with_deadline_from(self._stack, other, report)
        return replace(other, deadline=other.deadline or case.deadline)

    def _move_uploads(self, transaction: Transaction, new_case: Case) -> None:
        stack, of, to = self._stack, self._case.case_id, new_case.case_id
        told = [
            one.reassigned(from_case=of, to_case=to).with_match_exclusions(
                _exclusions(one, self._remaining_pictures)
            )
            for one in self._moved
        ]
        told += [one.with_match_exclusions(_exclusions(one, self._moved_pictures)) for one in self._remaining]
        for upload in told:
            stack.uploads.save(transaction, upload)
            if upload.review_causes:  # it may be held for what it is told apart from
                reviewed = {"upload_id": upload.upload_id}
                stack.outbox.add(transaction, EventType.UPLOAD_REVIEWED, reviewed, at=stack.now())

    def _move_routes(self, transaction: Transaction, new_case: Case) -> None:
        """What is brought to the first case as one of these pictures goes where the picture is."""
        cases, of = self._stack.cases, self._case.case_id
        for entry_id in sorted(self._moved_pictures.union(self._moved_entries)):
            if cases.case_for_entry(entry_id) == of:
                cases.route_entry(transaction, entry_id, new_case.case_id, expected=of)

    def _move_shared_support(self, transaction: Transaction, new_case: Case) -> None:
        """The one claim of a case for all its further reports (see `claim_on`)."""
        was, now = (Support(SupportSource.REPORT, one.case_id) for one in (self._case, new_case))
        head = self._stack.bank.get_head()
        stored = self._stack.bank.get_entries(self._moved_entries).values()
        claimed = [(one, one.entry) for one in stored if was in one.entry.supports]
        changed = [(one, replace(entry, supports=entry.supports - {was} | {now})) for one, entry in claimed]
        save_entries(self._stack, transaction, head, changed)

    def _entry_ids(self, uploads: Iterable[Upload]) -> frozenset[str]:
        """Ids of the entries that they would be."""
        least = self._stack.settings.match_policy.minimum_quality
        images = (one.fingerprint for one in uploads)
        return frozenset(BankEntry.of_image(one, least).entry_id for one in images if one is not None)

    def _grouping_hash(self, uploads: Iterable[Upload]) -> PdqHash | None:
        """The first of them that copies can be told by."""
        least = self._stack.settings.match_policy.minimum_quality
        images = (one.fingerprint for one in uploads)
        known = (one.grouping_hash(minimum_quality=least) for one in images if one is not None)
        return next((one for one in known if one is not None), None)


def _exclusions(upload: Upload, pictures: frozenset[str]) -> frozenset[str]:
    """What it is told apart from. What stops it already was judged; that is for an appeal."""
    return pictures.difference(upload.blocking_entries)


def _upload_ids(uploads: Iterable[Upload]) -> frozenset[str]:
    return frozenset(one.upload_id for one in uploads)


def _matched_entry_ids(uploads: Iterable[Upload]) -> frozenset[str]:
    return frozenset(match.entry_id for upload in uploads for match in upload.matches)


def _refers_to(report: Report, uploads: Collection[str], entries: Collection[str]) -> bool:
    claimed = {derived_entry_id("pdq", one.pdq.data) for one in report.hashes}
    return bool(set(report.uploads) & set(uploads) or claimed & set(entries))


def _any_active(reports: Iterable[Report]) -> bool:
    return any(one.withdrawn_at is None for one in reports)


def _validity_details(reports: Iterable[Report]) -> dict[str, object]:
    """For the figures: since when it is to be decided. It was counted as a report when it came."""
    since = min((one.valid_at for one in reports if one.valid_at is not None), default=None)
    times = {} if since is None else {"valid_since": since.isoformat()}
    return {"valid": since is not None, "notice": False, **times}
