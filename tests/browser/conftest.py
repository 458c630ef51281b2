"""A real browser on the local stack. Each test gets pages of its own; the stack is one a module.

Chromium is the machine's own (`apt-get install chromium`); CHROMIUM names another. Without one, these tests
are skipped and say so.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from tests.browser.page_checks import CHROMIUM_ARGUMENTS, ConsoleErrors
from tests.journeys.deployed import DeployedStack, deployed_stack

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"

# Pages answer at once; a machine that is busy with other tests does not.
expect.set_options(timeout=15_000)

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).is_file():
        pytest.skip(f"no Chromium at {CHROMIUM}: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def stack(browser: Browser) -> Iterator[DeployedStack]:
    """After the browser, so that nothing is started where there is none."""
    with deployed_stack() as it:
        yield it


@pytest.fixture
def open_page(browser: Browser, stack: DeployedStack) -> Iterator[Open]:
    """open_page("review.html", theme="dark", phone=True): a page in a context of its own, loaded.

    script: runs before any of the page's own. clock: the page's time can be moved on.

    At the end no page may have had an error or broken the Content-Security-Policy, unless the test took what
    it expected from `page.complaints`.
    """
    contexts: list[BrowserContext] = []
    heard: list[ConsoleErrors] = []

    def open_one(
        path: str,
        *,
        theme: Any = "light",
        phone: bool = False,
        script: str = "",
        clock: bool = False,
        **options: Any,
    ) -> Page:
        size: ViewportSize = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 900}
        context = browser.new_context(
            viewport=size,
            color_scheme=theme,
            has_touch=phone,
            reduced_motion="reduce",
            locale="en-GB",
            **options,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        if clock:
            page.clock.install()
        heard.append(ConsoleErrors.of(page))
        page.goto(stack.description["console_url"] + path)
        page.locator("main h1").first.wait_for()
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert [line for one in heard for line in one.messages] == []
