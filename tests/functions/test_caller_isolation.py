"""Functions that share a process in the local stack never mix up their callers."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.http import create_app, create_router

WAIT = 5.0


def _event(path: str) -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {},
        "requestContext": {"http": {"method": "GET", "path": path}, "stage": "$default"},
    }


def test_concurrent_functions_read_their_own_request() -> None:
    first_is_in, second_is_through = threading.Event(), threading.Event()
    router = create_router()
    seen: list[str] = []

    @router.get("/first")
    def get_first() -> dict[str, str]:
        first_is_in.set()
        assert second_is_through.wait(WAIT)
        seen.append(router.current_event.path)
        return {}

    first, second = create_app(Logger()), create_app(Logger())
    first.include_router(router)

    @second.get("/second")
    def get_second() -> dict[str, str]:
        seen.append(second.current_event.path)
        return {}

    with ThreadPoolExecutor() as threads:
        slow = threads.submit(first.resolve, _event("/first"), LambdaContext())
        assert first_is_in.wait(WAIT)
        assert second.resolve(_event("/second"), LambdaContext())["statusCode"] == 200
        second_is_through.set()
        assert slow.result(WAIT)["statusCode"] == 200
    assert seen == ["/second", "/first"]
