"""Collects log lines, problems and events of a stack, and finds private data in them."""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

_LEAK_PATTERNS = {
    "a whole hash": re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{64}(?![0-9a-fA-F])"),
    "a token": re.compile(r"eyJ[A-Za-z0-9_-]{10,}\.eyJ"),
    "a signature": re.compile(r"(?i)x-amz-signature|x-amz-credential|[?&]signature="),
    "an e-mail address": re.compile(r"[\w.+-]+@[\w-]+\.[a-z]{2,}"),
    "a picture": re.compile(r"/9j/4|iVBORw0KGgo|\\xff\\xd8\\xff|\\x89PNG"),
    "a secret": re.compile(r"\b[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){4}-[0-9A-HJKMNP-TV-Z]\b"),
}
"""Private data that is found by its format."""


class _LogHandler(logging.Handler):
    def __init__(self, watch: LeakWatch) -> None:
        super().__init__(logging.DEBUG)
        self._watch = watch

    def emit(self, record: logging.LogRecord) -> None:
        self._watch.line(record)


@dataclass
class LeakWatch:
    """Collects lines; `leaks` returns the private data in them.

    lines: (where, text). private: texts that a person gave to the stack, or that it gave to one person.
    """

    lines: list[tuple[str, str]] = field(default_factory=list, repr=False)
    private: set[str] = field(default_factory=set, repr=False)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Collect every log line: those of the functions at all levels, and all others that reach a log."""
        functions, everything = logging.getLogger("staydown"), logging.getLogger()
        # Two handlers, because the functions' logger suppresses its lines in the handlers of the root logger.
        handlers = [(functions, _LogHandler(self)), (everything, _LogHandler(self))]
        level = functions.level
        functions.setLevel(logging.DEBUG)
        for log, handler in handlers:
            log.addHandler(handler)
        try:
            yield
        finally:
            for log, handler in handlers:
                log.removeHandler(handler)
            functions.setLevel(level)

    def line(self, record: logging.LogRecord) -> None:
        """Add everything that a formatter could print of the record."""
        error = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        extras = {
            name: value for name, value in record.__dict__.items() if name not in {"exc_info", "pathname"}
        }
        self.lines.append((f"log of {record.name}", f"{record.getMessage()} {extras!r} {error}"))

    def report(self, line: str) -> None:
        """Add a line printed by the local stack, such as the traceback of a failing function."""
        self.lines.append(("report", line))

    def problem(self, text: str) -> None:
        self.lines.append(("problem", text))

    def event(self, event: Mapping[str, Any]) -> None:
        self.lines.append(("event", json.dumps(event)))

    def add_private(self, *texts: str) -> None:
        """Add private texts. Single letters are ignored, because they occur everywhere."""
        self.private.update(text for text in texts if len(text) > 5)

    def leaks(self) -> list[str]:
        """Return the leaks. The private text itself is not repeated in full."""
        found = []
        for where, text in self.lines:
            found += [
                f"{name} in {where}: {text[:200]}"
                for name, look in _LEAK_PATTERNS.items()
                if look.search(text)
            ]
            found += [f"{one[:12]}… in {where}: {text[:200]}" for one in self.private if one in text]
        return found

    def failures(self) -> list[str]:
        """Return the functions that raised and the messages that went to dead-letter queues."""
        return [
            text
            for where, text in self.lines
            if where == "report" and re.search("failed|dead-letter queue|discarded", text)
        ]
