"""Functions may share a process on one machine: none takes another's caller for its own."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.http import make_app, make_router

WAIT = 5.0


def _event(path: str) -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {},
        "requestContext": {"http": {"method": "GET", "path": path}, "stage": "$default"},
    }


def test_a_request_reads_its_own_event_while_another_function_answers() -> None:
    first_is_in, second_is_through = threading.Event(), threading.Event()
    router = make_router()
    seen: list[str] = []

    @router.get("/first")
    def get_first() -> dict[str, str]:
        first_is_in.set()
        assert second_is_through.wait(WAIT)
        seen.append(router.current_event.path)
        return {}

    first, second = make_app(Logger()), make_app(Logger())
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
