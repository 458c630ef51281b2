"""Assigning the images of a report to cases: each case is read once and saved once.

An upload and a hash of one report may belong to one case, as may two uploads that look different. So may the
reports of several people: of one upload, of one image, of copies of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from staydown.aws.bank_store import StoredEntry
from staydown.aws.stack import Stack
from staydown.domain.audit.case_details import CaseReported
from staydown.domain.bank.entry import BankEntry
from staydown.domain.bank.hashes import PdqHash
from staydown.domain.cases.case import MAX_CASE_ENTRIES, MAX_CASE_UPLOADS, Case, CaseOrigin
from staydown.domain.cases.deferral import Deferral
from staydown.domain.cases.reports import Report, ReportedHash
from staydown.domain.cases.states import CaseState
from staydown.domain.events import CaseOpened
from staydown.domain.ids import derived_entry_id, new_id
from staydown.domain.uploads.upload import Upload
from staydown.services.bank.supports import report_support
from staydown.services.unit_of_work import UnitOfWork

_MAX_CANDIDATES = 10
"""How many cases are tried for a report: the latest of an upload, the nearest of a copy."""


class CaseAssignment:
    """Assigns the images of one report to cases, in the order in which the report names them."""

    def __init__(self, uow: UnitOfWork, deferral: Deferral | None = None) -> None:
        """deferral: of the verified reporter whose reports are suspended."""
        self._uow = uow
        self._stack = uow.stack
        self._deferral = deferral
        self._cases: dict[str, Case] = {}
        self._routes: dict[str, str] = {}
        self._named: dict[str, dict[str, list[str]]] = {}
        self._assigned_uploads: list[tuple[Upload, str]] = []

    def assign_uploads(self, uploads: Iterable[Upload]) -> None:
        """Assign uploads of one image together, to a case about one of them or to a new one."""
        for group in _group_by_image(self._stack, uploads):
            case = self._existing_case(group) or self._case_for_image(group)
            for upload in group:
                case = case.with_upload(upload.upload_id)
                self._uow.cover(upload.with_case(case.case_id), by=case)
            self._assign(case, "uploads", [upload.upload_id for upload in group])
            self._assigned_uploads += [(upload, case.case_id) for upload in group]

    def assign_hashes(self, report: Report) -> None:
        """Bank an unverified entry for each hash; its matches are brought to the case."""
        if not report.hashes:
            return
        hashes = {derived_entry_id("pdq", one.pdq.data): one for one in report.hashes}
        head = self._stack.bank.get_head()
        stored = self._stack.bank.get_entries(hashes)
        changed: list[tuple[StoredEntry, BankEntry]] = []
        for entry_id, one in hashes.items():
            new = BankEntry(entry_id, one.pdq, one.quality, sha256=None, phash=None, supports=frozenset())
            read = stored.get(entry_id, StoredEntry(new, 0))
            routed = self._routed_case_id(entry_id)
            case = self._load_case(routed) if routed is not None else None
            if case is None or not case.accepts_reports:
                case = self._case_for_hashed_upload(one) or self._new_case()
                self._route_entry(entry_id, case, expected_case_id=routed)
            case = case.with_entries((entry_id,))
            self._assign(case, "entries", [entry_id])
            entry = read.entry.with_support(report_support(read.entry, case, report.case_number))
            if entry != read.entry:
                changed.append((read, entry))
        self._uow.bank(changed, by=next(iter(self._cases.values())), head=head)

    def assign_addresses(self, report: Report) -> None:
        """Open a case for a report that names addresses alone: a reviewer reads where the image is."""
        if report.locations and not self._cases:
            self._assign(self._new_case(), "addresses", [])

    def save(self, report: Report) -> tuple[Case, ...]:
        """Save each case with the report in it. Return the cases as they are saved."""
        return tuple(
            self._save_case(case, report, counts_report=index == 0)
            for index, case in enumerate(self._cases.values())
        )

    def _save_case(self, case: Case, report: Report, *, counts_report: bool) -> Case:
        """counts_report: metrics count a report with one of its cases alone."""
        opened = case.version == 0
        if not opened:  # the report may change what a reviewer decides
            case = replace(case, revision=case.revision + 1)
        if opened or self._deferral is None or case.deferral != self._deferral:
            # Any other reporter of the image ends the deferral.
            case = replace(case, deferral=self._deferral if opened else None)
        case = replace(case, reports=(*case.reports, report.case_number))
        case = case.with_deadline_from(report.valid_at, self._stack.settings.removal_period)
        named = {kind: tuple(ids) for kind, ids in self._named[case.case_id].items()}
        details = CaseReported(opened, report.valid_at is not None, counts_report, **named)
        events = [CaseOpened(case.case_id, case.origin)] if opened else []
        return self._uow.record(case, details, *events)

    def _existing_case(self, uploads: list[Upload]) -> Case | None:
        """Return the latest case about one of the uploads that still accepts reports."""
        for upload in uploads:
            for case_id in reversed(upload.cases[-_MAX_CANDIDATES:]):
                case = self._load_case(case_id)
                if case is not None and _has_room(case, uploads) and not _is_excluded(case, uploads):
                    return case
        return None

    def _case_for_image(self, uploads: list[Upload]) -> Case:
        """Return the case in which others reported the same image, by another upload or by its hash.

        Otherwise return a new case, to which further reports of the image are routed.
        """
        entry_id = self._entry_id(uploads)
        if entry_id is None:
            return self._new_case()
        pointed = self._routed_case_id(entry_id)
        case = self._load_case(pointed) if pointed is not None else None
        if case is None or not _has_room(case, uploads):
            case = self._case_for_copy(uploads)
        if case is not None:
            return case
        case = self._new_case(self._grouping_hash(uploads))
        if entry_id not in self._routes:
            self._route_entry(entry_id, case, expected_case_id=pointed)
        return case

    def _case_for_copy(self, uploads: list[Upload]) -> Case | None:
        """Return the undecided case of the image that the first upload is a copy of.

        The whole images must be as near as a match that is blocked without human review: images of two people
        in one case would be decided as one.
        """
        image, mine = uploads[0].fingerprint, self._grouping_hash(uploads)
        if image is None or mine is None:
            return None
        most = self._stack.settings.match_policy.block_distance
        near = sorted(
            (distance, case_id)
            for case_id, known in self._stack.cases.list_undecided_image_hashes()
            if (distance := image.whole_image_distance(known)) <= most
        )
        for _, case_id in near[:_MAX_CANDIDATES]:
            case = self._load_case(case_id)
            if case is not None and _has_room(case, uploads) and not _is_excluded(case, uploads):
                return case
        return None

    def _case_for_hashed_upload(self, hashed: ReportedHash) -> Case | None:
        """Return the case of an upload in this report that shows the hashed image: one image, one answer."""
        policy = self._stack.settings.match_policy
        for upload, case_id in self._assigned_uploads:
            case, image = self._cases[case_id], upload.fingerprint
            if (
                image is not None
                and hashed.quality >= policy.minimum_quality
                and image.grouping_hash(minimum_quality=policy.minimum_quality) is not None
                and image.whole_image_distance(hashed.pdq) <= policy.block_distance
                and len(case.entries) < MAX_CASE_ENTRIES
            ):
                return case
        return None

    def _grouping_hash(self, uploads: list[Upload]) -> PdqHash | None:
        image, policy = uploads[0].fingerprint, self._stack.settings.match_policy
        return image.grouping_hash(minimum_quality=policy.minimum_quality) if image is not None else None

    def _routed_case_id(self, entry_id: str) -> str | None:
        """Return the case to which this image was last routed, by this report or before."""
        return self._routes.get(entry_id) or self._stack.cases.case_for_entry(entry_id)

    def _route_entry(self, entry_id: str, case: Case, *, expected_case_id: str | None) -> None:
        """expected_case_id: the route as it was read."""
        self._stack.cases.route_entry(
            self._uow.transaction, entry_id, case.case_id, expected=expected_case_id
        )
        self._routes[entry_id] = case.case_id

    def _entry_id(self, uploads: list[Upload]) -> str | None:
        """Return the id that the entry of the first upload has or would have; None without a fingerprint."""
        image = uploads[0].fingerprint
        if image is None:
            return None
        return BankEntry.of_image(image, self._stack.settings.match_policy.minimum_quality).entry_id

    def _load_case(self, case_id: str) -> Case | None:
        return self._cases.get(case_id) or self._stack.cases.get_case(case_id)

    def _new_case(self, grouping_hash: PdqHash | None = None) -> Case:
        now = self._uow.now
        return Case(
            new_id(now),
            CaseState.OPEN,
            CaseOrigin.REPORT,
            opened_at=now,
            deadline=None,
            grouping_hash=grouping_hash,
        )

    def _assign(self, case: Case, kind: str, ids: list[str]) -> None:
        self._cases[case.case_id] = case
        self._named.setdefault(case.case_id, {}).setdefault(kind, []).extend(ids)


def _has_room(case: Case, uploads: Iterable[Upload]) -> bool:
    together = {*case.uploads, *(upload.upload_id for upload in uploads)}
    return case.accepts_reports and len(together) <= MAX_CASE_UPLOADS


def _is_excluded(case: Case, uploads: Iterable[Upload]) -> bool:
    """Return whether one of the uploads was found to show another image than the case is about."""
    about = {*case.entries, case.reference_entry_id}
    return any(about & one.match_exclusions for one in uploads if one.upload_id not in case.uploads)


def _group_by_image(stack: Stack, uploads: Iterable[Upload]) -> list[list[Upload]]:
    """Return the uploads grouped by image, as many in a group as a case has room for."""
    policy = stack.settings.match_policy
    groups: list[list[Upload]] = []
    for upload in uploads:
        for group in groups:
            first, mine = group[0].fingerprint, upload.fingerprint
            if (
                len(group) < MAX_CASE_UPLOADS
                and not any(_are_excluded(stack, one, upload) for one in group)
                and first is not None
                and mine is not None
                and mine.shows_same_image(
                    first, distance=policy.block_distance, minimum_quality=policy.minimum_quality
                )
            ):
                group.append(upload)
                break
        else:
            groups.append([upload])
    return groups


def _are_excluded(stack: Stack, one: Upload, other: Upload) -> bool:
    if other.fingerprint is None:
        return False
    least = stack.settings.match_policy.minimum_quality
    return BankEntry.of_image(other.fingerprint, least).entry_id in one.match_exclusions
