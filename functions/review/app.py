"""API routes for reviewers: cases, images, appeals, misuse, preservation, audit and sweeps."""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.http import create_app
from staydown.api.idempotency import IdempotentHandler

from functions.review import (
    appeals,
    audit,
    cases,
    misuse,
    preservation,
    reveals,
    second_opinions,
    sweeps,
)
from functions.review.stack import stack

logger = Logger()
app = create_app(logger)
for module in (cases, reveals, second_opinions, appeals, misuse, preservation, audit, sweeps):
    app.include_router(module.router)


@cache
def idempotent_handler() -> IdempotentHandler:
    # Each of these requests is recorded in the audit, and their responses must not be stored.
    excluded_routes = {
        "POST /v1/review/cases/{case_id}/reveal",
        "POST /v1/review/cases/{case_id}/comparison",
        "POST /v1/audit/{case_id}/bundle",
    }
    return IdempotentHandler(stack(), app.resolve, excluded_routes=excluded_routes)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return idempotent_handler()(event, context)
