"""What a person does on the pages, step by step."""

from __future__ import annotations

import uuid

from playwright.sync_api import FilePayload, Locator, Page

from tests.browser.opened import findings
from tests.journeys.deployed import Deployed

DECLARED = ("intimate", "without_consent", "subject_or_representative", "good_faith")


class FilledForm:
    """The form on a page. Each method does one step and goes on."""

    def __init__(self, page: Page, stack: Deployed) -> None:
        self.page = page
        self.email = f"jane.{uuid.uuid4().hex[:12]}@example.org"
        self.signature = f"Jane {uuid.uuid4().hex[:12]}"
        stack.watch.entrust(self.email, self.signature)

    def go_on(self) -> None:
        self.page.click("#go-on")

    def where(self, answer: str) -> None:
        self.page.get_by_label(answer).check()
        self.go_on()

    def links(self, *lines: str) -> None:
        self.page.fill("#links", "\n".join(lines))
        self.go_on()

    def you(self, *declarations: str, who: str = "I am the person shown") -> None:
        self.page.get_by_label(who).first.check()
        for one in declarations:
            self.page.locator(f"[name=declarations][value={one}]").check()
        self.go_on()

    def words(self, text: str = "") -> None:
        self.page.fill("#statement", text)
        self.go_on()

    def contact(self, *, signed: bool = True) -> None:
        self.page.fill("#email", self.email)
        if signed:
            self.page.fill("#signature", self.signature)
        self.go_on()

    def way_back(self, phrase: str = "") -> None:
        self.page.fill("#phrase", phrase)
        self.go_on()

    def posted(self, upload_id: str) -> None:
        """All of a whole report about this upload; it is not sent yet."""
        self.where("It was posted")
        self.links(upload_id)
        self.you(*DECLARED)
        self.words("I never agreed.")
        self.contact()
        self.way_back()

    def sent(self) -> tuple[str, str]:
        """Send it: case number and secret."""
        self.go_on()
        return self.shown()

    def shown(self) -> tuple[str, str]:
        keepsakes = self.page.locator(".keepsake")
        keepsakes.nth(1).wait_for()
        return keepsakes.nth(0).inner_text(), keepsakes.nth(1).inner_text()


def chosen(name: str, data: bytes) -> FilePayload:
    """A file as somebody picks it; what kind it is, its bytes say."""
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def hasher_is_there(page: Page) -> None:
    """What hashes pictures comes when the page stands; its last file is what reads an image's size."""
    page.wait_for_function(
        "performance.getEntriesByType('resource').some(({ name }) => name.endsWith('image_size.js'))"
    )


def heading(page: Page) -> Locator:
    return page.locator("h1")


def alert(page: Page) -> str:
    """What the page says is wrong."""
    said = page.locator("[role=alert]").first
    said.wait_for()
    return said.inner_text()


def faults(page: Page) -> list[str]:
    """What axe-core finds, in the dark theme of the colours alone. The whole page is in sight: else the bar
    at its foot covers a part."""
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": size["width"], "height": 3000})
    found = findings(page)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    found += findings(page, "color-contrast")
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    page.set_viewport_size(size)
    return found
