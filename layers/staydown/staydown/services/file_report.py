"""Somebody reports an image, or hashes of one that they made on their own device."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from staydown.aws.bank_store import Stored
from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.bank import Entry, Source, Support
from staydown.domain.cases import MAX_UPLOADS, Case, CaseState, Origin
from staydown.domain.deadlines import removal_deadline
from staydown.domain.errors import InvalidRequest
from staydown.domain.events import EventType
from staydown.domain.ids import derived_entry_id, new_case_number, new_id, new_secret, secret_digest
from staydown.domain.reports import Declarations, Relation, Report, ReportedHash, Reporter
from staydown.domain.uploads import Upload
from staydown.services.change_bank import announce_bank
from staydown.services.retrying import retried
from staydown.services.save_case import save_case

REPORTER = "reporter"


@dataclass(frozen=True, slots=True)
class ReportForm:
    """What a person filled in."""

    relation: Relation
    declarations: Declarations
    uploads: tuple[str, ...]
    hashes: tuple[ReportedHash, ...]
    statement: str
    signature: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class FiledReport:
    """secret: shown this once; only its digest is kept."""

    report: Report
    secret: str
    cases: tuple[Case, ...]


@retried
def file_report(stack: Stack, form: ReportForm) -> FiledReport:
    """Open a case for each image that the report names, or join the one that is about it already.

    InvalidRequest for an upload that is not there and a hash that says too little.
    """
    uploads = _named_uploads(stack, form)
    _check_hashes(stack, form)
    now = stack.now()
    secret = new_secret()
    report = Report(
        case_number=new_case_number(),
        secret_digest=secret_digest(secret),
        filed_at=now,
        relation=form.relation,
        declarations=form.declarations,
        uploads=form.uploads,
        hashes=form.hashes,
        statement=form.statement,
        signed=bool(form.signature.strip()),
        contactable=bool(form.email.strip()),
    )
    if not report.missing:
        report = replace(report, valid_at=now)
    transaction = stack.transaction()
    groups = _images(stack, uploads)
    cases = [_about_uploads(stack, transaction, report, group) for group in groups]
    cases += _about_hashes(stack, transaction, report)
    report = replace(report, case_ids=tuple(case.case_id for case in cases))
    stack.cases.save_report(transaction, report)
    reporter = Reporter(report.case_number, form.name, form.email, form.signature)
    stack.reporters.save(transaction, reporter)
    transaction.commit()
    return FiledReport(report, secret, tuple(cases))


def with_valid_report(stack: Stack, case: Case, report: Report) -> Case:
    """The case with the deadline that this report gives it, if it is valid."""
    if report.valid_at is None:
        return case
    deadline = removal_deadline(report.valid_at, stack.settings.removal_time)
    return replace(case, deadline=deadline if case.deadline is None else min(case.deadline, deadline))


def _named_uploads(stack: Stack, form: ReportForm) -> list[Upload]:
    found = {upload.upload_id: upload for upload in stack.uploads.get_many(form.uploads)}
    absent = {
        f"/uploads/{i}": "there is no such upload" for i, one in enumerate(form.uploads) if one not in found
    }
    if absent:
        raise InvalidRequest("The report names uploads that are not there; see errors.", pointers=absent)
    return list(found.values())


def _check_hashes(stack: Stack, form: ReportForm) -> None:
    least = stack.settings.policy.minimum_quality
    plain = {
        f"/hashes/{i}/quality": f"too plain to be told from others by its hash ({least} at least)"
        for i, one in enumerate(form.hashes)
        if one.quality < least
    }
    if plain:
        raise InvalidRequest(
            "Some pictures are too plain to be recognised by a hash; report where they are posted instead.",
            pointers=plain,
        )


def _images(stack: Stack, uploads: Iterable[Upload]) -> list[list[Upload]]:
    """The uploads, those of one image together."""
    policy = stack.settings.policy
    groups: list[list[Upload]] = []
    for upload in uploads:
        for group in groups:
            first, mine = group[0].fingerprint, upload.fingerprint
            if (
                first is not None
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


def _about_uploads(stack: Stack, transaction: Transaction, report: Report, uploads: list[Upload]) -> Case:
    case = _present_case(stack, uploads) or _new_case(stack)
    for upload in uploads:
        case = case.with_upload(upload.upload_id)
        stack.uploads.save(transaction, upload.concerning(case.case_id))
    return _joined(stack, transaction, case, report, {"uploads": [upload.upload_id for upload in uploads]})


def _present_case(stack: Stack, uploads: list[Upload]) -> Case | None:
    """The latest case about one of them that still takes reports."""
    for upload in uploads:
        for case_id in reversed(upload.cases):
            case = stack.cases.case(case_id)
            room = MAX_UPLOADS - len(uploads)
            if case is not None and case.undecided and len(case.uploads) <= room:
                return case
    return None


def _new_case(stack: Stack) -> Case:
    now = stack.now()
    return Case(new_id(now), CaseState.OPEN, Origin.REPORT, opened_at=now, deadline=None)


def _joined(
    stack: Stack, transaction: Transaction, case: Case, report: Report, details: dict[str, object]
) -> Case:
    """Write the case with this report in it."""
    now = stack.now()
    new = case.version == 0
    case = with_valid_report(stack, replace(case, reports=(*case.reports, report.case_number)), report)
    case = save_case(
        stack,
        transaction,
        case,
        actor=REPORTER,
        action="case.opened" if new else "case.reported_again",
        details={**details, "valid": report.valid_at is not None},
    )
    if new:
        opened = {"case_id": case.case_id, "origin": case.origin.value}
        stack.outbox.add(transaction, EventType.CASE_OPENED, opened, at=now)
    return case


def _about_hashes(stack: Stack, transaction: Transaction, report: Report) -> list[Case]:
    """An unverified entry for each hash; its matches will be brought to the case."""
    if not report.hashes:
        return []
    hashes = {derived_entry_id("pdq", one.pdq.data): one for one in report.hashes}
    head = stack.bank.head()
    stored = stack.bank.entries(hashes)
    claim = Support(Source.REPORT, report.case_number)
    changed: list[tuple[Entry, int]] = []
    cases = []
    for entry_id, one in hashes.items():
        new = Entry(entry_id, one.pdq, one.quality, sha256=None, phash=None, supports=frozenset())
        known = stored.get(entry_id, Stored(new, 0))
        changed.append((known.entry.resting_on(claim), known.seq))
        pointed = stack.cases.case_about(entry_id)
        case = stack.cases.case(pointed) if pointed is not None else None
        if case is None or not case.undecided:
            case = _new_case(stack)
            stack.cases.point_to_case(transaction, entry_id, case.case_id, was=pointed)
        cases.append(_joined(stack, transaction, case.about((entry_id,)), report, {"entries": [entry_id]}))
    seq = stack.bank.append(transaction, head, changed)
    announce_bank(stack, transaction, hashes, seq)
    return cases
