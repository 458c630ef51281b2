"""The page docs/safeguards.md."""

from __future__ import annotations

from collections.abc import Iterator

from tools.safeguards.mutations import ROOT, SAFEGUARDS

PAGE = ROOT / "docs" / "safeguards.md"

_HEAD = """# Safeguards and their tests

`python -m tools.safeguards --page` writes this page from [`mutations.py`](../tools/safeguards/mutations.py).
`make safeguards` removes one safeguard at a time from a copy of the code, and runs its tests there. Each of
these tests has to fail.

| safeguard | purpose | removed from | tests that fail without it |
| --- | --- | --- | --- |
"""


def page() -> str:
    return _HEAD + "".join(_rows())


def _rows() -> Iterator[str]:
    for one in SAFEGUARDS:
        files = ", ".join(f"[`{edit.file.rpartition('/')[2]}`](../{edit.file})" for edit in one.edits)
        tests = "<br>".join(_link(test) for test in one.tests)
        yield f"| {one.name} | {one.purpose} | {files} | {tests} |\n"


def _link(test: str) -> str:
    file, _, name = test.partition("::")
    return f"[`{name.rpartition('::')[2]}`](../{file})"
