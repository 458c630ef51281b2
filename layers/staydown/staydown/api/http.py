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
"""A platform's or an account's id, as it can stand in the key of an object."""
IfMatch = Annotated[str | None, Header(alias="If-Match", description="The ETag it was read with")]
RequiredIfMatch = Annotated[
    str, Header(alias="If-Match", description="The ETag it was read with; 428 without, 412 when it moved on")
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description=(
            "Chosen by the caller and not to be guessed, say a UUID: for a day, the same key and body again "
            "get the same answer"
        ),
        min_length=1,
        max_length=128,
    ),
]


class RequestBody(BaseModel):
    """What a caller sends: an unknown field is a mistake worth telling."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class ApiResolver(APIGatewayHttpResolver):
    """Takes JSON alone; nothing on the way may keep what it answers.

    The library keeps the event at hand on the class of all resolvers. Where functions share a process, as on
    one machine, a request would then see another's caller; so each resolver and its routers keep their own.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._included: list[Router] = []

    def include_router(self, router: Router, prefix: str | None = None) -> None:
        super().include_router(router, prefix)
        self._included.append(router)

    def _to_proxy_event(self, event: dict[str, Any]) -> BaseProxyEvent:
        found = super()._to_proxy_event(event)
        for reader in (self, *self._included):
            reader.current_event = found
        return found

    def resolve(self, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        try:
            readable = require_json_body(event)
        except StaydownError as error:
            return to_lambda_response(problem_for_error(error))
        answer = super().resolve(readable, context)
        answer["headers"]["Cache-Control"] = "no-store"
        return answer


def create_app(logger: Logger) -> ApiResolver:
    """Validates requests and responses; every error leaves as a problem, nothing of it as a traceback."""
    app = ApiResolver(
        enable_validation=True,
        # An answer of ours that breaks its schema is our failure, not the caller's.
        response_validation_error_http_code=HTTPStatus.INTERNAL_SERVER_ERROR,
        json_body_deserializer=parse_json,
    )

    def failed(error: Exception) -> Response[str]:
        log_failure(logger, error)
        return problem_response(
            status=500,
            slug="internal",
            title="Something went wrong on our side",
            detail="It was recorded. Try again; a request with the same Idempotency-Key is carried out once.",
        )

    handlers: dict[type[Exception], Callable[[Any], Response[str]]] = {
        StaydownError: problem_for_error,
        RequestValidationError: _handle_validation_error,
        NotFoundError: lambda _: problem_for_error(NotFound("No such path and method.")),
        ServiceError: lambda error: problem_response(
            status=error.status_code, slug="refused", title="The request was refused", detail=str(error.msg)
        ),
        Exception: failed,
    }
    for kind, handler in handlers.items():
        app.exception_handler(kind)(handler)
    return app


def create_router() -> APIGatewayHttpRouter:
    """Routes in a module of their own, for an app to include."""
    return APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


def parse_if_match(if_match: str | None) -> int | None:
    """The revision that an If-Match header names; None where there is none or it is *."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = re.fullmatch(r'(?:W/)?"(\d{1,9})"', if_match.strip())
    if found is None:
        raise InvalidRequest("If-Match is not an ETag of a case.", pointers={"header If-Match": 'like "3"'})
    return int(found[1])


def require_if_match(if_match: str) -> int:
    """The revision that an If-Match header names; VersionNeeded for *, which nobody has read."""
    revision = parse_if_match(if_match)
    if revision is None:
        raise _precondition_required()
    return revision


def _precondition_required() -> VersionNeeded:
    return VersionNeeded(
        "Read it first, and send its ETag as If-Match: what came since is not to be overlooked.",
        pointers={"header If-Match": 'like "3"'},
    )


def _handle_validation_error(error: RequestValidationError) -> Response[str]:
    wrong = [(one.get("type"), one.get("loc")) for one in error.errors()]
    if wrong == [("missing", ("header", "if-match"))]:
        return problem_for_error(_precondition_required())
    return problem_for_validation(error.errors())


def etag_header(revision: int) -> dict[str, str]:
    return {"ETag": f'"{revision}"'}
