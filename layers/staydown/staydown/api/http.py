"""The resolver that every function behind the API uses."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError, ServiceError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.params import Header
from pydantic import BaseModel, ConfigDict

from staydown.api.failures import report_failure
from staydown.api.problems import problem, problem_of, problem_of_validation
from staydown.domain.errors import InvalidRequest, StaydownError

IfMatch = Annotated[str | None, Header(alias="If-Match", description="The ETag the case was read with")]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Chosen by the caller; the same key and body again get the same answer, for a day",
        min_length=1,
        max_length=128,
    ),
]
NO_STORE = {"Cache-Control": "no-store"}


class Body(BaseModel):
    """What a caller sends: an unknown field is a mistake worth telling."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


def make_app(logger: Logger) -> APIGatewayHttpResolver:
    """Validates requests and responses; every error leaves as a problem, nothing of it as a traceback."""
    app = APIGatewayHttpResolver(enable_validation=True)

    def failed(error: Exception) -> Response[str]:
        report_failure(logger, error)
        return problem(
            status=500,
            slug="internal",
            title="Something went wrong on our side",
            detail="It was recorded. Try again; a request with the same Idempotency-Key is carried out once.",
        )

    handlers: dict[type[Exception], Callable[[Any], Response[str]]] = {
        StaydownError: problem_of,
        RequestValidationError: lambda error: problem_of_validation(error.errors()),
        NotFoundError: lambda _: problem(
            status=404, slug="not-found", title="There is no such thing", detail="No such path and method."
        ),
        ServiceError: lambda error: problem(
            status=error.status_code, slug="refused", title="The request was refused", detail=str(error.msg)
        ),
        Exception: failed,
    }
    for kind, handler in handlers.items():
        app.exception_handler(kind)(handler)
    return app


def revision_of(if_match: str | None) -> int | None:
    """The revision that an If-Match header names; None where there is none or it is *."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = re.fullmatch(r'(?:W/)?"(\d{1,9})"', if_match.strip())
    if found is None:
        raise InvalidRequest("If-Match is not an ETag of a case.", pointers={"header If-Match": 'like "3"'})
    return int(found[1])


def etag(revision: int) -> Mapping[str, Any]:
    return {"ETag": f'"{revision}"', **NO_STORE}
