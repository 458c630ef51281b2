"""What reviewers do: take a case, look, decide; and the audit of it all."""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.http import create_app
from staydown.api.idempotency import IdempotentHandler

from functions.review import appeals, cases, misuse, sweeps
from functions.review import audit as records
from functions.review import reveals as looks
from functions.review import second_opinions as opinions
from functions.review.stack import stack

logger = Logger()
app = create_app(logger)
for routes in (cases, looks, opinions, appeals, misuse, records, sweeps):
    app.include_router(routes.router)


@cache
def idempotent_handler() -> IdempotentHandler:
    # A look and a bundle are recorded each time, and neither is kept anywhere.
    looked = {f"POST /v1/review/cases/{{case_id}}/{look}" for look in ("reveal", "comparison")}
    return IdempotentHandler(
        stack(), app.resolve, excluded_routes={*looked, "POST /v1/audit/{case_id}/bundle"}
    )


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return idempotent_handler()(event, context)
