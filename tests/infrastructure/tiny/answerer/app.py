"""Returns the event itself; `POST /public` returns what its body asks for."""

from __future__ import annotations

import json
from functools import cache
from itertools import count
from typing import Any

from infra.local.functions import LambdaContext
from tests.infrastructure import recorded_events as ledger

calls = cache(count)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> Any:
    ledger.record(event)
    if event.get("body") == "raise":
        raise ValueError("the body said so")
    if event.get("body") == "bare":
        return {"no": "status code"}
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json", "X-Calls": str(next(calls()))},
        "body": json.dumps({"event": event, "remaining": context.get_remaining_time_in_millis()}),
    }
