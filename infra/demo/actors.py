"""The actors of the demo and the results that steps share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.demo.clients import ApiClient, PlatformClient
from infra.demo.photos import HASH_REPORTED_PHOTO, OVERDUE_PHOTO, REPORTED_PHOTO, UNRELATED_PHOTO, load_photo
from infra.demo.steps import StepResults

POSTER = "mallory"
"""The account that first posts the image."""


class Actors:
    """The actors on a running stack. description: the contents of `.local/stack.json`."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        tokens = {user["username"]: user["token"] for user in description["reviewers"]}
        self.alpha = PlatformClient("alpha", description)
        self.beta = PlatformClient("beta", description)
        self.anybody = ApiClient(description["api_url"])
        self.clock_url = str(description["clock_url"])
        self.robin, self.sasha, self.kim, self.noor, self.ada = (
            ApiClient(description["api_url"], tokens[name])
            for name in ("robin", "sasha", "kim", "noor", "ada")
        )
        self.reported_photo = load_photo(REPORTED_PHOTO)
        self.unrelated_photo = load_photo(UNRELATED_PHOTO)
        self.hash_reported_photo = load_photo(HASH_REPORTED_PHOTO)
        self.overdue_photo = load_photo(OVERDUE_PHOTO)
        self.results = StepResults()
        self.stopped_uploads: list[tuple[PlatformClient, str]] = []
        """(platform, upload id) of uploads that a match blocked or removed without human review."""
