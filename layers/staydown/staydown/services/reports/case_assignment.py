"""The cases that a report is about: each read once, and written once with all that the report says of it.

An upload and a hash of the same report may lead to one case, as may two uploads that look different. So may
the reports of several people: of one upload, of one image, of copies of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from staydown.aws.bank_store import StoredEntry
from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.bank.entry import BankEntry
from staydown.domain.bank.hashes import PdqHash
from staydown.domain.cases.case import MAX_CASE_ENTRIES, MAX_CASE_UPLOADS, Case, CaseOrigin
from staydown.domain.cases.deadlines import removal_deadline
from staydown.domain.cases.deferral import Deferral
from staydown.domain.cases.reports import Report, ReportedHash
from staydown.domain.cases.states import CaseState
from staydown.domain.events import EventType
from staydown.domain.ids import derived_entry_id, new_id
from staydown.domain.uploads.upload import Upload
from staydown.services.bank.supports import report_support, save_entries
from staydown.services.cases.save_case import save_case

REPORTER = "reporter"
_MAX_CANDIDATES = 10
"""Cases of an upload that are looked at for one that takes a report: when the last is full, so are others. Of
those of copies, the nearest."""


class CaseAssignment:
    """Collects the cases of one report, in the order in which it names its pictures.

    aside: while the reports of who sent it are suspended.
    """

    def __init__(self, stack: Stack, transaction: Transaction, deferral: Deferral | None = None) -> None:
        self._deferral = deferral
        self._stack = stack
        self._transaction = transaction
        self._cases: dict[str, Case] = {}
        self._routes: dict[str, str] = {}
        self._audit_details: dict[str, dict[str, list[str]]] = {}
        self._assigned_uploads: list[tuple[Upload, str]] = []

    def assign_uploads(self, uploads: Iterable[Upload]) -> None:
        """Those of one image together: to a case about one of them, or to a new one."""
        for group in _group_by_image(self._stack, uploads):
            case = self._existing_case(group) or self._case_for_image(group)
            for upload in group:
                case = case.with_upload(upload.upload_id)
                self._stack.uploads.save(self._transaction, upload.with_case(case.case_id))
            self._assign(case, "uploads", [upload.upload_id for upload in group])
            self._assigned_uploads += [(upload, case.case_id) for upload in group]

    def assign_hashes(self, report: Report) -> None:
        """An unverified entry for each hash; its matches will be brought to the case."""
        if not report.hashes:
            return
        stack, transaction = self._stack, self._transaction
        hashes = {derived_entry_id("pdq", one.pdq.data): one for one in report.hashes}
        head = stack.bank.get_head()
        stored = stack.bank.get_entries(hashes)
        changed: list[tuple[StoredEntry, BankEntry]] = []
        for entry_id, one in hashes.items():
            new = BankEntry(entry_id, one.pdq, one.quality, sha256=None, phash=None, supports=frozenset())
            known = stored.get(entry_id, StoredEntry(new, 0))
            pointed = self._routed_case_id(entry_id)
            case = self._load_case(pointed) if pointed is not None else None
            if case is None or not case.accepts_reports:
                case = self._case_for_hashed_upload(one) or _new_case(stack)
                self._route_entry(entry_id, case, expected_case_id=pointed)
            case = case.with_entries((entry_id,))
            self._assign(case, "entries", [entry_id])
            entry = known.entry.with_support(report_support(known.entry, case, report.case_number))
            if entry != known.entry:
                changed.append((known, entry))
        save_entries(stack, transaction, head, changed)

    def assign_addresses(self, report: Report) -> None:
        """What is only said to be somewhere else is a case as well: a reviewer reads where."""
        if report.locations and not self._cases:
            self._assign(_new_case(self._stack), "addresses", [])

    def save(self, report: Report) -> tuple[Case, ...]:
        """Write each case with the report in it; the cases as they will be."""
        return tuple(
            self._save_case(case, report, counts_report=place == 0)
            for place, case in enumerate(self._cases.values())
        )

    def _save_case(self, case: Case, report: Report, *, counts_report: bool) -> Case:
        """first: the report is counted with this case, and with no other that it is about."""
        stack = self._stack
        new = case.version == 0
        if not new:  # what it says may change what a reviewer decides
            case = replace(case, revision=case.revision + 1)
        if new or self._deferral is None or case.deferral != self._deferral:
            # Whoever else stands behind the image brings it back.
            case = replace(case, deferral=self._deferral if new else None)
        case = with_deadline_from(stack, replace(case, reports=(*case.reports, report.case_number)), report)
        case = save_case(
            stack,
            self._transaction,
            case,
            actor=REPORTER,
            action="case.opened" if new else "case.reported_again",
            details={
                **self._audit_details[case.case_id],
                "valid": report.valid_at is not None,
                "notice": counts_report,
            },
        )
        if new:
            opened = {"case_id": case.case_id, "origin": case.origin.value}
            stack.outbox.add(self._transaction, EventType.CASE_OPENED, opened, at=stack.now())
        return case

    def _existing_case(self, uploads: list[Upload]) -> Case | None:
        """The latest case about one of them that still takes reports."""
        for upload in uploads:
            for case_id in reversed(upload.cases[-_MAX_CANDIDATES:]):
                case = self._load_case(case_id)
                if case is not None and _has_room(case, uploads) and not _is_excluded(case, uploads):
                    return case
        return None

    def _case_for_image(self, uploads: list[Upload]) -> Case:
        """The case in which others have reported the same image, by another upload or by its hash; else a new
        one, to which others are brought from then on."""
        entry_id = self._entry_id(uploads)
        if entry_id is None:
            return _new_case(self._stack)
        pointed = self._routed_case_id(entry_id)
        case = self._load_case(pointed) if pointed is not None else None
        if case is None or not _has_room(case, uploads):
            case = self._case_for_copy(uploads)
        if case is not None:
            return case
        case = _new_case(self._stack, self._grouping_hash(uploads))
        if entry_id not in self._routes:
            self._route_entry(entry_id, case, expected_case_id=pointed)
        return case

    def _case_for_copy(self, uploads: list[Upload]) -> Case | None:
        """The undecided case of the picture that the first of them is a copy of: as a whole, and as near as
        what is blocked with nobody looking. Two people's pictures in one case would be judged as one."""
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
        """The case of an upload that the same report names, and that the hash is of as well: whoever gives
        both means one picture, and is owed one answer."""
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
        """The case that this image was last brought to, by this report or before it."""
        return self._routes.get(entry_id) or self._stack.cases.case_for_entry(entry_id)

    def _route_entry(self, entry_id: str, case: Case, *, expected_case_id: str | None) -> None:
        """was: what was read when it was seen that a new case is needed."""
        self._stack.cases.route_entry(self._transaction, entry_id, case.case_id, expected=expected_case_id)
        self._routes[entry_id] = case.case_id

    def _entry_id(self, uploads: list[Upload]) -> str | None:
        """Of the entry that the first of them would be; None for what can't be read."""
        image = uploads[0].fingerprint
        if image is None:
            return None
        return BankEntry.of_image(image, self._stack.settings.match_policy.minimum_quality).entry_id

    def _load_case(self, case_id: str) -> Case | None:
        return self._cases.get(case_id) or self._stack.cases.get_case(case_id)

    def _assign(self, case: Case, kind: str, ids: list[str]) -> None:
        self._cases[case.case_id] = case
        self._audit_details.setdefault(case.case_id, {}).setdefault(kind, []).extend(ids)


def with_deadline_from(stack: Stack, case: Case, report: Report) -> Case:
    """The case with the deadline that this report gives it, if it is valid."""
    if report.valid_at is None:
        return case
    deadline = removal_deadline(report.valid_at, stack.settings.removal_period)
    return replace(case, deadline=deadline if case.deadline is None else min(case.deadline, deadline))


def _has_room(case: Case, uploads: Iterable[Upload]) -> bool:
    together = {*case.uploads, *(upload.upload_id for upload in uploads)}
    return case.accepts_reports and len(together) <= MAX_CASE_UPLOADS


def _is_excluded(case: Case, uploads: Iterable[Upload]) -> bool:
    """Whether one of them was found, on appeal or by a reviewer, to be another picture than it is about."""
    about = {*case.entries, case.reference_entry_id}
    return any(about & one.match_exclusions for one in uploads if one.upload_id not in case.uploads)


def _group_by_image(stack: Stack, uploads: Iterable[Upload]) -> list[list[Upload]]:
    """The uploads, those of one image together, as many as a case has room for."""
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


def _new_case(stack: Stack, image: PdqHash | None = None) -> Case:
    now = stack.now()
    return Case(
        new_id(now), CaseState.OPEN, CaseOrigin.REPORT, opened_at=now, deadline=None, grouping_hash=image
    )
