"""Warns of cases close to their deadline and counts overdue ones, every minute."""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.failures import log_failure
from staydown.aws.stack import Stack
from staydown.services.deadlines import watch_deadlines

logger = Logger()
metrics = Metrics()
stack = cache(Stack.from_environment)


class DeadlineRunFailed(Exception):
    """Some cases could not be processed. Raised for the function's error alarm; the next run retries."""


@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    run = watch_deadlines(stack(), lambda case_id, error: log_failure(logger, error, case=case_id))
    metrics.add_metric("CasesNearDeadline", MetricUnit.Count, run.near)
    metrics.add_metric("CasesOverdue", MetricUnit.Count, run.overdue)
    if run.warned or run.hidden:
        logger.info("deadlines", warned=run.warned, hidden=run.hidden)
    if run.failed:
        raise DeadlineRunFailed(f"{len(run.failed)} cases")
