"""A lost secret: a way back for who chose a phrase when filing."""

from __future__ import annotations

from dataclasses import replace

from staydown.aws.stack import Stack
from staydown.domain.errors import NotFound, TooManyAttempts
from staydown.domain.ids import digests_match, new_secret, normalise_case_number, phrase_digest, secret_digest
from staydown.services.retries import retry_on_conflict

MAX_RECOVERY_ATTEMPTS_PER_HOUR = 5
"""For one case number, right ones too: a phrase that a person chose can be guessed, a secret can't."""

_DUMMY_DIGEST = phrase_digest("", salt="00" * 16)


@retry_on_conflict
def recover_secret(stack: Stack, case_number: str, recovery_phrase: str) -> str:
    """A new secret in place of the lost one, which opens nothing any more.

    An unknown number, a report without a phrase and a wrong phrase are one answer, NotFound, after the same
    work; after TRIES_AN_HOUR of any it is TooManyAttempts.
    """
    number = normalise_case_number(case_number)
    if (
        stack.cases.count_attempt(secret_digest(f"recover {number}"), stack.now())
        > MAX_RECOVERY_ATTEMPTS_PER_HOUR
    ):
        raise TooManyAttempts("Too many tries for this case number; try again in an hour.")
    reporter = stack.reporters.get(number)
    stored = (
        reporter.recovery_phrase_digest
        if reporter is not None and reporter.recovery_phrase_digest
        else _DUMMY_DIGEST
    )
    given = phrase_digest(recovery_phrase, salt=stored.partition("$")[0])
    report = stack.cases.get_report(number)
    if not digests_match(stored, given) or stored is _DUMMY_DIGEST or report is None:
        raise NotFound("There is no case with this number and phrase. Check both.")
    secret = new_secret()
    transaction = stack.transaction()
    stack.cases.save_report(transaction, replace(report, secret_digest=secret_digest(secret)))
    transaction.commit()
    return secret
