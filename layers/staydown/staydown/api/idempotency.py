"""Idempotency-Key: the same request again gets the same answer, for a day.

409 while the first is still running, 422 when the key comes with another body. Only a success is kept: a
refusal changed nothing, so asking again is safe, and may be answered better then. What is kept is sealed (see
sealing) in a table of its own, and expires.

What was done is always answered, kept or not: each use case takes the same request twice for one by itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Any

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyPersistenceLayerError,
    IdempotencyValidationError,
)
from aws_lambda_powertools.utilities.typing import LambdaContext

from staydown.api.problems import problem_response, to_lambda_response
from staydown.api.response_encryption import EncryptedResponseSerializer
from staydown.aws.stack import Stack

LambdaEvent = dict[str, Any]
LambdaResponse = dict[str, Any]
KEY_LIFETIME_SECONDS = 24 * 60 * 60
MAX_STORED_CHARACTERS = 280_000
"""Characters of an answer. Sealed and in base64 it is a third more, and DynamoDB takes items of 400 KiB."""

_CALLER = "requestContext.authorizer.jwt.claims.client_id, requestContext.authorizer.jwt.claims.sub"
# What opens a case is part of who calls: a kept answer is for nobody who could not have had it anew.
_KEY = f'{_CALLER}, headers."case-secret", requestContext.http.method, rawPath, headers."idempotency-key"'


class _NotStored(Exception):
    """Carries an answer that must not be kept past the library."""

    def __init__(self, response: LambdaResponse) -> None:
        super().__init__(response["statusCode"])
        self.response = response


class IdempotentHandler:
    """Answers a function's POSTs once for each key, caller and path.

    never: route keys ("POST /v1/…") whose answers are not to be kept at all.
    """

    def __init__(
        self,
        stack: Stack,
        resolve: Callable[[LambdaEvent, LambdaContext], LambdaResponse],
        *,
        excluded_routes: Collection[str] = (),
    ) -> None:
        self._config = IdempotencyConfig(
            event_key_jmespath=f"[{_KEY}]",
            # With the key, so that the stored hash tells nobody whether a text was sent.
            payload_validation_jmespath='[headers."idempotency-key", body]',
            expires_after_seconds=KEY_LIFETIME_SECONDS,
            hash_function="sha256",
        )
        self._store = DynamoDBPersistenceLayer(
            table_name=stack.settings.idempotency_table,
            boto3_client=stack.dynamodb,
        )
        self._resolve = resolve
        self._never = frozenset(excluded_routes)

    def __call__(self, event: LambdaEvent, context: LambdaContext) -> LambdaResponse:
        key = event.get("headers", {}).get("idempotency-key")
        route = event["routeKey"]
        if key is None or not route.startswith("POST ") or route in self._never:
            return self._resolve(event, context)
        self._config.register_lambda_context(context)
        given: list[LambdaResponse] = []

        def carry_out(*, event: LambdaEvent) -> LambdaResponse:
            answer = self._resolve(event, context)
            given[:] = [answer]
            if answer["statusCode"] >= 400 or len(json.dumps(answer)) > MAX_STORED_CHARACTERS:
                raise _NotStored(answer)
            return answer

        once = idempotent_function(
            carry_out,
            data_keyword_argument="event",
            config=self._config,
            persistence_store=self._store,
            key_prefix="api",
            output_serializer=EncryptedResponseSerializer((key, event["rawPath"], event.get("body"))),
        )
        try:
            answer: LambdaResponse = once(event=event)
        except _NotStored as refused:
            return refused.response
        except IdempotencyAlreadyInProgressError:
            return _idempotency_problem(
                409, "still-running", "The first request with this Idempotency-Key is still running."
            )
        except IdempotencyValidationError:
            return _idempotency_problem(422, "key-reused", "This Idempotency-Key was used with another body.")
        except IdempotencyPersistenceLayerError:
            if not given:  # it was not begun
                raise
            return given[0]
        return answer


def _idempotency_problem(status: int, slug: str, detail: str) -> LambdaResponse:
    return to_lambda_response(
        problem_response(
            status=status,
            slug=slug,
            title="The Idempotency-Key can't be used so",
            detail=detail,
            pointers={"header idempotency-key": "choose another"} if status == 422 else None,
        )
    )
