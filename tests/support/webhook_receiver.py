"""Platforms' endpoints: who named one, what each answers, and what it got."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from staydown.aws.outbound_http import RequestFailed

SECRETS = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAA9r8GKYqrTwjUPD8ILPZIo2LaLaSw")


@dataclass
class WebhookReceiver:
    """answers: by URL the status, or how calling it fails; 204 where nothing is said."""

    responses: dict[str, int | RequestFailed] = field(default_factory=dict)
    received: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        answer = self.responses.get(url, 204)
        self.received.append((url, headers, body))
        if isinstance(answer, RequestFailed):
            raise answer
        return answer
