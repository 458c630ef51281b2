"""The cases that a report is about: each read once, and written once with all that the report says of it.

An upload and a hash of the same report may lead to one case, as may two uploads that look different. So may
the reports of several people: of one upload, of one image, of copies of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from staydown.aws.bank_store import Stored
from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.bank import Entry
from staydown.domain.case_states import CaseState
from staydown.domain.cases import MAX_ENTRIES, MAX_UPLOADS, Case, Origin
from staydown.domain.deadlines import removal_deadline
from staydown.domain.events import EventType
from staydown.domain.hashes import PdqHash
from staydown.domain.ids import derived_entry_id, new_id
from staydown.domain.misuse import SetAside
from staydown.domain.reports import Report, ReportedHash
from staydown.domain.uploads import Upload
from staydown.services.bank.change_bank import change_entries, claim_on
from staydown.services.cases.save_case import save_case

REPORTER = "reporter"
_LATEST = 10
"""Cases of an upload that are looked at for one that takes a report: when the last is full, so are others. Of
those of copies, the nearest."""


class ReportedCases:
    """Collects the cases of one report, in the order in which it names its pictures.

    aside: while the reports of who sent it are suspended.
    """

    def __init__(self, stack: Stack, transaction: Transaction, aside: SetAside | None = None) -> None:
        self._aside = aside
        self._stack = stack
        self._transaction = transaction
        self._cases: dict[str, Case] = {}
        self._pointed: dict[str, str] = {}
        self._named: dict[str, dict[str, list[str]]] = {}
        self._uploads: list[tuple[Upload, str]] = []

    def about_uploads(self, uploads: Iterable[Upload]) -> None:
        """Those of one image together: to a case about one of them, or to a new one."""
        for group in _images(self._stack, uploads):
            case = self._present_case(group) or self._case_of_the_image(group)
            for upload in group:
                case = case.with_upload(upload.upload_id)
                self._stack.uploads.save(self._transaction, upload.concerning(case.case_id))
            self._concern(case, "uploads", [upload.upload_id for upload in group])
            self._uploads += [(upload, case.case_id) for upload in group]

    def about_hashes(self, report: Report) -> None:
        """An unverified entry for each hash; its matches will be brought to the case."""
        if not report.hashes:
            return
        stack, transaction = self._stack, self._transaction
        hashes = {derived_entry_id("pdq", one.pdq.data): one for one in report.hashes}
        head = stack.bank.head()
        stored = stack.bank.entries(hashes)
        changed: list[tuple[Stored, Entry]] = []
        for entry_id, one in hashes.items():
            new = Entry(entry_id, one.pdq, one.quality, sha256=None, phash=None, supports=frozenset())
            known = stored.get(entry_id, Stored(new, 0))
            pointed = self._about(entry_id)
            case = self._case(pointed) if pointed is not None else None
            if case is None or not case.takes_reports:
                case = self._case_of_own_upload(one) or _new_case(stack)
                self._point(entry_id, case, was=pointed)
            case = case.about((entry_id,))
            self._concern(case, "entries", [entry_id])
            entry = known.entry.resting_on(claim_on(known.entry, case, report.case_number))
            if entry != known.entry:
                changed.append((known, entry))
        change_entries(stack, transaction, head, changed)

    def about_addresses(self, report: Report) -> None:
        """What is only said to be somewhere else is a case as well: a reviewer reads where."""
        if report.addresses and not self._cases:
            self._concern(_new_case(self._stack), "addresses", [])

    def join(self, report: Report) -> tuple[Case, ...]:
        """Write each case with the report in it; the cases as they will be."""
        return tuple(
            self._joined(case, report, first=place == 0) for place, case in enumerate(self._cases.values())
        )

    def _joined(self, case: Case, report: Report, *, first: bool) -> Case:
        """first: the report is counted with this case, and with no other that it is about."""
        stack = self._stack
        new = case.version == 0
        if not new:  # what it says may change what a reviewer decides
            case = replace(case, revision=case.revision + 1)
        if new or self._aside is None or case.set_aside != self._aside:
            # Whoever else stands behind the image brings it back.
            case = replace(case, set_aside=self._aside if new else None)
        case = with_valid_report(stack, replace(case, reports=(*case.reports, report.case_number)), report)
        case = save_case(
            stack,
            self._transaction,
            case,
            actor=REPORTER,
            action="case.opened" if new else "case.reported_again",
            details={
                **self._named[case.case_id],
                "valid": report.valid_at is not None,
                "notice": first,
            },
        )
        if new:
            opened = {"case_id": case.case_id, "origin": case.origin.value}
            stack.outbox.add(self._transaction, EventType.CASE_OPENED, opened, at=stack.now())
        return case

    def _present_case(self, uploads: list[Upload]) -> Case | None:
        """The latest case about one of them that still takes reports."""
        for upload in uploads:
            for case_id in reversed(upload.cases[-_LATEST:]):
                case = self._case(case_id)
                if case is not None and _has_room(case, uploads) and not _is_told_apart(case, uploads):
                    return case
        return None

    def _case_of_the_image(self, uploads: list[Upload]) -> Case:
        """The case in which others have reported the same image, by another upload or by its hash; else a new
        one, to which others are brought from then on."""
        entry_id = self._entry_id(uploads)
        if entry_id is None:
            return _new_case(self._stack)
        pointed = self._about(entry_id)
        case = self._case(pointed) if pointed is not None else None
        if case is None or not _has_room(case, uploads):
            case = self._case_of_a_copy(uploads)
        if case is not None:
            return case
        case = _new_case(self._stack, self._known_by(uploads))
        if entry_id not in self._pointed:
            self._point(entry_id, case, was=pointed)
        return case

    def _case_of_a_copy(self, uploads: list[Upload]) -> Case | None:
        """The undecided case of the picture that the first of them is a copy of: as a whole, and as near as
        what is blocked with nobody looking. Two people's pictures in one case would be judged as one."""
        image, mine = uploads[0].fingerprint, self._known_by(uploads)
        if image is None or mine is None:
            return None
        most = self._stack.settings.policy.block_distance
        near = sorted(
            (distance, case_id)
            for case_id, known in self._stack.cases.undecided_images()
            if (distance := image.distance_whole(known)) <= most
        )
        for _, case_id in near[:_LATEST]:
            case = self._case(case_id)
            if case is not None and _has_room(case, uploads) and not _is_told_apart(case, uploads):
                return case
        return None

    def _case_of_own_upload(self, hashed: ReportedHash) -> Case | None:
        """The case of an upload that the same report names, and that the hash is of as well: whoever gives
        both means one picture, and is owed one answer."""
        policy = self._stack.settings.policy
        for upload, case_id in self._uploads:
            case, image = self._cases[case_id], upload.fingerprint
            if (
                image is not None
                and hashed.quality >= policy.minimum_quality
                and image.known_by(minimum_quality=policy.minimum_quality) is not None
                and image.distance_whole(hashed.pdq) <= policy.block_distance
                and len(case.entries) < MAX_ENTRIES
            ):
                return case
        return None

    def _known_by(self, uploads: list[Upload]) -> PdqHash | None:
        image, policy = uploads[0].fingerprint, self._stack.settings.policy
        return image.known_by(minimum_quality=policy.minimum_quality) if image is not None else None

    def _about(self, entry_id: str) -> str | None:
        """The case that this image was last brought to, by this report or before it."""
        return self._pointed.get(entry_id) or self._stack.cases.case_about(entry_id)

    def _point(self, entry_id: str, case: Case, *, was: str | None) -> None:
        """was: what was read when it was seen that a new case is needed."""
        self._stack.cases.point_to_case(self._transaction, entry_id, case.case_id, was=was)
        self._pointed[entry_id] = case.case_id

    def _entry_id(self, uploads: list[Upload]) -> str | None:
        """Of the entry that the first of them would be; None for what can't be read."""
        image = uploads[0].fingerprint
        if image is None:
            return None
        return Entry.of_image(image, self._stack.settings.policy.minimum_quality).entry_id

    def _case(self, case_id: str) -> Case | None:
        return self._cases.get(case_id) or self._stack.cases.case(case_id)

    def _concern(self, case: Case, kind: str, ids: list[str]) -> None:
        self._cases[case.case_id] = case
        self._named.setdefault(case.case_id, {}).setdefault(kind, []).extend(ids)


def with_valid_report(stack: Stack, case: Case, report: Report) -> Case:
    """The case with the deadline that this report gives it, if it is valid."""
    if report.valid_at is None:
        return case
    deadline = removal_deadline(report.valid_at, stack.settings.removal_time)
    return replace(case, deadline=deadline if case.deadline is None else min(case.deadline, deadline))


def _has_room(case: Case, uploads: Iterable[Upload]) -> bool:
    together = {*case.uploads, *(upload.upload_id for upload in uploads)}
    return case.takes_reports and len(together) <= MAX_UPLOADS


def _is_told_apart(case: Case, uploads: Iterable[Upload]) -> bool:
    """Whether one of them was found, on appeal or by a reviewer, to be another picture than it is about."""
    about = {*case.entries, case.image_id}
    return any(about & one.spared for one in uploads if one.upload_id not in case.uploads)


def _images(stack: Stack, uploads: Iterable[Upload]) -> list[list[Upload]]:
    """The uploads, those of one image together, as many as a case has room for."""
    policy = stack.settings.policy
    groups: list[list[Upload]] = []
    for upload in uploads:
        for group in groups:
            first, mine = group[0].fingerprint, upload.fingerprint
            if (
                len(group) < MAX_UPLOADS
                and not any(_are_told_apart(stack, one, upload) for one in group)
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


def _are_told_apart(stack: Stack, one: Upload, other: Upload) -> bool:
    if other.fingerprint is None:
        return False
    least = stack.settings.policy.minimum_quality
    return Entry.of_image(other.fingerprint, least).entry_id in one.spared


def _new_case(stack: Stack, image: PdqHash | None = None) -> Case:
    now = stack.now()
    return Case(new_id(now), CaseState.OPEN, Origin.REPORT, opened_at=now, deadline=None, image=image)
