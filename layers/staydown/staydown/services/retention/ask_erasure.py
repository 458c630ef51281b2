"""Somebody wants the images of a case erased now, and not when their time is over. The next run does it."""

from __future__ import annotations

from dataclasses import replace

from staydown.aws.stack import Stack
from staydown.domain.cases import Case
from staydown.domain.decisions import Complainant
from staydown.domain.errors import Conflict, StaydownError
from staydown.domain.retention import check_erasable
from staydown.services.reports.follow_report import open_report
from staydown.services.retrying import retried
from staydown.services.review.review_queue import load_case
from staydown.services.review.save_case import save_case

_THEIRS = {Complainant.YES, Complainant.ACTS_FOR_THEM}


@retried
def ask_erasure(stack: Stack, case_id: str, *, by: str) -> Case:
    """Conflict, with what speaks against it; asked twice is asked once."""
    case = load_case(stack, case_id)
    if case.erasure_asked_at is not None:
        return case
    check_erasable(case, stack.settings.retention, stack.now())
    asked = replace(case, erasure_asked_at=stack.now(), revision=case.revision + 1)
    transaction = stack.transaction()
    asked = save_case(stack, transaction, asked, actor=by, action="image.erasure_asked", details={})
    transaction.commit()
    return asked


def ask_erasure_as_reporter(stack: Stack, case_number: str, secret: str) -> None:
    """Who is shown, or acts for them, as a reviewer has found: every image of theirs that was judged.

    Conflict when there is none; images that are not to be erased yet are left, if any can be.
    """
    report = open_report(stack, case_number, secret)
    if report.withdrawn_at is not None:
        raise Conflict("The report was withdrawn; nothing is asked by it any more.")
    refusals: list[StaydownError] = []
    asked = 0
    for case_id in report.case_ids:
        try:
            _check_theirs(load_case(stack, case_id))
            ask_erasure(stack, case_id, by="reporter")
            asked += 1
        except StaydownError as error:
            refusals.append(error)
    if not asked:
        raise refusals[0] if refusals else Conflict("There is no image to erase.")


def _check_theirs(case: Case) -> None:
    if case.decision is not None and case.decision.factors.complainant not in _THEIRS:
        raise Conflict("It was not established that you are the person shown, or act for them.")
