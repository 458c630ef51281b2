"""API route that compares a hash with the bank, for client apps that cannot send the image."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, Field, StrictInt
from staydown.api.callers import require_platform
from staydown.api.http import RequestBody, create_app
from staydown.aws.stack import Stack
from staydown.domain.bank.hashes import PdqHash
from staydown.domain.bank.verdicts import Verdict
from staydown.services.bank.bank_view import BankView

logger = Logger()
app = create_app(logger)
stack = cache(Stack.from_environment)


@cache
def bank() -> BankView:
    return BankView(stack())


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)


class CheckRequest(RequestBody):
    pdq: Annotated[str, Field(pattern="^[0-9a-fA-F]{64}$", description="64 hexadecimal digits")]
    quality: Annotated[StrictInt, Field(ge=0, le=100, description="The quality of the hash, 0 to 100")]


class CheckResult(BaseModel):
    """The verdict only. A distance or an entry id would help to reconstruct hashes of the bank."""

    verdict: Verdict


@app.post(
    "/v1/checks",
    operation_id="checks_post_check",
    summary="Compare a hash with the bank",
    tags=["client apps"],
)
def post_check(request: CheckRequest) -> CheckResult:
    require_platform(app.current_event)
    view = bank()
    view.refresh()
    verdict, _ = view.evaluate_hash(PdqHash.from_hex(request.pdq), request.quality)
    return CheckResult(verdict=verdict)
