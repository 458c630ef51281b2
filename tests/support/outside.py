"""Platforms' endpoints: who named one, what each answers, and what it got."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from staydown.aws.https_post import PostFailed

SECRETS = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAA9r8GKYqrTwjUPD8ILPZIo2LaLaSw")


@dataclass
class Outside:
    """answers: by URL the status, or how calling it fails; 204 where nothing is said."""

    answers: dict[str, int | PostFailed] = field(default_factory=dict)
    got: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        answer = self.answers.get(url, 204)
        self.got.append((url, headers, body))
        if isinstance(answer, PostFailed):
            raise answer
        return answer
