"""Routes for misuse reviews of accounts and reporters."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from staydown.api.callers import require_reviewer, require_senior
from staydown.api.cursors import decode_cursor, encode_cursor
from staydown.api.http import IdempotencyKey, PathId, create_router
from staydown.aws.misuse_store import ACTIVE_SUSPENSIONS, PENDING_REVIEWS
from staydown.domain.accounts.misuse import MisuseReview
from staydown.domain.accounts.strikes import MisuseSubject, Strike
from staydown.services.misuse.decide_misuse import MisuseJudgement, decide_misuse
from staydown.services.misuse.end_suspension import lift_suspension
from staydown.services.misuse.view_misuse import list_misuse_reviews, view_misuse

from functions.review import misuse_models
from functions.review.stack import stack

router = create_router()


@router.get(
    "/v1/review/misuse",
    operation_id="review_get_misuse_queue",
    summary="List pending misuse reviews, or current suspensions",
    tags=["reviewers"],
)
def get_misuse_queue(
    suspended: Annotated[bool, Query(description="List current suspensions, in order of their end")] = False,
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> misuse_models.MisusePage:
    require_reviewer(router.current_event)
    queue = ACTIVE_SUSPENSIONS if suspended else PENDING_REVIEWS
    after = decode_cursor(cursor, queue=queue)
    reviews, next_key = list_misuse_reviews(stack(), queue=queue, after=after, limit=limit)
    return misuse_models.MisusePage(
        reviews=[_review_response(review) for review in reviews], next=encode_cursor(next_key)
    )


@router.get(
    "/v1/review/misuse/<review_id>",
    operation_id="review_get_misuse",
    summary="Get a misuse review with the history of its account or reporter",
    tags=["reviewers"],
)
def get_misuse(review_id: PathId) -> misuse_models.MisuseDetails:
    caller = require_reviewer(router.current_event)
    view = view_misuse(stack(), review_id=review_id, reviewer=caller.reviewer_id)
    policy = stack().settings.strike_policy
    return misuse_models.MisuseDetails(
        review=_review_response(view.review),
        days=policy.window.days,
        strikes=[_strike_response(view.review.subject, strike) for strike in view.history.strikes[:100]],
        stopped=len(view.history.strikes),
        total=view.history.total,
        exact=view.exact_matches,
        not_the_subject=view.complainant_not_shown,
        hidden=view.hidden_uploads,
        shown=[misuse_models.ShownCount(shown=shown, cases=count) for shown, count in view.shown_counts],
        warned_at=view.warned_at,
        may_suspend=view.review.is_pending and view.reoffended and not view.decided_by_viewer,
        may_lift=caller.is_senior and view.review.may_be_lifted_by(caller.reviewer_id),
        longest_days=policy.max_suspension.days,
    )


@router.post(
    "/v1/review/misuse/<review_id>/decision",
    operation_id="review_post_misuse_decision",
    summary="Decide a misuse review: suspend, warn or take no action",
    tags=["reviewers"],
)
def post_misuse_decision(
    review_id: PathId, request: misuse_models.MisuseDecisionRequest, _key: IdempotencyKey = None
) -> misuse_models.MisuseReview:
    reviewer = require_reviewer(router.current_event).reviewer_id
    judgement = MisuseJudgement(request.outcome, request.intention, request.reasons, request.days)
    return _review_response(
        decide_misuse(stack(), review_id=review_id, reviewer=reviewer, judgement=judgement)
    )


@router.post(
    "/v1/review/misuse/<review_id>/lift",
    operation_id="review_post_misuse_lift",
    summary="Lift a suspension that another reviewer decided",
    tags=["seniors"],
)
def post_misuse_lift(
    review_id: PathId, request: misuse_models.MisuseLiftRequest, _key: IdempotencyKey = None
) -> misuse_models.MisuseReview:
    senior = require_senior(router.current_event).reviewer_id
    return _review_response(
        lift_suspension(stack(), review_id=review_id, reasons=request.reasons, reviewer=senior)
    )


def _strike_response(subject: MisuseSubject, strike: Strike) -> misuse_models.MisuseStrike:
    upload_id, case_id = (None, strike.ref) if subject.is_reporter else (strike.ref, None)
    return misuse_models.MisuseStrike(upload_id=upload_id, case_id=case_id, at=strike.at)


def _review_response(review: MisuseReview) -> misuse_models.MisuseReview:
    decision = review.decision
    platform, account_id = (None, None) if review.subject.is_reporter else review.subject.account
    return misuse_models.MisuseReview(
        review_id=review.review_id,
        kind=review.subject.kind,
        platform=platform,
        account_id=account_id,
        opened_at=review.opened_at,
        outcome=decision.outcome if decision is not None else None,
        decided_at=decision.at if decision is not None else None,
        until=decision.suspended_until if decision is not None else None,
        ending=review.end_reason,
        ended_at=review.ended_at,
    )
