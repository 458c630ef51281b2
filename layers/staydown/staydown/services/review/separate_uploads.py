"""A reviewer sees two pictures in one case, and takes one of them out, to be judged by itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.bank import Entry, Source, Support
from staydown.domain.case_states import CaseState
from staydown.domain.cases import Case, Origin
from staydown.domain.errors import Conflict, InvalidRequest
from staydown.domain.events import EventType
from staydown.domain.hashes import PdqHash
from staydown.domain.ids import derived_entry_id, new_id
from staydown.domain.reports import Report
from staydown.domain.uploads import Upload
from staydown.services.bank.change_bank import change_entries
from staydown.services.cases.save_case import save_case
from staydown.services.reports.reported_cases import with_valid_report
from staydown.services.retrying import retried
from staydown.services.review.review_queue import check_turn, load_case


@dataclass(frozen=True, slots=True)
class Separated:
    """case: with what stays in it. other: with what was taken out of it."""

    case: Case
    other: Case


@retried
def separate_uploads(
    stack: Stack, *, case_id: str, reviewer: str, upload_ids: Collection[str], expected_revision: int | None
) -> Separated:
    """Put these uploads of an undecided case into a new one, with who reported them; told twice, it is one.

    The two are told apart: neither joins the other's case again, nor is stopped by what the other is judged.
    Whoever takes them apart has claimed both. InvalidRequest for an upload that is not of the case, and when
    none would be left; Conflict where the two have one hash, or nobody could say which of them is claimed.
    """
    case = load_case(stack, case_id)
    before = _separated_before(stack, case, reviewer, upload_ids)
    if before is not None:
        return Separated(case, before)
    case.check_undecided()
    check_turn(stack, case, reviewer, expected_revision)
    if case.claim is None or case.claim.reviewer != reviewer:
        raise Conflict("Claim the case first; only whoever works on it takes pictures out of it.")
    _check_named(case, upload_ids)
    transaction = stack.transaction()
    separated = _Separation(stack, case, upload_ids).carry_out(transaction, reviewer)
    transaction.commit()
    return separated


def _separated_before(stack: Stack, case: Case, reviewer: str, upload_ids: Collection[str]) -> Case | None:
    """The case that this reviewer has made of just these, when it is as it was made or has grown."""
    if not upload_ids or set(upload_ids) & set(case.uploads):
        return None
    uploads = stack.uploads.get_many(upload_ids)
    together = set.intersection(*(set(one.cases) for one in uploads)) if uploads else set()
    for other in stack.cases.cases(together):
        mine = other.separated_from == case.case_id and reviewer in other.involved
        if mine and set(upload_ids) <= set(other.uploads):
            return other
    return None


def _check_named(case: Case, upload_ids: Collection[str]) -> None:
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


class _Separation:
    """Who and what goes where. All of it is one transaction, of 96 writes at most: 50 reports, 10 uploads and
    their events, 19 pointers, the two cases."""

    def __init__(self, stack: Stack, case: Case, upload_ids: Collection[str]) -> None:
        self._stack = stack
        self._case = case
        uploads = {one.upload_id: one for one in stack.uploads.get_many(case.uploads)}
        there = [uploads[one] for one in case.uploads if one in uploads]
        self._moved = [one for one in there if one.upload_id in upload_ids]
        self._staying = [one for one in there if one.upload_id not in upload_ids]
        self._theirs = self._pictures(self._moved)
        self._ours = self._pictures(self._staying)
        if self._theirs & self._ours:
            raise Conflict("Two of these have one and the same hash; nothing could keep them apart.")
        met, met_here = _met(self._moved), _met(self._staying)
        # A claim by hash alone: nobody can say which of two that met it is meant, so both are about it.
        gone = self._theirs | (met - met_here - self._ours)
        self._gone = tuple(one for one in case.entries if one in gone)
        self._kept = tuple(one for one in case.entries if one not in gone)
        self._taken = tuple(one for one in case.entries if one in (met | self._theirs) - self._ours)
        self._image = self._known_by(self._staying)
        if self._image is None and set(self._taken) & set(self._kept):
            raise Conflict("What would stay is too plain, or moves: nothing could keep the two apart.")

    def carry_out(self, transaction: Transaction, reviewer: str) -> Separated:
        stack, case = self._stack, self._case
        going, staying = self._reports()
        other = self._other(going)
        for report in going:
            ids = (other.case_id,) if report not in staying else (case.case_id, other.case_id)
            at = report.case_ids.index(case.case_id)
            case_ids = (*report.case_ids[:at], *ids, *report.case_ids[at + 1 :])
            stack.cases.save_report(transaction, replace(report, case_ids=case_ids))
        self._move_uploads(transaction, other)
        self._move_pointers(transaction, other)
        self._move_claims(transaction, other)
        left = replace(
            case,
            image=self._image,
            uploads=tuple(one for one in case.uploads if one not in other.uploads),
            entries=self._kept,
            reports=tuple(one.case_number for one in staying),
            hidden=tuple(one for one in case.hidden if one not in other.uploads),
            revision=case.revision + 1,
        )
        moved = list(other.uploads)
        told = {"into": other.case_id, "uploads": moved}
        left = save_case(stack, transaction, left, actor=reviewer, action="case.separated", details=told)
        details = {"separated_from": case.case_id, "uploads": moved, **_valid(going)}
        other = save_case(stack, transaction, other, actor=reviewer, action="case.opened", details=details)
        opened = {"case_id": other.case_id, "origin": other.origin.value}
        stack.outbox.add(transaction, EventType.CASE_OPENED, opened, at=stack.now())
        return Separated(left, other)

    def _reports(self) -> tuple[list[Report], list[Report]]:
        """Those that go, and those that stay; some do both. A case that came by a report keeps one that
        somebody stands for."""
        reports = self._stack.cases.reports(self._case.reports)
        moved, here = _ids(self._moved), _ids(self._staying)
        going = [one for one in reports if _is_about(one, moved, self._taken)]
        staying = [one for one in reports if one not in going or _is_about(one, here, self._kept)]
        reported = self._case.origin is Origin.REPORT
        return going, reports if reported and not _stand(staying) else staying

    def _other(self, going: list[Report]) -> Case:
        """Claimed by who has the first one, held as that is. A clock that runs goes on in both."""
        case, now = self._case, self._stack.now()
        uploads = tuple(one.upload_id for one in self._moved)
        other = Case(
            new_id(now),
            CaseState.OPEN,
            Origin.REPORT if _stand(going) else Origin.MATCH,
            opened_at=now,
            deadline=None,
            image=self._known_by(self._moved),
            uploads=uploads,
            entries=self._taken,
            reports=tuple(one.case_number for one in going),
            involved=case.involved,
            conflicted=case.conflicted,
            claim=case.claim,
            hidden=tuple(one for one in case.hidden if one in uploads),
            hold=case.hold,
            separated_from=case.case_id,
        )
        for report in going:
            other = with_valid_report(self._stack, other, report)
        return replace(other, deadline=other.deadline or case.deadline)

    def _move_uploads(self, transaction: Transaction, other: Case) -> None:
        stack, of, to = self._stack, self._case.case_id, other.case_id
        told = [one.moved(of=of, to=to).spared_from(_apart(one, self._ours)) for one in self._moved]
        told += [one.spared_from(_apart(one, self._theirs)) for one in self._staying]
        for upload in told:
            stack.uploads.save(transaction, upload)
            if upload.in_review:  # it may be held for what it is told apart from
                reviewed = {"upload_id": upload.upload_id}
                stack.outbox.add(transaction, EventType.UPLOAD_REVIEWED, reviewed, at=stack.now())

    def _move_pointers(self, transaction: Transaction, other: Case) -> None:
        """What is brought to the first case as one of these pictures goes where the picture is."""
        cases, of = self._stack.cases, self._case.case_id
        for entry_id in sorted(self._theirs.union(self._gone)):
            if cases.case_about(entry_id) == of:
                cases.point_to_case(transaction, entry_id, other.case_id, was=of)

    def _move_claims(self, transaction: Transaction, other: Case) -> None:
        """The one claim of a case for all its further reports (see `claim_on`)."""
        was, now = (Support(Source.REPORT, one.case_id) for one in (self._case, other))
        head = self._stack.bank.head()
        stored = self._stack.bank.entries(self._gone).values()
        claimed = [(one, one.entry) for one in stored if was in one.entry.supports]
        changed = [(one, replace(entry, supports=entry.supports - {was} | {now})) for one, entry in claimed]
        change_entries(self._stack, transaction, head, changed)

    def _pictures(self, uploads: Iterable[Upload]) -> frozenset[str]:
        """Ids of the entries that they would be."""
        least = self._stack.settings.policy.minimum_quality
        images = (one.fingerprint for one in uploads)
        return frozenset(Entry.of_image(one, least).entry_id for one in images if one is not None)

    def _known_by(self, uploads: Iterable[Upload]) -> PdqHash | None:
        """The first of them that copies can be told by."""
        least = self._stack.settings.policy.minimum_quality
        images = (one.fingerprint for one in uploads)
        known = (one.known_by(minimum_quality=least) for one in images if one is not None)
        return next((one for one in known if one is not None), None)


def _apart(upload: Upload, pictures: frozenset[str]) -> frozenset[str]:
    """What it is told apart from. What stops it already was judged; that is for an appeal."""
    return pictures.difference(upload.blocking_entries)


def _ids(uploads: Iterable[Upload]) -> frozenset[str]:
    return frozenset(one.upload_id for one in uploads)


def _met(uploads: Iterable[Upload]) -> frozenset[str]:
    return frozenset(match.entry_id for upload in uploads for match in upload.matches)


def _is_about(report: Report, uploads: Collection[str], entries: Collection[str]) -> bool:
    claimed = {derived_entry_id("pdq", one.pdq.data) for one in report.hashes}
    return bool(set(report.uploads) & set(uploads) or claimed & set(entries))


def _stand(reports: Iterable[Report]) -> bool:
    return any(one.withdrawn_at is None for one in reports)


def _valid(reports: Iterable[Report]) -> dict[str, object]:
    """For the figures: since when it is to be decided. It was counted as a report when it came."""
    since = min((one.valid_at for one in reports if one.valid_at is not None), default=None)
    times = {} if since is None else {"valid_since": since.isoformat()}
    return {"valid": since is not None, "notice": False, **times}
