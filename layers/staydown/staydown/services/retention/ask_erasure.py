"""Somebody wants the images of a case erased now, and not when their time is over. The next run does it.

What others have reported too is not erased at the word of one of them: who posted an image may report it as
well, to be rid of it before the police or an appeal need it. Their wish waits for a senior reviewer.
"""

from __future__ import annotations

from dataclasses import replace

from staydown.aws.items import Item
from staydown.aws.stack import Stack
from staydown.domain.cases import Case
from staydown.domain.decisions import Complainant
from staydown.domain.errors import Conflict, StaydownError
from staydown.domain.reports import Report
from staydown.domain.retention import check_erasable
from staydown.services.cases.save_case import save_case
from staydown.services.reports.follow_report import check_stands, open_report
from staydown.services.retrying import retried
from staydown.services.review.review_queue import load_case

_THEIRS = {Complainant.YES, Complainant.ACTS_FOR_THEM}


@retried
def ask_erasure(stack: Stack, case_id: str, *, by: str) -> Case:
    """Conflict, with what speaks against it; asked twice is asked once."""
    case = load_case(stack, case_id)
    case.check_impartial(by)
    if case.erasure_asked_at is not None:
        return case
    asked = replace(case, erasure_asked_at=stack.now())
    return _save(stack, case, asked, by=by, action="image.erasure_asked")


def ask_erasure_as_reporter(stack: Stack, case_number: str, secret: str) -> None:
    """Who is shown, or acts for them, as a reviewer has found: every image of theirs that was judged.

    Conflict when there is none; images that are not to be erased yet are left, if any can be.
    """
    report = open_report(stack, case_number, secret)
    check_stands(report)
    refusals: list[StaydownError] = []
    for case_id in report.case_ids:
        try:
            _wish(stack, case_id, report)
        except StaydownError as error:
            refusals.append(error)
    if len(refusals) == len(report.case_ids):
        raise refusals[0] if refusals else Conflict("There is no image to erase.")


@retried
def _wish(stack: Stack, case_id: str, report: Report) -> Case:
    """Asked for by the only one who had reported it; wished by one of several."""
    case = load_case(stack, case_id)
    if case.decision is not None and case.decision.factors.complainant not in _THEIRS:
        raise Conflict("It was not established that you are the person shown, or act for them.")
    if case.erasure_asked_at is not None or case.erasure_wished_at is not None:
        return case
    if _is_shared(stack, case, report):
        wished = replace(case, erasure_wished_at=stack.now())
        return _save(stack, case, wished, by="reporter", action="image.erasure_wished")
    asked = replace(case, erasure_asked_at=stack.now())
    return _save(stack, case, asked, by="reporter", action="image.erasure_asked")


def list_wishes(stack: Stack, *, after: Item | None, limit: int) -> tuple[list[Case], Item | None]:
    """A page of the cases of which such a wish waits, the oldest first, and where the next page starts."""
    return stack.cases.wished_cases(after=after, limit=limit)


def _is_shared(stack: Stack, case: Case, report: Report) -> bool:
    """Whether others had reported it when it was decided: nobody knows of whom the finding was."""
    decided = case.decision.at if case.decision is not None else stack.now()
    return any(
        other.case_number != report.case_number
        and (other.withdrawn_at is None or other.withdrawn_at >= decided)
        for other in stack.cases.reports(case.reports)
    )


def _save(stack: Stack, case: Case, changed: Case, *, by: str, action: str) -> Case:
    check_erasable(case, stack.settings.retention, stack.now())
    transaction = stack.transaction()
    changed = replace(changed, revision=case.revision + 1)
    changed = save_case(stack, transaction, changed, actor=by, action=action, details={})
    transaction.commit()
    return changed
