"""Somebody reports an image, or hashes of one that they made on their own device."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field, replace
from datetime import datetime, timedelta

from staydown.aws.stack import Stack
from staydown.config.report_form import validate_answers
from staydown.domain.cases.case import Case
from staydown.domain.cases.reports import (
    Declarations,
    EmailPreference,
    RelationToSubject,
    Report,
    ReportedHash,
    Reporter,
    RepresentativeRole,
)
from staydown.domain.errors import ConcurrentChange, InvalidRequest
from staydown.domain.events import EventType
from staydown.domain.ids import new_case_number, new_secret, phrase_digest, secret_digest
from staydown.domain.uploads.upload import Upload, is_valid_id
from staydown.services.deferrals import Deferrals
from staydown.services.reports.answer_questions import with_answers
from staydown.services.reports.case_assignment import CaseAssignment
from staydown.services.reports.verified_reporter import active_deferral, ensure_verified_reporter_id
from staydown.services.retries import retry_on_conflict

MAX_PICTURES = 15
"""In one report, by upload and by hash together: it is one transaction, and DynamoDB takes 100 writes."""

REPLAY_WINDOW = timedelta(days=1)
"""How long a request is known again by its id."""


@dataclass(frozen=True, slots=True)
class ReportForm:
    """What a person filled in. vouched: (platform, account_id) of the account by which they did, where a
    platform says so."""

    relation: RelationToSubject
    declarations: Declarations
    uploads: tuple[str, ...]
    hashes: tuple[ReportedHash, ...]
    statement: str
    signature: str
    name: str
    email: str
    language: str | None = None
    mail: EmailPreference = EmailPreference.NOTIFICATION_ONLY
    addresses: tuple[str, ...] = ()
    authority: RepresentativeRole | None = None
    recovery_phrase: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    verified_account: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class FiledReport:
    """secret: shown this once; only its digest is kept. set_aside_until: while its sender's reports are
    suspended."""

    report: Report
    secret: str
    cases: tuple[Case, ...]
    deferred_until: datetime | None = None


@retry_on_conflict
def file_report(stack: Stack, form: ReportForm, *, request_id: str | None = None) -> FiledReport:
    """Open a case for each image that the report names, or join the one that is about it already.

    request_id: of the request, the same when it is told again because its answer was lost. The report is
    filed once then; its secret, which nobody can have seen, is given anew. InvalidRequest for an upload that
    is not there, a hash that says too little, too many of them, and an answer that can't be taken.
    """
    token = _request_token(request_id, form)
    known = stack.cases.find_report_by_request(token) if token is not None else None
    if known is not None:
        return _replay(stack, known)
    form = _resolve_addresses(stack, form)
    _check_picture_count(form)
    uploads = _load_named_uploads(stack, form)
    _check_hashes(stack, form)
    validate_answers(stack.settings.report_questions, form.answers)
    now = stack.now()
    secret = new_secret()
    report = Report(
        case_number=new_case_number(),
        secret_digest=secret_digest(secret),
        filed_at=now,
        relation=form.relation,
        declarations=form.declarations,
        uploads=tuple(upload.upload_id for upload in uploads),
        hashes=form.hashes,
        statement=form.statement,
        locations=form.addresses,
        authority=form.authority,
        signed=bool(form.signature.strip()),
        contactable=bool(form.email.strip()),
        language=form.language,
    )
    reporter = Reporter(report.case_number, form.name, form.email, form.signature, form.mail)
    report, reporter = with_answers(stack.settings.report_questions, report, reporter, form.answers)
    if not report.missing_for_validity:
        report = replace(report, valid_at=now)
    transaction = stack.transaction()
    aside = None
    if form.verified_account is not None:
        report = replace(
            report,
            verified_reporter_id=ensure_verified_reporter_id(stack, transaction, *form.verified_account),
        )
        aside = active_deferral(stack, str(report.verified_reporter_id))
    concerned = CaseAssignment(stack, transaction, aside)
    concerned.assign_uploads(uploads)
    concerned.assign_hashes(report)
    concerned.assign_addresses(report)
    cases = concerned.save(report)
    report = replace(report, case_ids=tuple(case.case_id for case in cases))
    stack.cases.save_report(transaction, report)
    if form.recovery_phrase:
        reporter = replace(reporter, recovery_phrase_digest=phrase_digest(form.recovery_phrase))
    stack.reporters.save(transaction, reporter)
    filed = {"case_number": report.case_number}
    stack.outbox.add(transaction, EventType.REPORT_FILED, filed, at=now)
    if token is not None:
        stack.cases.save_report_request(transaction, token, report.case_number, until=now + REPLAY_WINDOW)
    transaction.commit()
    return FiledReport(report, secret, cases, Deferrals(stack).latest_end(cases))


def _request_token(request_id: str | None, form: ReportForm) -> str | None:
    """Of this very request; another body with the same id is another request."""
    if request_id is None:
        return None
    pictures = [(one.pdq.hex, one.quality) for one in form.hashes]
    words = [form.relation, astuple(form.declarations), form.uploads, pictures, form.statement]
    where = [form.addresses, form.authority, sorted(form.answers.items()), form.verified_account]
    text = json.dumps([request_id, *words, *where, form.signature, form.name, form.email])
    return hashlib.sha256(text.encode()).hexdigest()


def _replay(stack: Stack, case_number: str) -> FiledReport:
    report = stack.cases.get_report(case_number)
    if report is None:
        raise ConcurrentChange("The report that this request filed is not there any more.")
    secret = new_secret()
    transaction = stack.transaction()
    stack.cases.save_report(transaction, replace(report, secret_digest=secret_digest(secret)))
    transaction.commit()
    cases = (stack.cases.get_case(case_id) for case_id in report.case_ids)
    there = tuple(case for case in cases if case is not None)
    return FiledReport(report, secret, there, Deferrals(stack).latest_end(there))


def _resolve_addresses(stack: Stack, form: ReportForm) -> ReportForm:
    """An address of an image that we have published is as good as naming its upload; others stay as given."""
    asked = {one: _parse_address(stack.settings.published_base_url, one) for one in form.addresses}
    found = {
        upload.upload_id: upload.public_key
        for upload in stack.uploads.get_many({one[1] for one in asked.values() if one is not None})
    }
    known = {
        address: upload_id
        for address, place in asked.items()
        if place is not None
        for key, upload_id in [place]
        if found.get(upload_id) == key
    }
    others = tuple(dict.fromkeys(one for one in form.addresses if one not in known))
    more = dict.fromkeys(one for one in known.values() if one not in form.uploads)
    # What was named stays where it was named: a mistake in it is told by its place.
    return replace(form, uploads=(*form.uploads, *more), addresses=others)


def _parse_address(base_url: str, address: str) -> tuple[str, str] | None:
    """(public key, upload id) of an address below `base_url`, or of the key alone; None for any other."""
    path = address.strip().partition("?")[0].partition("#")[0]
    inside = path.removeprefix(base_url + "/")
    platform, _, upload_id = inside.partition("/")
    if not is_valid_id(platform) or not upload_id or "/" in upload_id:
        return None
    return inside, upload_id


def _check_picture_count(form: ReportForm) -> None:
    if len(form.uploads) + len(form.hashes) > MAX_PICTURES:
        raise InvalidRequest(
            f"A report takes {MAX_PICTURES} pictures at most; file another one for the rest.",
            pointers={"/uploads": "too many together", "/hashes": "too many together"},
        )


def _load_named_uploads(stack: Stack, form: ReportForm) -> list[Upload]:
    found = {upload.upload_id: upload for upload in stack.uploads.get_many(form.uploads)}
    absent = {
        f"/uploads/{i}": "there is no such upload" for i, one in enumerate(form.uploads) if one not in found
    }
    if absent:
        raise InvalidRequest("The report names uploads that are not there; see errors.", pointers=absent)
    return list(found.values())


def _check_hashes(stack: Stack, form: ReportForm) -> None:
    least = stack.settings.match_policy.minimum_quality
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
