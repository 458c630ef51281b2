"""A client that hands its calls to the watchers and to nobody else: what boto3 does on the way is left out.

Of a call through boto3 most of the time goes into signing and finding the endpoint. Where a story is played
thousands of times that is what would be tested; the contract tests play it through boto3 as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from tests.support.botocore_hooks import Call, CallHooks


class LightClient:
    """As a boto3 client of one service. signer: the real one, which signs addresses without asking AWS."""

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
    """Everything is one page."""

    def __init__(self, ask: Callable[..., Any]) -> None:
        self._ask = ask

    def paginate(self, **params: Any) -> Iterator[Any]:
        yield self._ask(**params)
