"""What the tests look at in an opened page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Error, Page

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Complaints:
    """What a page says on its console, and errors that nobody caught. `expect` takes out what a test made."""

    lines: list[str] = field(default_factory=list)

    @staticmethod
    def of(page: Page) -> Complaints:
        """Of this page, from the first call on."""
        if page not in _HEARD:
            one = Complaints()
            page.on("console", one._console)
            page.on("pageerror", one._error)
            _HEARD[page] = one
        return _HEARD[page]

    def expect(self, pattern: str) -> None:
        """Drop the lines in which the pattern is found; there has to be one."""
        kept = [line for line in self.lines if not re.search(pattern, line)]
        assert len(kept) < len(self.lines), f"nothing like {pattern} in {self.lines}"
        self.lines[:] = kept

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.lines.append(message.text)

    def _error(self, error: Error) -> None:
        self.lines.append(str(error))


_HEARD: WeakKeyDictionary[Page, Complaints] = WeakKeyDictionary()


def findings(page: Page, *rules: str) -> list[str]:
    """What axe-core finds wrong with the page as it is now: rule, impact, where. rules: these alone."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    asked = {"runOnly": list(rules) or _TAGS, "resultTypes": ["violations"]}
    violations: list[dict[str, Any]] = page.evaluate(
        "(asked) => axe.run(asked).then((found) => found.violations)", asked
    )
    return [
        f"{violation['id']} ({violation['impact']}): {node['target']} {node['failureSummary'][:300]}"
        for violation in violations
        for node in violation["nodes"]
    ]
