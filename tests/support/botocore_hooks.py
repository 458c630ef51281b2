"""Hooks around every AWS call, to count it, check it, fail it, delay it or answer it.

`before` runs before anything is sent. `after` runs after the effect, before the caller gets the answer. With
boto3 these are botocore's own event hooks, so that no code under test is replaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

Parsed = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One AWS call. service: boto3's name ("dynamodb", "s3"). params: the parameters from the code."""

    service: str
    operation: str
    params: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.service}.{self.operation}"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer. status: HTTP status; from 300 on, boto3 raises ClientError with parsed["Error"]."""

    parsed: Parsed
    status: int = 200


class Watcher:
    """Observes calls. `before` may raise, so that nothing is sent, or return an answer instead of AWS's."""

    def before(self, call: Call) -> Answer | None:
        return None

    def answered(self, call: Call, answer: Answer) -> None:
        """Receive the answer that a watcher gave instead of AWS."""

    def after(self, call: Call) -> None:
        """Run after a successful call took effect. An exception here stands for a lost answer."""


class _Response(Protocol):
    status_code: int


@dataclass
class _StubbedResponse:
    status_code: int


_CONTEXT_KEY = "staydown_call"


class CallHooks:
    """The hooks of a set of clients. Watchers run in order; the first answer ends the call."""

    def __init__(self) -> None:
        self.watchers: list[Watcher] = []

    def answer(self, call: Call) -> Answer | None:
        """Return the first watcher's answer, or None if AWS has to answer."""
        for watcher in self.watchers:
            answer = watcher.before(call)
            if answer is not None:
                for other in self.watchers:
                    other.answered(call, answer)
                return answer
        return None

    def notify_after(self, call: Call) -> None:
        """Notify the watchers that the call took effect."""
        for watcher in reversed(self.watchers):
            watcher.after(call)

    def attach(self, client: Any, service: str) -> None:
        """Attach the hooks to a boto3 client."""
        service_id = client.meta.service_model.service_id.hyphenize()

        def remember(params: Mapping[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
            context[_CONTEXT_KEY] = Call(service, model.name, dict(params))

        def before(context: dict[str, Any], **_: Any) -> tuple[_StubbedResponse, Parsed] | None:
            answer = self.answer(context[_CONTEXT_KEY])
            return None if answer is None else (_StubbedResponse(answer.status), answer.parsed)

        def after(http_response: _Response, context: dict[str, Any], **_: Any) -> None:
            if http_response.status_code < 300:
                self.notify_after(context[_CONTEXT_KEY])

        client.meta.events.register_first(f"provide-client-params.{service_id}", remember)
        client.meta.events.register(f"before-call.{service_id}", before)
        client.meta.events.register(f"after-call.{service_id}", after)

    @contextmanager
    def watched_by(self, *watchers: Watcher) -> Iterator[None]:
        """Put these watchers in front of all others for the duration of the context."""
        self.watchers[:0] = watchers
        try:
            yield
        finally:
            del self.watchers[: len(watchers)]
