"""API routes for metrics and transparency statements, for seniors."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.callers import require_senior
from staydown.api.http import PathId, create_app
from staydown.aws.stack import Stack
from staydown.services.records.transparency_statements import list_transparency_statements
from staydown.services.records.view_metrics import view_metrics

from functions.stats import models
from functions.stats.responses import stats_response

logger = Logger()
app = create_app(logger)
stack = cache(Stack.from_environment)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)


@app.get(
    "/v1/stats",
    operation_id="stats_get_stats",
    summary="Get the metrics of a period and the current queue",
    tags=["seniors"],
)
def get_stats(
    first: Annotated[
        date | None, Query(alias="from", description="First day; by default 29 days before the last")
    ] = None,
    last: Annotated[date | None, Query(alias="to", description="Last day; by default today")] = None,
) -> models.Stats:
    require_senior(app.current_event)
    metrics = view_metrics(stack(), first=first, last=last)
    return stats_response(metrics, ground=stack().settings.legal_ground)


@app.get(
    "/v1/stats/statements/<case_id>",
    operation_id="stats_get_statements",
    summary="Get a decision's statements of reasons for the DSA Transparency Database, without personal data",
    tags=["seniors"],
)
def get_statements(
    case_id: PathId,
    batch: Annotated[
        int, Query(ge=0, le=10_000, description="Counts from 0; an empty batch ends the list")
    ] = 0,
) -> models.Statements:
    require_senior(app.current_event)
    statements = list_transparency_statements(stack(), case_id, batch=batch)
    return models.Statements(statements=[models.Statement.model_validate(dict(item)) for item in statements])
