"""Webhook endpoints of platforms, which record the requests that they receive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from staydown.aws.outbound_http import RequestFailed

SECRETS = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAA9r8GKYqrTwjUPD8ILPZIo2LaLaSw")


@dataclass
class WebhookReceiver:
    """responses: status or failure by URL; 204 for other URLs."""

    responses: dict[str, int | RequestFailed] = field(default_factory=dict)
    received: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        answer = self.responses.get(url, 204)
        self.received.append((url, headers, body))
        if isinstance(answer, RequestFailed):
            raise answer
        return answer
