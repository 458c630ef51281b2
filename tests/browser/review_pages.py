"""Steps of a reviewer on the console."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.page_checks import ConsoleErrors
from tests.journeys.deployed import DeployedStack
from tests.journeys.sample_images import jpeg, photograph


def reviewer_credentials(stack: DeployedStack, name: str) -> dict[str, Any]:
    return next(dict(one) for one in stack.description["reviewers"] if one["username"] == name)


def sign_in_script(stack: DeployedStack, name: str) -> str:
    """Return a script that signs the reviewer in when a tab opens."""
    tokens = json.dumps(json.dumps({"AccessToken": reviewer_credentials(stack, name)["token"]}))
    begin = f"sessionStorage.getItem('begun') ?? sessionStorage.setItem('staydown:tokens', {tokens});"
    return begin + "sessionStorage.setItem('begun', 1)"


def reported(stack: DeployedStack, account: str, photo: str) -> str:
    """Upload and report a photograph. Return the case id."""
    upload_id = stack.app().upload(account, jpeg(photograph(photo)))
    stack.drain()
    stack.person().report(upload_id)
    (case_id,) = stack.app().status(upload_id)["case_ids"]
    return str(case_id)


@dataclass
class ReviewPage:
    """A page on which a reviewer is signed in."""

    page: Page

    @classmethod
    def signed_in(cls, open_page: Open, stack: DeployedStack, name: str, **options: Any) -> ReviewPage:
        """Open the queue, signed in with a token that can't be renewed. Other tests cover signing in."""
        page = open_page("review.html", script=sign_in_script(stack, name), **options)
        desk = cls(page)
        expect(desk.heading("Queue")).to_be_visible()
        return desk

    @classmethod
    def at_case(
        cls, open_page: Open, stack: DeployedStack, name: str, case_id: str, **options: Any
    ) -> ReviewPage:
        """Open a case, signed in and with the case claimed, and wait for its blurred image."""
        stack.reviewer(name).claim(case_id)
        desk = cls(open_page(f"review.html#/case/{case_id}", script=sign_in_script(stack, name), **options))
        expect(desk.page.get_by_text("Blurred and grey.")).to_be_visible()
        return desk

    def sign_in(self, name: str, password: str) -> None:
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in", exact=True).click()

    def heading(self, name: str) -> Locator:
        return self.page.get_by_role("heading", name=name)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    @property
    def console_errors(self) -> ConsoleErrors:
        return ConsoleErrors.of(self.page)

    def claim_next(self) -> str:
        """Claim the next case and wait for its blurred image. Return the case id."""
        self.button("Next case").first.click()
        expect(self.page.get_by_text("Blurred and grey.")).to_be_visible()
        return self.case_id

    @property
    def case_id(self) -> str:
        return self.page.url.rpartition("/")[2]

    def outcome(self, value: str) -> Locator:
        return self.page.locator(f"input[name=outcome][value={value}]")

    def fill(self, outcome: str = "violating", reasons: str = "The person shown did not agree.") -> None:
        self.outcome(outcome).check()
        self.page.get_by_label("Nudity").check()
        self.page.get_by_label("Private", exact=True).check()
        self.page.get_by_role("group", name="Is the reporter the person shown").get_by_label("Yes").check()
        self.page.get_by_label("Reasons").fill(reasons)

    def open_appeal(self) -> None:
        """Open the first pending appeal."""
        self.page.get_by_role("link", name="Appeals").click()
        expect(self.heading("Appeals")).to_be_focused()
        self.page.get_by_role("rowheader").get_by_role("link").first.click()

    @property
    def sharp_image(self) -> Locator:
        """The sharp image, which exists only while it is revealed."""
        return self.page.locator(".stage img.sharp")

    @property
    def pending_decisions(self) -> Locator:
        return self.page.get_by_role("region", name="Not sent yet")

    def send_now(self) -> None:
        self.pending_decisions.get_by_role("button", name="Send now").first.click()
        expect(self.pending_decisions.get_by_text("Sent.", exact=True).first).to_be_visible()
