"""Idempotency-Key: the same request again gets the same answer, for a day.

409 while the first is still running, 422 when the key comes with another body. Answers that say "try
again" (5xx) are not kept. Kept answers lie encrypted in a table of their own and expire.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyValidationError,
)
from aws_lambda_powertools.utilities.typing import LambdaContext

from staydown.api.problems import problem
from staydown.aws.stack import Stack

Event = dict[str, Any]
Answer = dict[str, Any]
A_DAY = 24 * 60 * 60

_CALLER = "requestContext.authorizer.jwt.claims.client_id, requestContext.authorizer.jwt.claims.sub"


class _TryAgain(Exception):
    """Carries an answer that must not be kept past the library."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer["statusCode"])
        self.answer = answer


class IdempotentCalls:
    """Answers a function's POSTs once for each key, caller and path."""

    def __init__(self, stack: Stack, resolve: Callable[[Event, LambdaContext], Answer]) -> None:
        config = IdempotencyConfig(
            event_key_jmespath=f'[{_CALLER}, requestContext.http.method, rawPath, headers."idempotency-key"]',
            payload_validation_jmespath="body",
            expires_after_seconds=A_DAY,
        )
        store = DynamoDBPersistenceLayer(
            table_name=stack.settings.idempotency_table,
            boto3_client=stack.dynamodb,
        )
        self._config = config
        self._resolve = resolve
        self._once = idempotent_function(
            self._answer,
            data_keyword_argument="event",
            config=config,
            persistence_store=store,
            key_prefix="api",
        )

    def __call__(self, event: Event, context: LambdaContext) -> Answer:
        is_post = event["requestContext"]["http"]["method"] == "POST"
        if not is_post or "idempotency-key" not in event.get("headers", {}):
            return self._resolve(event, context)
        self._config.register_lambda_context(context)
        try:
            answer: Answer = self._once(event=event, context=context)
        except _TryAgain as again:
            return again.answer
        except IdempotencyAlreadyInProgressError:
            return _refusal(
                409, "still-running", "The first request with this Idempotency-Key is still running."
            )
        except IdempotencyValidationError:
            return _refusal(422, "key-reused", "This Idempotency-Key was used with another body.")
        return answer

    def _answer(self, *, event: Event, context: LambdaContext) -> Answer:
        answer = self._resolve(event, context)
        if answer["statusCode"] >= 500 or answer["statusCode"] in {409, 429}:
            raise _TryAgain(answer)
        return answer


def _refusal(status: int, slug: str, detail: str) -> Answer:
    response = problem(status=status, slug=slug, title="The Idempotency-Key can't be used so", detail=detail)
    return {
        "statusCode": status,
        "headers": {"Content-Type": response.content_type},
        "body": response.body,
        "isBase64Encoded": False,
    }
