"""The resolver that every function behind the API uses."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.exceptions import NotFoundError, ServiceError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.params import Header, Path
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from aws_lambda_powertools.utilities.data_classes.common import BaseProxyEvent
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, ConfigDict, Field

from staydown.api.failures import log_failure
from staydown.api.problems import (
    problem_for_error,
    problem_for_validation,
    problem_response,
    to_lambda_response,
)
from staydown.api.request_body import parse_json, require_json_body
from staydown.domain.errors import InvalidRequest, NotFound, StaydownError, VersionNeeded
from staydown.domain.uploads.upload import ID_PATTERN

PathId = Annotated[str, Path(max_length=64)]
PathAccountId = Annotated[str, Path(pattern=f"^{ID_PATTERN.pattern}$")]
BodyName = Annotated[str, Field(pattern=f"^{ID_PATTERN.pattern}$")]
"""The id of a platform or account. It is valid in an S3 key."""
IfMatch = Annotated[str | None, Header(alias="If-Match", description="The ETag of the version you read")]
RequiredIfMatch = Annotated[
    str, Header(alias="If-Match", description="The ETag of the version you read: 428 if missing, 412 if old")
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description=(
            "A value that you choose and that cannot be guessed, such as a UUID. For 24 hours, a request "
            "with the same key and body returns the same response"
        ),
        min_length=1,
        max_length=128,
    ),
]


class RequestBody(BaseModel):
    """The body of a request. An unknown field is an error."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class ApiResolver(APIGatewayHttpResolver):
    """Accepts JSON only, and marks all responses as not cacheable.

    The library stores the current event on the class that all resolvers share. In the local stack, functions
    share a process, and a request would see the caller of another. So each resolver and its routers store
    their own event.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._included: list[Router] = []

    def include_router(self, router: Router, prefix: str | None = None) -> None:
        super().include_router(router, prefix)
        self._included.append(router)

    def _to_proxy_event(self, event: dict[str, Any]) -> BaseProxyEvent:
        proxy_event = super()._to_proxy_event(event)
        for router in (self, *self._included):
            router.current_event = proxy_event
        return proxy_event

    def resolve(self, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        try:
            json_event = require_json_body(event)
        except StaydownError as error:
            return to_lambda_response(problem_for_error(error))
        response = super().resolve(json_event, context)
        response["headers"]["Cache-Control"] = "no-store"
        return response


def create_app(logger: Logger) -> ApiResolver:
    """Return a resolver that validates requests and responses and turns every error into a problem."""
    app = ApiResolver(
        enable_validation=True,
        # A response that does not match its schema is a server error.
        response_validation_error_http_code=HTTPStatus.INTERNAL_SERVER_ERROR,
        json_body_deserializer=parse_json,
    )

    def failed(error: Exception) -> Response[str]:
        log_failure(logger, error)
        return problem_response(
            status=500,
            slug="internal",
            title="Something went wrong on our side",
            detail="The error was logged. Try again: with the same Idempotency-Key, it takes effect once.",
        )

    handlers: dict[type[Exception], Callable[[Any], Response[str]]] = {
        StaydownError: problem_for_error,
        RequestValidationError: _handle_validation_error,
        NotFoundError: lambda _: problem_for_error(NotFound("No route has this path and method.")),
        ServiceError: lambda error: problem_response(
            status=error.status_code, slug="refused", title="The request was rejected", detail=str(error.msg)
        ),
        Exception: failed,
    }
    for kind, handler in handlers.items():
        app.exception_handler(kind)(handler)
    return app


def create_router() -> APIGatewayHttpRouter:
    """Return a router, for an app to include."""
    return APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


def parse_if_match(if_match: str | None) -> int | None:
    """Return the revision in an If-Match header, or None if it is missing or `*`."""
    if if_match is None or if_match.strip() == "*":
        return None
    match = re.fullmatch(r'(?:W/)?"(\d{1,9})"', if_match.strip())
    if match is None:
        raise InvalidRequest(
            "If-Match is not an ETag of this API.", pointers={"header If-Match": 'such as "3"'}
        )
    return int(match[1])


def require_if_match(if_match: str) -> int:
    """Return the revision in an If-Match header. Raise VersionNeeded for `*`, which names no version."""
    revision = parse_if_match(if_match)
    if revision is None:
        raise _precondition_required()
    return revision


def _precondition_required() -> VersionNeeded:
    return VersionNeeded(
        "Get the current version first and send its ETag as If-Match, so that no change is overlooked.",
        pointers={"header If-Match": 'such as "3"'},
    )


def _handle_validation_error(error: RequestValidationError) -> Response[str]:
    errors = [(item.get("type"), item.get("loc")) for item in error.errors()]
    if errors == [("missing", ("header", "if-match"))]:
        return problem_for_error(_precondition_required())
    return problem_for_validation(error.errors())


def etag_header(revision: int) -> dict[str, str]:
    return {"ETag": f'"{revision}"'}
