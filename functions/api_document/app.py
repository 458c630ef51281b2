"""Serves the checked-in OpenAPI document, which `python -m infra.openapi` generates."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    document = files("staydown.api").joinpath("openapi.json").read_text(encoding="utf-8")
    headers = {"Content-Type": "application/vnd.oai.openapi+json;version=3.1", "Cache-Control": "max-age=300"}
    return {"statusCode": 200, "headers": headers, "body": document, "isBase64Encoded": False}
