"""Idempotency-Key: a repeated request gets the same answer for a day.

The status is 409 while the first request is running, and 422 if the key was used with another body. Only a
successful answer is stored, encrypted (see response_encryption), in a table of its own. A rejected request
changed nothing, so it can be sent again with the same key.

A stored answer that can't be decrypted (damaged, or written by a newer release that was rolled back) counts
as absent: the request is carried out again. This is safe, as it is for an answer that is too large to be
stored: a repeated request takes effect once in each use case.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Any

from aws_lambda_powertools import Logger
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

from staydown.api.failures import log_failure
from staydown.api.problems import problem_response, to_lambda_response
from staydown.api.response_encryption import EncryptedResponseSerializer, ResponseDecryptionFailed
from staydown.aws.stack import Stack

LambdaEvent = dict[str, Any]
LambdaResponse = dict[str, Any]
KEY_LIFETIME_SECONDS = 24 * 60 * 60
MAX_STORED_CHARACTERS = 280_000
"""The limit for one answer. Encryption and base64 add a third; a DynamoDB item has at most 400 KiB."""

_CALLER = "requestContext.authorizer.jwt.claims.client_id, requestContext.authorizer.jwt.claims.sub"
# The secret of a case is part of the caller's identity: without it, a caller gets no stored answer.
_KEY = f'{_CALLER}, headers."case-secret", requestContext.http.method, rawPath, headers."idempotency-key"'


logger = Logger()


class _NotStored(Exception):
    """Carries an answer past the library, which would store it."""

    def __init__(self, response: LambdaResponse) -> None:
        super().__init__(response["statusCode"])
        self.response = response


class IdempotentHandler:
    """Handler of a function behind the API: carries out a POST once for each key, caller and path.

    excluded_routes: route keys ("POST /v1/…") whose answers are never stored.
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
            # Includes the key: a hash of the body alone would confirm a guessed text.
            payload_validation_jmespath='[headers."idempotency-key", body]',
            expires_after_seconds=KEY_LIFETIME_SECONDS,
            hash_function="sha256",
        )
        self._store = DynamoDBPersistenceLayer(
            table_name=stack.settings.idempotency_table,
            boto3_client=stack.dynamodb,
        )
        self._resolve = resolve
        self._excluded_routes = frozenset(excluded_routes)

    def __call__(self, event: LambdaEvent, context: LambdaContext) -> LambdaResponse:
        key = event.get("headers", {}).get("idempotency-key")
        route = event["routeKey"]
        if key is None or not route.startswith("POST ") or route in self._excluded_routes:
            return self._resolve(event, context)
        self._config.register_lambda_context(context)
        answers: list[LambdaResponse] = []

        def carry_out(*, event: LambdaEvent) -> LambdaResponse:
            answer = self._resolve(event, context)
            answers[:] = [answer]
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
        answer: LambdaResponse
        try:
            answer = once(event=event)
        except _NotStored as result:
            answer = result.response
        except IdempotencyAlreadyInProgressError:
            detail = "The first request with this Idempotency-Key is still in progress."
            answer = _idempotency_problem(409, "still-running", detail)
        except IdempotencyValidationError:
            detail = "This Idempotency-Key was used with another body."
            answer = _idempotency_problem(422, "key-reused", detail)
        except ResponseDecryptionFailed as error:
            log_failure(logger, error)
            answer = self._resolve(event, context)
        except IdempotencyPersistenceLayerError:
            if not answers:  # the request was not carried out
                raise
            answer = answers[0]
        return answer


def _idempotency_problem(status: int, slug: str, detail: str) -> LambdaResponse:
    return to_lambda_response(
        problem_response(
            status=status,
            slug=slug,
            title="The Idempotency-Key can't be used for this request",
            detail=detail,
            pointers={"header idempotency-key": "use another key"} if status == 422 else None,
        )
    )
