"""Fixtures for tests with a real browser on the local stack.

Each module has a stack, and each test has new pages.

The browser is the installed Chromium (`apt-get install chromium`), or the one at the path CHROMIUM. Without a
browser, these tests are skipped.
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

# Pages respond quickly, but the machine may be busy with other tests.
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
    """The stack depends on the browser, so that it does not start without one."""
    with deployed_stack() as it:
        yield it


@pytest.fixture
def open_page(browser: Browser, stack: DeployedStack) -> Iterator[Open]:
    """Return a function that opens a page in a new browser context.

    script: JavaScript that runs before that of the page. clock: let the test control the time of the page.

    At the end, the test fails if a page logged an error or violated its Content-Security-Policy, unless the
    test expected that with `ConsoleErrors.expect`.
    """
    contexts: list[BrowserContext] = []
    consoles: list[ConsoleErrors] = []

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
        consoles.append(ConsoleErrors.of(page))
        page.goto(stack.description["console_url"] + path)
        page.locator("main h1").first.wait_for()
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert [line for one in consoles for line in one.messages] == []
