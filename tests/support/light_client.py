"""A client that only the watchers answer, without boto3.

In a boto3 call most of the time goes into signing and finding the endpoint. Tests with thousands of runs
leave that out; the contract tests run the same calls through boto3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from tests.support.botocore_hooks import Call, CallHooks


class LightClient:
    """A boto3 client of one service. signer: the real client, which presigns URLs without calling AWS."""

    def __init__(self, wire: CallHooks, service: str, signer: Any) -> None:
        self._wire = wire
        self._service = service
        self._signer = signer

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("generate_presigned_"):
            return getattr(self._signer, name)  # type: ignore[no-any-return]
        operation = "".join(word.capitalize() for word in name.split("_"))
        return lambda **params: self._call(operation, params)

    def get_paginator(self, name: str) -> _Pages:
        return _Pages(getattr(self, name))

    def _call(self, operation: str, params: dict[str, Any]) -> Any:
        call = Call(self._service, operation, params)
        answer = self._wire.answer(call)
        if answer is None:
            raise NotImplementedError(str(call))
        if answer.status >= 300:
            raise ClientError(answer.parsed, operation)
        self._wire.notify_after(call)
        return answer.parsed


class _Pages:
    """A paginator with a single page."""

    def __init__(self, ask: Callable[..., Any]) -> None:
        self._ask = ask

    def paginate(self, **params: Any) -> Iterator[Any]:
        yield self._ask(**params)
