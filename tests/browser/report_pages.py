"""What a person does on the pages, step by step."""

from __future__ import annotations

import uuid

from playwright.sync_api import FilePayload, Locator, Page

from tests.browser.page_checks import axe_violations, poll
from tests.journeys.deployed import DeployedStack

ALL_DECLARATIONS = ("intimate", "without_consent", "subject_or_representative", "good_faith")


class ReportFormPage:
    """The form on a page. Each method does one step and goes on."""

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
        """All of a whole report about this upload; it is not sent yet."""
        self.locate_image("It was posted")
        self.links(upload_id)
        self.declare(*ALL_DECLARATIONS)
        self.statement("I never agreed.")
        self.contact()
        self.recovery_phrase()

    def submit(self) -> tuple[str, str]:
        """Send it: case number and secret."""
        self.continue_()
        return self.case_credentials()

    def case_credentials(self) -> tuple[str, str]:
        credentials = self.page.locator(".credential")
        credentials.nth(1).wait_for()
        return credentials.nth(0).inner_text(), credentials.nth(1).inner_text()


def file_payload(name: str, data: bytes) -> FilePayload:
    """A file as somebody picks it; what kind it is, its bytes say."""
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def wait_for_hasher(page: Page) -> None:
    """What hashes pictures comes when the page stands; its last file is what reads an image's size."""
    poll(page, "performance.getEntriesByType('resource').some(({ name }) => name.endsWith('image_size.js'))")


def heading(page: Page) -> Locator:
    return page.locator("h1")


def alert(page: Page) -> str:
    """What the page says is wrong."""
    said = page.locator("[role=alert]").first
    said.wait_for()
    return said.inner_text()


def axe_violations_in_both_themes(page: Page) -> list[str]:
    """What axe-core finds, in the dark theme of the colours alone. The whole page is in sight: else the bar
    at its foot covers a part."""
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": size["width"], "height": 3000})
    found = axe_violations(page)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    found += axe_violations(page, "color-contrast")
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    page.set_viewport_size(size)
    return found
