"""Between the code and AWS: every call passes here, to be counted, checked, failed, delayed or answered.

`before` runs where nothing was sent yet, `after` where the effect is there but the answer is not known yet.
With boto3 these are botocore's own hooks, so nothing of the code under test is replaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

Parsed = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One call to AWS. service: as boto3 names it ("dynamodb", "s3"). params: as given by the code."""

    service: str
    operation: str
    params: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.service}.{self.operation}"


@dataclass(frozen=True, slots=True)
class Answer:
    """status: of the HTTP response; from 300 on boto3 raises ClientError with parsed["Error"]."""

    parsed: Parsed
    status: int = 200


class Watcher:
    """Does nothing; what overrides `before` may raise (nothing happens then) or answer in AWS's place."""

    def before(self, call: Call) -> Answer | None:
        return None

    def answered(self, call: Call, answer: Answer) -> None:
        """A watcher answered this, whatever it is."""

    def after(self, call: Call) -> None:
        """The effect of a successful call is there. What is raised here is an answer that was lost."""


class _Response(Protocol):
    status_code: int


@dataclass
class _StubbedResponse:
    status_code: int


_CONTEXT_KEY = "staydown_call"


class CallHooks:
    """What a set of clients calls through. Watchers are asked in order; the first answer ends the call."""

    def __init__(self) -> None:
        self.watchers: list[Watcher] = []

    def answer(self, call: Call) -> Answer | None:
        """None: nobody answered in AWS's place."""
        for watcher in self.watchers:
            answer = watcher.before(call)
            if answer is not None:
                for other in self.watchers:
                    other.answered(call, answer)
                return answer
        return None

    def notify_after(self, call: Call) -> None:
        """Its effect is there."""
        for watcher in reversed(self.watchers):
            watcher.after(call)

    def attach(self, client: Any, service: str) -> None:
        """Hook into a boto3 client."""
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
        """For a while, before all others."""
        self.watchers[:0] = watchers
        try:
            yield
        finally:
            del self.watchers[: len(watchers)]
