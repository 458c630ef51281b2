"""A case as whoever asks may see it, and what they say of it."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response
from staydown.api.callers import Reviewer
from staydown.api.http import etag
from staydown.domain.decisions import Factors
from staydown.services.review.view_case import Onlooker, view_case

from functions.review import models
from functions.review.presenting import presented_case
from functions.review.stack import stack


def seen_case(reviewer: Reviewer, case_id: str, *, just_decided: bool = False) -> models.Case:
    onlooker = onlooker_of(reviewer)
    if just_decided:
        # Whoever has just locked it sees that they did, and nothing of it ever after.
        onlooker = replace(onlooker, child_safety=True)
    view = view_case(stack(), case_id=case_id, onlooker=onlooker)
    return presented_case(view, reviewer.reviewer_id, stack().now())


def with_etag(case: models.Case) -> Response[models.Case]:
    return Response(
        status_code=HTTPStatus.OK,
        content_type="application/json",
        body=case,
        headers=etag(case.revision),
    )


def onlooker_of(caller: Reviewer) -> Onlooker:
    return Onlooker(
        caller.reviewer_id,
        reviews=caller.reviews,
        senior=caller.senior,
        child_safety=caller.child_safety,
    )


def factors(given: models.FactorsGiven) -> Factors:
    return Factors(frozenset(given.shown), given.setting, given.complainant)
