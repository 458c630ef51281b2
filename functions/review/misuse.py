"""Whose uploads are stopped again and again, or whose reports are unfounded: decided by a person."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from staydown.api.callers import calling_reviewer, calling_senior
from staydown.api.cursors import from_cursor, to_cursor
from staydown.api.http import Id, IdempotencyKey, make_router
from staydown.aws.misuse_store import MISUSE, SUSPENDED
from staydown.domain.misuse import MisuseReview
from staydown.domain.strikes import Strike, Subject
from staydown.services.misuse.decide_misuse import MisuseJudgement, decide_misuse
from staydown.services.misuse.end_suspension import lift_suspension
from staydown.services.misuse.view_misuse import list_misuse, view_misuse

from functions.review import misuse_models
from functions.review.stack import stack

router = make_router()


@router.get(
    "/v1/review/misuse",
    operation_id="review_get_misuse_queue",
    summary="Reviews of misuse that wait, the oldest first, or that suspend somebody now",
    tags=["reviewers"],
)
def get_misuse_queue(
    suspended: Annotated[bool, Query(description="Those that suspend, the first to end first")] = False,
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> misuse_models.MisusePage:
    calling_reviewer(router.current_event)
    queue = SUSPENDED if suspended else MISUSE
    after = from_cursor(cursor, queue=queue)
    reviews, following = list_misuse(stack(), queue=queue, after=after, limit=limit)
    return misuse_models.MisusePage(reviews=[_presented(one) for one in reviews], next=to_cursor(following))


@router.get(
    "/v1/review/misuse/<review_id>",
    operation_id="review_get_misuse",
    summary="An account, or who reports, as a whole",
    tags=["reviewers"],
)
def get_misuse(review_id: Id) -> misuse_models.MisuseFound:
    caller = calling_reviewer(router.current_event)
    view = view_misuse(stack(), review_id=review_id, reviewer=caller.reviewer_id)
    ladder = stack().settings.ladder
    return misuse_models.MisuseFound(
        review=_presented(view.review),
        days=ladder.window.days,
        strikes=[_strike(view.review.subject, one) for one in view.seen.strikes[:100]],
        stopped=len(view.seen.strikes),
        total=view.seen.total,
        exact=view.exact,
        not_the_subject=view.not_the_subject,
        hidden=view.hidden,
        shown=[misuse_models.ShownInCases(shown=one, cases=by) for one, by in view.shown],
        warned_at=view.warned_at,
        may_suspend=view.review.waits and view.went_on and not view.judged_by_you,
        may_lift=caller.senior and view.review.may_be_lifted_by(caller.reviewer_id),
        longest_days=ladder.longest.days,
    )


@router.post(
    "/v1/review/misuse/<review_id>/decision",
    operation_id="review_post_misuse_decision",
    summary="Suspend somebody for a time, warn them, or do nothing",
    tags=["reviewers"],
)
def post_misuse_decision(
    review_id: Id, request: misuse_models.MisuseDecisionRequest, _key: IdempotencyKey = None
) -> misuse_models.MisuseReview:
    reviewer = calling_reviewer(router.current_event).reviewer_id
    judgement = MisuseJudgement(request.outcome, request.intention, request.reasons, request.days)
    return _presented(decide_misuse(stack(), review_id=review_id, reviewer=reviewer, judgement=judgement))


@router.post(
    "/v1/review/misuse/<review_id>/lift",
    operation_id="review_post_misuse_lift",
    summary="Lift a suspension that you did not decide, before its time",
    tags=["seniors"],
)
def post_misuse_lift(
    review_id: Id, request: misuse_models.MisuseLiftRequest, _key: IdempotencyKey = None
) -> misuse_models.MisuseReview:
    senior = calling_senior(router.current_event).reviewer_id
    return _presented(lift_suspension(stack(), review_id=review_id, reasons=request.reasons, reviewer=senior))


def _strike(subject: Subject, strike: Strike) -> misuse_models.MisuseStrike:
    upload_id, case_id = (None, strike.ref) if subject.reports else (strike.ref, None)
    return misuse_models.MisuseStrike(upload_id=upload_id, case_id=case_id, at=strike.at)


def _presented(review: MisuseReview) -> misuse_models.MisuseReview:
    decision = review.decision
    platform, account_id = (None, None) if review.subject.reports else review.subject.account
    return misuse_models.MisuseReview(
        review_id=review.review_id,
        kind=review.subject.kind,
        platform=platform,
        account_id=account_id,
        opened_at=review.opened_at,
        outcome=decision.outcome if decision is not None else None,
        decided_at=decision.at if decision is not None else None,
        until=decision.until if decision is not None else None,
        ending=review.ending,
        ended_at=review.ended_at,
    )
