"""Opening a report by its case number and secret, and getting a new secret by the recovery phrase."""

from __future__ import annotations

from dataclasses import replace

from staydown.aws.stack import Stack
from staydown.domain.audit.actors import REPORTER
from staydown.domain.cases.reports import Report
from staydown.domain.errors import Conflict, NotFound, TooManyAttempts
from staydown.domain.ids import digests_match, new_secret, normalise_case_number, phrase_digest, secret_digest
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import Maintenance, UnitOfWork

MAX_WRONG_SECRETS_PER_HOUR = 10
MAX_RECOVERY_ATTEMPTS_PER_HOUR = 5
"""For one case number, right attempts included: unlike a secret, a chosen phrase can be guessed."""

_DUMMY_DIGEST = phrase_digest("", salt="00" * 16)


def authenticate_reporter(stack: Stack, case_number: str, secret: str) -> Report:
    """Return the report that this number and secret open.

    Raise NotFound for a wrong secret as for an unknown number, and TooManyAttempts after
    MAX_WRONG_SECRETS_PER_HOUR of them. The right secret always opens: nobody can lock a reporter out.
    """
    number = normalise_case_number(case_number)
    report = stack.cases.get_report(number)
    # Compared without a report too, so that the time it takes reveals nothing.
    stored = report.secret_digest if report is not None else secret_digest("no such case")
    if digests_match(stored, secret_digest(secret)) and report is not None:
        return report
    attempts = stack.cases.count_attempt(secret_digest(number), stack.now())
    if attempts > MAX_WRONG_SECRETS_PER_HOUR:
        raise TooManyAttempts("Too many wrong secrets for this case number. Try again in an hour.")
    raise NotFound("There is no case with this number and secret. Check both.")


def require_active_report(report: Report) -> None:
    """Raise Conflict for a report that is withdrawn or not complete."""
    if report.withdrawn_at is not None:
        raise Conflict("The report was withdrawn.")
    if report.valid_at is None:
        raise Conflict("The report is not complete. Add what is missing first.")


@retry_on_conflict
def recover_secret(stack: Stack, case_number: str, recovery_phrase: str) -> str:
    """Return a new secret for a report; the old one is no longer valid.

    Raise NotFound for an unknown number, a report without a phrase and a wrong phrase alike, after the same
    work. Raise TooManyAttempts after MAX_RECOVERY_ATTEMPTS_PER_HOUR.
    """
    number = normalise_case_number(case_number)
    attempts = stack.cases.count_attempt(secret_digest(f"recover {number}"), stack.now())
    if attempts > MAX_RECOVERY_ATTEMPTS_PER_HOUR:
        raise TooManyAttempts("Too many attempts for this case number. Try again in an hour.")
    reporter = stack.reporters.get(number)
    has_phrase = reporter is not None and reporter.recovery_phrase_digest
    stored = reporter.recovery_phrase_digest if reporter is not None and has_phrase else _DUMMY_DIGEST
    given = phrase_digest(recovery_phrase, salt=stored.partition("$")[0])
    report = stack.cases.get_report(number)
    if not digests_match(stored, given) or stored is _DUMMY_DIGEST or report is None:
        raise NotFound("There is no case with this number and recovery phrase. Check both.")
    return replace_secret(stack, report)


def replace_secret(stack: Stack, report: Report) -> str:
    """Give a report a new secret and return it. Only its digest is stored."""
    secret = new_secret()
    uow = UnitOfWork(stack, REPORTER)
    uow.maintain(replace(report, secret_digest=secret_digest(secret)), Maintenance.SECRET)
    uow.commit()
    return secret
