"""Who is in the story, and what they remember of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.demo.clients import ApiClient, PlatformClient
from infra.demo.photos import HASH_REPORTED_PHOTO, OVERDUE_PHOTO, REPORTED_PHOTO, UNRELATED_PHOTO, load_photo
from infra.demo.steps import StepResults

POSTER = "mallory"
"""The account that posts the image first."""


class Actors:
    """description: of a running stack, as in `.local/stack.json`; nothing else is known of it."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        people = {person["username"]: person["token"] for person in description["reviewers"]}
        self.alpha = PlatformClient("alpha", description)
        self.beta = PlatformClient("beta", description)
        self.anybody = ApiClient(description["api_url"])
        self.clock_url = str(description["clock_url"])
        self.robin, self.sasha, self.kim, self.noor, self.ada = (
            ApiClient(description["api_url"], people[name])
            for name in ("robin", "sasha", "kim", "noor", "ada")
        )
        self.reported_photo = load_photo(REPORTED_PHOTO)
        self.unrelated_photo = load_photo(UNRELATED_PHOTO)
        self.hash_reported_photo = load_photo(HASH_REPORTED_PHOTO)
        self.overdue_photo = load_photo(OVERDUE_PHOTO)
        self.results = StepResults()
        self.stopped_uploads: list[tuple[PlatformClient, str]] = []
        """Uploads that the bank alone has stopped: platform, upload id."""
