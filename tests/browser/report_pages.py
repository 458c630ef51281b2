"""Steps of a reporter on the pages."""

from __future__ import annotations

import uuid

from playwright.sync_api import FilePayload, Locator, Page

from tests.browser.page_checks import axe_violations, poll
from tests.journeys.deployed import DeployedStack

ALL_DECLARATIONS = ("intimate", "without_consent", "subject_or_representative", "good_faith")


class ReportFormPage:
    """The report form on a page. Each method completes one step and continues."""

    def __init__(self, page: Page, stack: DeployedStack) -> None:
        self.page = page
        self.email = f"jane.{uuid.uuid4().hex[:12]}@example.org"
        self.signature = f"Jane {uuid.uuid4().hex[:12]}"
        stack.watch.add_private(self.email, self.signature)

    def continue_(self) -> None:
        self.page.click("#go-on")

    def locate_image(self, answer: str) -> None:
        self.page.get_by_label(answer).check()
        self.continue_()

    def links(self, *lines: str) -> None:
        self.page.fill("#links", "\n".join(lines))
        self.continue_()

    def declare(self, *declarations: str, who: str = "I am the person shown") -> None:
        self.page.get_by_label(who).first.check()
        for one in declarations:
            self.page.locator(f"[name=declarations][value={one}]").check()
        self.continue_()

    def statement(self, text: str = "") -> None:
        self.page.fill("#statement", text)
        self.continue_()

    def contact(self, *, signed: bool = True) -> None:
        self.page.fill("#email", self.email)
        if signed:
            self.page.fill("#signature", self.signature)
        self.continue_()

    def recovery_phrase(self, phrase: str = "") -> None:
        self.page.fill("#phrase", phrase)
        self.continue_()

    def fill_report_of(self, upload_id: str) -> None:
        """Complete all steps of a valid report about this upload, without sending it."""
        self.locate_image("It was posted")
        self.links(upload_id)
        self.declare(*ALL_DECLARATIONS)
        self.statement("I never agreed.")
        self.contact()
        self.recovery_phrase()

    def submit(self) -> tuple[str, str]:
        """Send the report. Return its case number and secret."""
        self.continue_()
        return self.case_credentials()

    def case_credentials(self) -> tuple[str, str]:
        credentials = self.page.locator(".credential")
        credentials.nth(1).wait_for()
        return credentials.nth(0).inner_text(), credentials.nth(1).inner_text()


def file_payload(name: str, data: bytes) -> FilePayload:
    """Return a file for a file input. Only its bytes show its type."""
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def wait_for_hasher(page: Page) -> None:
    """Wait until the hashing scripts are loaded, after the page itself. The last one is image_size.js."""
    poll(page, "performance.getEntriesByType('resource').some(({ name }) => name.endsWith('image_size.js'))")


def heading(page: Page) -> Locator:
    return page.locator("h1")


def alert(page: Page) -> str:
    """Return the text of the first alert."""
    first = page.locator("[role=alert]").first
    first.wait_for()
    return first.inner_text()


def axe_violations_in_both_themes(page: Page) -> list[str]:
    """Return the violations in the light theme, and those of colour contrast in the dark theme.

    The viewport shows the whole page, because the bar at its bottom would cover a part.
    """
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": size["width"], "height": 3000})
    found = axe_violations(page)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    found += axe_violations(page, "color-contrast")
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    page.set_viewport_size(size)
    return found
