"""Somebody wants the images of a case erased now, and not when their time is over. The next run does it.

What others have reported too is not erased at the word of one of them: who posted an image may report it as
well, to be rid of it before the police or an appeal need it. Their wish waits for a senior reviewer.
"""

from __future__ import annotations

from dataclasses import replace

from staydown.aws.codec import Item
from staydown.aws.stack import Stack
from staydown.domain.cases.case import Case
from staydown.domain.cases.decisions import ComplainantIsSubject
from staydown.domain.cases.reports import Report
from staydown.domain.cases.retention import require_erasable
from staydown.domain.errors import Conflict, StaydownError
from staydown.services.cases.save_case import save_case
from staydown.services.reports.view_report import authenticate_reporter, require_active_report
from staydown.services.retries import retry_on_conflict
from staydown.services.review.review_queue import get_case

_PERSON_SHOWN_OR_AGENT = {ComplainantIsSubject.YES, ComplainantIsSubject.ACTS_FOR_THEM}


@retry_on_conflict
def request_erasure(stack: Stack, case_id: str, *, actor: str) -> Case:
    """Conflict, with what speaks against it; asked twice is asked once."""
    case = get_case(stack, case_id)
    case.require_not_recused(actor)
    if case.erasure_requested_at is not None:
        return case
    asked = replace(case, erasure_requested_at=stack.now())
    return _save_request(stack, case, asked, actor=actor, action="image.erasure_asked")


def request_erasure_as_reporter(stack: Stack, case_number: str, secret: str) -> None:
    """Who is shown, or acts for them, as a reviewer has found: every image of theirs that was judged.

    Conflict when there is none; images that are not to be erased yet are left, if any can be.
    """
    report = authenticate_reporter(stack, case_number, secret)
    require_active_report(report)
    refusals: list[StaydownError] = []
    for case_id in report.case_ids:
        try:
            _request_or_propose(stack, case_id, report)
        except StaydownError as error:
            refusals.append(error)
    if len(refusals) == len(report.case_ids):
        raise refusals[0] if refusals else Conflict("There is no image to erase.")


@retry_on_conflict
def _request_or_propose(stack: Stack, case_id: str, report: Report) -> Case:
    """Asked for by the only one who had reported it; wished by one of several."""
    case = get_case(stack, case_id)
    if case.decision is not None and case.decision.factors.complainant not in _PERSON_SHOWN_OR_AGENT:
        raise Conflict("It was not established that you are the person shown, or act for them.")
    if case.erasure_requested_at is not None or case.erasure_proposed_at is not None:
        return case
    if _has_other_reporters(stack, case, report):
        wished = replace(case, erasure_proposed_at=stack.now())
        return _save_request(stack, case, wished, actor="reporter", action="image.erasure_wished")
    asked = replace(case, erasure_requested_at=stack.now())
    return _save_request(stack, case, asked, actor="reporter", action="image.erasure_asked")


def list_erasure_proposals(stack: Stack, *, after: Item | None, limit: int) -> tuple[list[Case], Item | None]:
    """A page of the cases of which such a wish waits, the oldest first, and where the next page starts."""
    return stack.cases.list_erasure_proposals(after=after, limit=limit)


def _has_other_reporters(stack: Stack, case: Case, report: Report) -> bool:
    """Whether others had reported it when it was decided: nobody knows of whom the finding was."""
    decided = case.decision.at if case.decision is not None else stack.now()
    return any(
        other.case_number != report.case_number
        and (other.withdrawn_at is None or other.withdrawn_at >= decided)
        for other in stack.cases.get_reports(case.reports)
    )


def _save_request(stack: Stack, case: Case, changed: Case, *, actor: str, action: str) -> Case:
    require_erasable(case, stack.settings.retention, stack.now())
    transaction = stack.transaction()
    changed = replace(changed, revision=case.revision + 1)
    changed = save_case(stack, transaction, changed, actor=actor, action=action, details={})
    transaction.commit()
    return changed
