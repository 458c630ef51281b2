"""Every minute: which cases are about to miss their deadline, and which have."""

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
    """Some cases could not be hidden or told of; the function's alarm says so, the next run tries again."""


@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    watched = watch_deadlines(stack(), lambda case_id, error: log_failure(logger, error, case=case_id))
    metrics.add_metric("CasesNearDeadline", MetricUnit.Count, watched.near)
    metrics.add_metric("CasesOverdue", MetricUnit.Count, watched.overdue)
    if watched.warned or watched.hidden:
        logger.info("watched", warned=watched.warned, hidden=watched.hidden)
    if watched.failed:
        raise DeadlineRunFailed(f"{len(watched.failed)} cases")
