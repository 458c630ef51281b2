"""Checks of an open page: console errors, conditions and accessibility."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Error, Page

CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class ConsoleErrors:
    """The errors and warnings on the console of a page, and its uncaught errors."""

    messages: list[str] = field(default_factory=list)

    @staticmethod
    def of(page: Page) -> ConsoleErrors:
        """Return the errors of this page. The first call starts the recording."""
        if page not in _BY_PAGE:
            one = ConsoleErrors()
            page.on("console", one._console)
            page.on("pageerror", one._error)
            _BY_PAGE[page] = one
        return _BY_PAGE[page]

    def expect(self, pattern: str) -> None:
        """Remove the messages that match the pattern. Fail if there are none."""
        kept = [line for line in self.messages if not re.search(pattern, line)]
        assert len(kept) < len(self.messages), f"no message matches {pattern}: {self.messages}"
        self.messages[:] = kept

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.messages.append(message.text)

    def _error(self, error: Error) -> None:
        self.messages.append(str(error))


_BY_PAGE: WeakKeyDictionary[Page, ConsoleErrors] = WeakKeyDictionary()


def poll(page: Page, expression: str, *, timeout_seconds: float = 15) -> None:
    """Wait until a JavaScript expression is true on the page.

    `Page.wait_for_function` compiles its predicate in the page, which the pages' Content-Security-Policy
    forbids: it works only if the first check succeeds. `Page.evaluate` is not subject to that policy.
    """
    deadline = time.monotonic() + timeout_seconds
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"still false after {timeout_seconds} s: {expression}"
        page.wait_for_timeout(20)


def axe_violations(page: Page, *rules: str) -> list[str]:
    """Return the rule, impact and element of each violation that axe-core finds. rules: check only these."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"runOnly": list(rules) or _AXE_TAGS, "resultTypes": ["violations"]}
    violations: list[dict[str, Any]] = page.evaluate(
        "(options) => axe.run(options).then((found) => found.violations)", options
    )
    return [
        f"{violation['id']} ({violation['impact']}): {node['target']} {node['failureSummary'][:300]}"
        for violation in violations
        for node in violation["nodes"]
    ]
