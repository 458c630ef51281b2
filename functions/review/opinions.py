"""Second opinions, given without seeing the decision."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from staydown.api.callers import calling_reviewer
from staydown.api.cursors import from_cursor, to_cursor
from staydown.api.http import Id, IdempotencyKey, make_router
from staydown.aws.cases_store import OPINIONS
from staydown.domain.decisions import Outcome
from staydown.services.review.decide_case import Judgement
from staydown.services.review.second_opinion import claim_next_opinion, give_opinion, list_opinions
from staydown.services.review.view_case import view_blind

from functions.review import opinion_models
from functions.review.presenting import blind_case, waiting_opinion
from functions.review.seen import PassingOver, ReportsFrom, factors
from functions.review.stack import stack

router = make_router()


@router.get(
    "/v1/review/opinions",
    operation_id="review_get_opinions",
    summary="Second opinions that wait, the oldest first",
    tags=["reviewers"],
)
def get_opinions(
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> opinion_models.OpinionPage:
    reviewer = calling_reviewer(router.current_event).reviewer_id
    cases, following = list_opinions(stack(), after=from_cursor(cursor, queue=OPINIONS), limit=limit)
    page = [waiting_opinion(case, reviewer, stack().now()) for case in cases]
    return opinion_models.OpinionPage(opinions=page, next=to_cursor(following))


@router.post(
    "/v1/review/opinions/next",
    operation_id="review_post_next_opinion",
    summary="Claim the next second opinion that is yours to give",
    tags=["reviewers"],
)
def post_next_opinion(
    passing_over: PassingOver = "", reports_from: ReportsFrom = 0, _key: IdempotencyKey = None
) -> opinion_models.NextOpinion:
    reviewer = calling_reviewer(router.current_event)
    left = frozenset(passing_over.split(","))
    case = claim_next_opinion(stack(), reviewer=reviewer.reviewer_id, passing_over=left)
    if case is None:
        return opinion_models.NextOpinion(case=None)
    view = view_blind(stack(), case, reports_from)
    return opinion_models.NextOpinion(case=blind_case(view, stack().settings.questions))


@router.post(
    "/v1/review/opinions/<case_id>",
    operation_id="review_post_opinion",
    summary="Judge a case without seeing its decision",
    tags=["reviewers"],
)
def post_opinion(
    case_id: Id, request: opinion_models.OpinionRequest, _key: IdempotencyKey = None
) -> opinion_models.OpinionGiven:
    reviewer = calling_reviewer(router.current_event)
    judgement = Judgement(Outcome(request.outcome), factors(request.factors), request.reasons)
    case = give_opinion(stack(), case_id=case_id, reviewer=reviewer.reviewer_id, judgement=judgement)
    return opinion_models.OpinionGiven(case_id=case_id, agrees=bool(case.opinions_agree))
