"""The words of the project: test names stay short, and retired terms do not come back.

python -m tests.infrastructure.test_language   lists every use of a retired term
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.local.stack import ROOT

MAX_NAME_LENGTH = 60
ALLOWED_USES = 0
"""Uses of retired terms. Do not raise it: rewrite the sentence, or extend ALLOWED_STRINGS with a reason."""

SCANNED = ("README.md", "docs", "layers", "functions", "infra", "console", "tests", "tools")
SUFFIXES = frozenset({".md", ".py", ".js", ".html", ".json", ".css"})
EXEMPT_FILES = (
    "tests/compatibility/*",
    "tests/compatibility/golden/*",
    "layers/staydown/staydown/aws/stored_names.py",
    "layers/staydown/staydown/domain/wire_names.py",
    "tests/infrastructure/test_language.py",
)
SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules", "build", "vendor"})

ALLOWED_STRINGS: Mapping[str, str] = {
    "image.looked_at": "audit action",
    "upload.freed": "audit action",
    "set_aside_until": "API field",
    "Set Aside Until": "title of an API field",
    '"set_aside': "stored attribute",
    "by_hand": "API value, event value and name of a counter",
    "By Hand": "title of an API field",
    '"laid over': "stored name of a view",
    "`laid over`": "stored name of a view",
    '"put_up"': "published value of a notice",
    "`put_up`": "published value of a notice",
    "$put_up": "published value of a notice",
    "review.view.laid_over": "text key, which is made from the name of a view",
    '"folded"': "stored attribute",
    "SET folded = :new": "stored attribute",
    "folded = :old": "stored attribute",
    "attribute_not_exists(folded)": "stored attribute",
    'REPORTERS_ERASED = "settled"': "stored name of a queue of cases",
    '"settle"': "name of a queue in the description of the local stack",
    '"figures"': "name of a table in the description of the local stack",
    "FIGURES_TABLE": "setting",
    "FOLD_CHANGES": "setting",
    "count_figures": "folder and log group of a function",
    '"never",\n    "told",': "word in the text that benchmarks draw on images",
}
"""Stored, published and template names, which do not change, each with what it is."""


def _words(pattern: str) -> re.Pattern[str]:
    """Match whole words in prose and in snake_case names; any space may be a line break or an underscore."""
    spaced = pattern.replace(" ", r"(?:[\s_]|\s*\n\s*[#*>]?\s*)+")
    return re.compile(rf"(?<![A-Za-z])(?:{spaced})(?![A-Za-z])", re.IGNORECASE)


METRICS = "metrics, numbers"
WITH_FIGURES = ("tools/benchmarks", "tools/load", "docs/benchmarks", "docs/load")
"""Pages of measurements, where a figure is a measured number."""

RETIRED_TERMS: Mapping[str, re.Pattern[str]] = {
    "align, compare": _words("laid over|lay over|laying over"),
    "defer, override": _words("set aside|sets aside|setting aside|put aside"),
    "notify, send, record": _words("told"),
    "manual": _words("by hand"),
    "no longer": re.compile(r"(?<![A-Za-z])no\s+more(?![A-Za-z])(?!\s+than)", re.IGNORECASE),
    "supported by, caused by": _words("rests on|resting on|rest on"),
    "release": _words("let go|lets go|letting go"),
    "exclude, allowlist": _words("spared"),
    "strike policy": _words("ladders?|climbs?|climbing|climbed"),
    "dismiss": _words("acquits?|acquitted|acquittal"),
    "compact": _words("folds?|folded|folding"),
    "reconcile": _words("settles?|settled|settling"),
    "review, reveal, align": re.compile(r"looked_at", re.IGNORECASE),
    "a named actor": _words("somebody|whoever|whomever"),
    "the reporter, the account holder": re.compile(
        r"(?:^|[\"'(.,;:]|\b(?:to|of|by|for|from|with|and|or|if|that|than|when|as|never|not))"
        r"\s*who (?:reported|reports|posted|posts|decided)(?![A-Za-z])",
        re.IGNORECASE | re.MULTILINE,
    ),
    "leak detector": _words("eavesdroppers?"),
    "touched items": _words("footprints?"),
    "second opinion": _words("judged twice"),
    "rewritten, again": _words("anew"),
    "upload": _words("put up|puts up|putting up"),
    "reject": _words("turned away|turns away"),
    "continue": _words("went on|goes on"),
    METRICS: _words("figures"),
}
"""The term to use instead, and the pattern of the retired term."""


@dataclass(frozen=True)
class Use:
    """One use of a retired term."""

    file: str
    line: int
    text: str
    instead: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text!r} (use: {self.instead})"


def scanned_files() -> Iterator[Path]:
    for name in SCANNED:
        path = ROOT / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            relative = file.relative_to(ROOT)
            if file.suffix not in SUFFIXES or SKIPPED_FOLDERS & set(relative.parts):
                continue
            if not any(relative.match(pattern) for pattern in EXEMPT_FILES):
                yield file


def uses_of_retired_terms() -> list[Use]:
    return [use for file in scanned_files() for use in _uses_in(file)]


def _uses_in(file: Path) -> Iterator[Use]:
    name = file.relative_to(ROOT).as_posix()
    text = file.read_text(encoding="utf-8")
    for allowed in ALLOWED_STRINGS:
        text = text.replace(allowed, "\n" * allowed.count("\n"))
    for instead, pattern in RETIRED_TERMS.items():
        if instead == METRICS and name.startswith(WITH_FIGURES):
            continue
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found = " ".join(match[0].split())
            yield Use(name, line, found, instead)


def long_test_names() -> Iterator[str]:
    for folder in ("tests", "tools"):
        for file in sorted((ROOT / folder).rglob("test_*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
                    continue
                if len(node.name) > MAX_NAME_LENGTH:
                    yield f"{file.relative_to(ROOT).as_posix()}:{node.lineno}: {node.name}"


def test_test_names_are_short() -> None:
    names = list(long_test_names())
    assert not names, f"longer than {MAX_NAME_LENGTH} characters: {names}"


def test_retired_terms_are_not_used() -> None:
    uses = uses_of_retired_terms()
    assert len(uses) <= ALLOWED_USES, f"{len(uses)} uses:\n" + "\n".join(map(str, uses))


if __name__ == "__main__":
    for found in uses_of_retired_terms():
        print(found)
    print(f"{len(uses_of_retired_terms())} uses of retired terms, {ALLOWED_USES} allowed")
