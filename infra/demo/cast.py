"""Who is in the story, and what they remember of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.demo.clients import Caller, Platform
from infra.demo.pictures import CLAIMED, INNOCENT, LATE, REPORTED, photograph
from infra.demo.steps import Notes

POSTER = "mallory"
"""The account that posts the image first."""


class Cast:
    """description: of a running stack, as in `.local/stack.json`; nothing else is known of it."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        people = {person["username"]: person["token"] for person in description["reviewers"]}
        self.alpha = Platform("alpha", description)
        self.beta = Platform("beta", description)
        self.anybody = Caller(description["api_url"])
        self.clock_url = str(description["clock_url"])
        self.robin, self.sasha, self.kim, self.noor, self.ada = (
            Caller(description["api_url"], people[name]) for name in ("robin", "sasha", "kim", "noor", "ada")
        )
        self.photo = photograph(REPORTED)
        self.innocent = photograph(INNOCENT)
        self.claimed = photograph(CLAIMED)
        self.late = photograph(LATE)
        self.notes = Notes()
        self.stopped: list[tuple[Platform, str]] = []
        """Uploads that the bank alone has stopped: platform, upload id."""
