"""What reviewers do: take a case, look, decide; and the audit of it all."""

from __future__ import annotations

import base64
from dataclasses import replace
from functools import cache
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.callers import Reviewer, calling_reviewer, calling_senior, calling_staff
from staydown.api.cursors import from_cursor, to_cursor
from staydown.api.http import Id, IdempotencyKey, IfMatch, etag, make_app, revision_of
from staydown.api.idempotency import IdempotentCalls
from staydown.aws.cases_store import APPEALS, CASES, LOCKED, OPINIONS
from staydown.aws.stack import Stack
from staydown.domain.cases import Case, Factors, Outcome
from staydown.domain.errors import NotAllowed
from staydown.domain.reason_templates import TEMPLATES
from staydown.services.ask_erasure import ask_erasure
from staydown.services.decide_appeal import Answer, decide_appeal, list_appeals, took_part
from staydown.services.decide_case import Judgement, decide_case
from staydown.services.export_case import export_case
from staydown.services.hold_case import HoldReason, hold_case, release_case
from staydown.services.read_audit import read_audit
from staydown.services.review_queue import claim_case, claim_next, declare_conflict, list_locked, list_queue
from staydown.services.second_opinion import claim_next_opinion, give_opinion, list_opinions
from staydown.services.view_case import Onlooker, open_case, view_blind, view_case

from functions.review import models
from functions.review.presenting import (
    blind_case,
    presented_appeal,
    presented_case,
    presented_chain,
    queued_case,
    waiting_opinion,
)

logger = Logger()
app = make_app(logger)
stack = cache(Stack.from_environment)


@cache
def calls() -> IdempotentCalls:
    # A look and a bundle are recorded each time, and neither is kept anywhere.
    looks = {f"POST /v1/review/cases/{{case_id}}/{look}" for look in ("reveal", "comparison")}
    return IdempotentCalls(stack(), app.resolve, never={*looks, "POST /v1/audit/{case_id}/bundle"})


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return calls()(event, context)


@app.get("/v1/review/queue", summary="Undecided cases, nearest deadline first", tags=["reviewers"])
def get_queue(
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> models.QueuePage:
    reviewer = calling_reviewer(app.current_event)
    cases, following = list_queue(stack(), after=from_cursor(cursor, queue=CASES), limit=limit)
    page = [queued_case(case, reviewer.reviewer_id, stack().now()) for case in cases]
    return models.QueuePage(cases=page, next=to_cursor(following))


@app.post("/v1/review/next", summary="Claim the case with the nearest deadline", tags=["reviewers"])
def post_next(
    passing_over: Annotated[
        str, Query(max_length=1024, description="Cases to leave where they are: ids, with commas between")
    ] = "",
    _key: IdempotencyKey = None,
) -> models.NextCase:
    reviewer = calling_reviewer(app.current_event)
    left = frozenset(passing_over.split(","))
    case = claim_next(stack(), reviewer=reviewer.reviewer_id, passing_over=left)
    return models.NextCase(case=_case(case.case_id) if case is not None else None)


@app.get("/v1/review/cases/<case_id>", summary="A case, but not who reported it", tags=["reviewers"])
def get_case(case_id: Id) -> Response[models.Case]:
    return _with_etag(_case(case_id))


@app.post(
    "/v1/review/cases/<case_id>/claim", summary="Claim this case, or renew the claim", tags=["reviewers"]
)
def post_claim(case_id: Id, _key: IdempotencyKey = None) -> Response[models.Case]:
    reviewer = calling_reviewer(app.current_event)
    claim_case(stack(), case_id=case_id, reviewer=reviewer.reviewer_id)
    return _with_etag(_case(case_id))


@app.post(
    "/v1/review/cases/<case_id>/reveal",
    summary="Look at an image: blurred, or by a short-lived link; each look is recorded",
    tags=["reviewers"],
)
def post_reveal(case_id: Id, request: models.RevealRequest) -> models.Revealed:
    # Imported here: it brings the image libraries, which no other route of this function needs.
    from staydown.services.reveal_image import Look, reveal_blurred, reveal_sharp  # noqa: PLC0415

    caller = calling_staff(app.current_event)
    look = Look(case_id, request.upload_id, caller.reviewer_id, senior=caller.senior, reviews=caller.reviews)
    if request.sharp:
        link = reveal_sharp(stack(), look)
        revealed = models.Revealed(image=None, url=link.url, expires_at=link.expires_at)
    else:
        picture = base64.b64encode(reveal_blurred(stack(), look)).decode()
        revealed = models.Revealed(image=picture, url=None, expires_at=None)
    return revealed


@app.post(
    "/v1/review/cases/<case_id>/comparison",
    summary="An upload laid over the judged picture that it met, both blurred; each look is recorded",
    tags=["reviewers"],
)
def post_comparison(case_id: Id, request: models.ComparisonRequest) -> models.Comparison:
    from staydown.services.compare_pictures import compare_pictures  # noqa: PLC0415
    from staydown.services.reveal_image import Look  # noqa: PLC0415

    caller = calling_reviewer(app.current_event)
    look = Look(
        case_id,
        request.upload_id,
        caller.reviewer_id,
        senior=caller.senior,
        compared_with=request.entry_id,
    )
    found = compare_pictures(stack(), look)
    picture = base64.b64encode(found.drawing).decode() if found.drawing is not None else None
    return models.Comparison(image=picture, original_kept=found.original_kept)


@app.post("/v1/review/cases/<case_id>/decision", summary="Decide a case", tags=["reviewers"])
def post_decision(
    case_id: Id, request: models.DecisionRequest, if_match: IfMatch = None, _key: IdempotencyKey = None
) -> Response[models.Case]:
    reviewer = calling_reviewer(app.current_event)
    decide_case(
        stack(),
        case_id=case_id,
        reviewer=reviewer.reviewer_id,
        judgement=Judgement(
            request.outcome, _factors(request.factors), request.reasons, request.second_opinion
        ),
        expected_revision=revision_of(if_match),
    )
    return _with_etag(_case(case_id, just_decided=True))


@app.get("/v1/review/opinions", summary="Second opinions that wait, the oldest first", tags=["reviewers"])
def get_opinions(
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> models.OpinionPage:
    reviewer = calling_reviewer(app.current_event).reviewer_id
    cases, following = list_opinions(stack(), after=from_cursor(cursor, queue=OPINIONS), limit=limit)
    page = [waiting_opinion(case, reviewer, stack().now()) for case in cases]
    return models.OpinionPage(opinions=page, next=to_cursor(following))


@app.post(
    "/v1/review/opinions/next",
    summary="Claim the next second opinion that is yours to give",
    tags=["reviewers"],
)
def post_next_opinion(_key: IdempotencyKey = None) -> models.NextOpinion:
    reviewer = calling_reviewer(app.current_event)
    case = claim_next_opinion(stack(), reviewer=reviewer.reviewer_id)
    return models.NextOpinion(case=blind_case(view_blind(stack(), case)) if case is not None else None)


@app.post(
    "/v1/review/opinions/<case_id>", summary="Judge a case without seeing its decision", tags=["reviewers"]
)
def post_opinion(
    case_id: Id, request: models.OpinionRequest, _key: IdempotencyKey = None
) -> models.OpinionGiven:
    reviewer = calling_reviewer(app.current_event)
    judgement = Judgement(Outcome(request.outcome), _factors(request.factors), request.reasons)
    case = give_opinion(stack(), case_id=case_id, reviewer=reviewer.reviewer_id, judgement=judgement)
    return models.OpinionGiven(case_id=case_id, agrees=bool(case.opinions_agree))


@app.post(
    "/v1/review/cases/<case_id>/conflict",
    summary="Declare a conflict of interest: the case is never yours again",
    tags=["reviewers"],
)
def post_conflict(case_id: Id, _key: IdempotencyKey = None) -> models.ConflictDeclared:
    reviewer = calling_reviewer(app.current_event)
    declare_conflict(stack(), case_id=case_id, reviewer=reviewer.reviewer_id)
    return models.ConflictDeclared(case_id=case_id)


@app.get("/v1/review/locked", summary="Locked cases, the oldest first", tags=["child safety"])
def get_locked(
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> models.QueuePage:
    caller = calling_staff(app.current_event)
    if not caller.child_safety:
        raise NotAllowed("Only the group for child safety sees locked cases.")
    cases, following = list_locked(stack(), after=from_cursor(cursor, queue=LOCKED), limit=limit)
    page = [queued_case(case, caller.reviewer_id, stack().now()) for case in cases]
    return models.QueuePage(cases=page, next=to_cursor(following))


@app.get("/v1/review/templates", summary="Reasons for the usual decisions, to start from", tags=["reviewers"])
def get_templates() -> models.Templates:
    calling_reviewer(app.current_event)
    return models.Templates(
        templates=[
            models.Template(key=one.key, outcome=one.outcome, title=one.title, text=one.text)
            for one in TEMPLATES
        ]
    )


@app.get("/v1/review/appeals", summary="Appeals that wait, the oldest first", tags=["reviewers"])
def get_appeals(
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> models.AppealPage:
    reviewer = calling_reviewer(app.current_event).reviewer_id
    appeals, following = list_appeals(stack(), after=from_cursor(cursor, queue=APPEALS), limit=limit)
    return models.AppealPage(
        appeals=[
            presented_appeal(one, you_took_part=took_part(stack(), one.case_id, reviewer)) for one in appeals
        ],
        next=to_cursor(following),
    )


@app.post(
    "/v1/review/appeals/<appeal_id>/decision",
    summary="Decide an appeal of a case that you had no part in",
    tags=["reviewers"],
)
def post_appeal_decision(
    appeal_id: Id, request: models.AppealDecisionRequest, _key: IdempotencyKey = None
) -> models.ReviewedAppeal:
    reviewer = calling_reviewer(app.current_event)
    answer = Answer(
        request.outcome,
        request.reasons,
        _factors(request.factors) if request.factors is not None else None,
        Outcome(request.finding),
    )
    appeal = decide_appeal(
        stack(), appeal_id=appeal_id, answer=answer, reviewer=reviewer.reviewer_id, senior=reviewer.senior
    )
    return presented_appeal(appeal, you_took_part=False)


@app.post(
    "/v1/review/cases/<case_id>/hold", summary="Keep all of a case, whatever its time", tags=["seniors"]
)
def post_hold(case_id: Id, request: models.HoldRequest, _key: IdempotencyKey = None) -> models.Held:
    senior = calling_senior(app.current_event)
    return _held(hold_case(stack(), case_id, by=senior.reviewer_id, reason=request.reason))


@app.post(
    "/v1/review/cases/<case_id>/release",
    summary="Ask for the end of a hold, or confirm what somebody else has asked for",
    tags=["seniors"],
)
def post_release(case_id: Id, _key: IdempotencyKey = None) -> models.Held:
    senior = calling_senior(app.current_event)
    return _held(release_case(stack(), case_id, by=senior.reviewer_id))


@app.post(
    "/v1/review/cases/<case_id>/erase",
    summary="Have the quarantined images of a case erased now",
    tags=["seniors"],
)
def post_erase(case_id: Id, _key: IdempotencyKey = None) -> models.Held:
    senior = calling_senior(app.current_event)
    return _held(ask_erasure(stack(), case_id, by=senior.reviewer_id))


def _held(case: Case) -> models.Held:
    hold = case.hold
    return models.Held(
        case_id=case.case_id,
        held=hold is not None,
        reason=HoldReason(hold.reason) if hold is not None else None,
        since=hold.at if hold is not None else None,
        release_asked=hold is not None and hold.release_asked_by is not None,
        erasure_asked=case.erasure_asked_at is not None,
    )


@app.get("/v1/audit/<case_id>", summary="The audit of a case, verified", tags=["seniors"])
def get_audit(case_id: Id) -> models.Audit:
    open_case(stack(), case_id, _auditor(), what="audit")
    chains = [presented_chain(chain) for chain in read_audit(stack(), case_id)]
    return models.Audit(case_id=case_id, chains=chains)


def _factors(given: models.FactorsGiven) -> Factors:
    return Factors(frozenset(given.shown), given.setting, given.complainant)


@app.post(
    "/v1/audit/<case_id>/bundle",
    summary="A case for a court: facts, audit and anchors, without the picture and who reported",
    tags=["seniors"],
)
def post_bundle(case_id: Id) -> models.Bundle:
    bundle = export_case(stack(), case_id, _auditor())
    return models.Bundle.model_validate(dict(bundle))


def _auditor() -> Onlooker:
    """A senior, or, of a locked case, the restricted group."""
    caller = calling_staff(app.current_event)
    if not caller.child_safety:
        calling_senior(app.current_event)
    return _onlooker(caller)


def _onlooker(caller: Reviewer) -> Onlooker:
    return Onlooker(
        caller.reviewer_id,
        reviews=caller.reviews,
        senior=caller.senior,
        child_safety=caller.child_safety,
    )


def _case(case_id: str, *, just_decided: bool = False) -> models.Case:
    reviewer = calling_staff(app.current_event)
    onlooker = _onlooker(reviewer)
    if just_decided:
        # Whoever has just locked it sees that they did, and nothing of it ever after.
        onlooker = replace(onlooker, child_safety=True)
    view = view_case(stack(), case_id=case_id, onlooker=onlooker)
    return presented_case(view, reviewer.reviewer_id, stack().now())


def _with_etag(case: models.Case) -> Response[models.Case]:
    return Response(
        status_code=HTTPStatus.OK,
        content_type="application/json",
        body=case,
        headers=etag(case.revision),
    )
