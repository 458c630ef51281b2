"""Filing a report of images, or of hashes that the reporter computed on their own device."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from datetime import datetime, timedelta

from staydown.aws.stack import Stack
from staydown.config.report_form import ReportQuestion, unanswered_required, validate_answers
from staydown.domain.audit.actors import REPORTER
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
from staydown.domain.events import ReportFiled
from staydown.domain.ids import new_case_number, new_secret, phrase_digest, secret_digest
from staydown.domain.uploads.upload import Upload, is_valid_id
from staydown.services.access.reporters import replace_secret
from staydown.services.deferrals import Deferrals
from staydown.services.reports.case_assignment import CaseAssignment
from staydown.services.reports.verified_reporter import active_deferral, ensure_verified_reporter_id
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import Maintenance, UnitOfWork

MAX_PICTURES = 15
"""Uploads and hashes of one report together: it is one transaction, and DynamoDB takes 100 writes."""

REPLAY_WINDOW = timedelta(days=1)
"""How long a repeated request is recognised by its id."""


@dataclass(frozen=True, slots=True)
class ReportForm:
    """What a reporter filled in."""

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
    """(platform, account id) of the reporter, where the platform vouches for them."""


@dataclass(frozen=True, slots=True)
class FiledReport:
    report: Report
    secret: str
    """Shown this once; only its digest is stored."""
    cases: tuple[Case, ...]
    deferred_until: datetime | None = None
    """When its cases are given to reviewers, while the reporter's reports are suspended."""


@retry_on_conflict
def file_report(stack: Stack, form: ReportForm, *, request_id: str | None = None) -> FiledReport:
    """Open a case for each image that the report names, or join the case that is about it already.

    request_id: the same for a request that is sent again because its answer was lost. The report is filed
    once, and the repeated request gets a new secret. Raise InvalidRequest for an unknown upload, a hash of
    low quality, too many images, and an invalid answer.
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
    uow = UnitOfWork(stack, REPORTER)
    secret = new_secret()
    report, reporter = _from_form(stack, form, uploads, secret, uow.now)
    deferral = None
    if form.verified_account is not None:
        reporter_id = ensure_verified_reporter_id(uow, *form.verified_account)
        report = replace(report, verified_reporter_id=reporter_id)
        deferral = active_deferral(stack, reporter_id)
    assignment = CaseAssignment(uow, deferral)
    assignment.assign_uploads(uploads)
    assignment.assign_hashes(report)
    assignment.assign_addresses(report)
    cases = assignment.save(report)
    report = replace(report, case_ids=tuple(case.case_id for case in cases))
    filed = ReportFiled(report.case_number)
    if cases:
        uow.cover(report, filed, by=cases[0])
        uow.cover(reporter, by=cases[0])
    else:
        uow.maintain(report, Maintenance.EMPTY_REPORT, filed)
        uow.maintain(reporter, Maintenance.EMPTY_REPORT)
    if token is not None:
        stack.cases.save_report_request(
            uow.transaction, token, report.case_number, until=uow.now + REPLAY_WINDOW
        )
    uow.commit()
    return FiledReport(report, secret, cases, Deferrals(stack).latest_end(cases))


def _from_form(
    stack: Stack, form: ReportForm, uploads: list[Upload], secret: str, now: datetime
) -> tuple[Report, Reporter]:
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
    if form.recovery_phrase:
        reporter = replace(reporter, recovery_phrase_digest=phrase_digest(form.recovery_phrase))
    return report, reporter


def with_answers(
    questions: Sequence[ReportQuestion], report: Report, reporter: Reporter, new_answers: Mapping[str, str]
) -> tuple[Report, Reporter]:
    """Return report and reporter with these answers added. An empty answer removes the earlier one.

    Answers for reviewers are stored with the report, others with the reporter. Earlier answers stay where
    they are: if a question is for reviewers from now on, its earlier answers were not given to reviewers.
    """
    for_reviewers = {question.key for question in questions if question.for_reviewers}
    report_answers = {key: one for key, one in report.answers.items() if key not in new_answers}
    reporter_answers = {key: one for key, one in reporter.answers.items() if key not in new_answers}
    for key, answer in new_answers.items():
        if answer:
            (report_answers if key in for_reviewers else reporter_answers)[key] = answer
    unanswered = unanswered_required(questions, {*report_answers, *reporter_answers})
    return (
        replace(report, answers=report_answers, unanswered=unanswered),
        replace(reporter, answers=reporter_answers),
    )


def _request_token(request_id: str | None, form: ReportForm) -> str | None:
    """Return a digest of this request. Another body with the same id is another request."""
    if request_id is None:
        return None
    pictures = [(one.pdq.hex, one.quality) for one in form.hashes]
    words = [form.relation, astuple(form.declarations), form.uploads, pictures, form.statement]
    where = [form.addresses, form.authority, sorted(form.answers.items()), form.verified_account]
    text = json.dumps([request_id, *words, *where, form.signature, form.name, form.email])
    return hashlib.sha256(text.encode()).hexdigest()


def _replay(stack: Stack, case_number: str) -> FiledReport:
    """Return the report that this request filed, with a new secret: nobody can have seen the first one."""
    report = stack.cases.get_report(case_number)
    if report is None:
        raise ConcurrentChange("The report that this request filed no longer exists.")
    secret = replace_secret(stack, report)
    found = (stack.cases.get_case(case_id) for case_id in report.case_ids)
    cases = tuple(case for case in found if case is not None)
    return FiledReport(report, secret, cases, Deferrals(stack).latest_end(cases))


def _resolve_addresses(stack: Stack, form: ReportForm) -> ReportForm:
    """Return the form with the uploads of published addresses named, and other addresses as given."""
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
    # Named uploads keep their places: errors refer to them.
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
            f"A report takes at most {MAX_PICTURES} images. File another report for the others.",
            pointers={"/uploads": "too many", "/hashes": "too many"},
        )


def _load_named_uploads(stack: Stack, form: ReportForm) -> list[Upload]:
    found = {upload.upload_id: upload for upload in stack.uploads.get_many(form.uploads)}
    absent = {f"/uploads/{i}": "no such upload" for i, one in enumerate(form.uploads) if one not in found}
    if absent:
        raise InvalidRequest("The report names unknown uploads. See errors.", pointers=absent)
    return list(found.values())


def _check_hashes(stack: Stack, form: ReportForm) -> None:
    least = stack.settings.match_policy.minimum_quality
    plain = {
        f"/hashes/{i}/quality": f"must be at least {least}"
        for i, one in enumerate(form.hashes)
        if one.quality < least
    }
    if plain:
        raise InvalidRequest(
            "Some images have too little detail for a hash. Report the addresses of the posts instead.",
            pointers=plain,
        )
