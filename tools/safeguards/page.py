"""`docs/safeguards.md`."""

from __future__ import annotations

from collections.abc import Iterator

from tools.safeguards.mutations import ROOT, SAFEGUARDS

PAGE = ROOT / "docs" / "safeguards.md"

_HEAD = """# Which test notices when a safeguard is gone

Written by `python -m tools.safeguards --page` from [`mutations.py`](../tools/safeguards/mutations.py).
`make safeguards` takes each of these out of a copy of the code, one at a time, and runs the tests beside
it there: each has to fail.

| safeguard | what it is there for | taken out of | noticed by |
| --- | --- | --- | --- |
"""


def page() -> str:
    return _HEAD + "".join(_rows())


def _rows() -> Iterator[str]:
    for one in SAFEGUARDS:
        files = ", ".join(f"[`{edit.file.rpartition('/')[2]}`](../{edit.file})" for edit in one.edits)
        tests = "<br>".join(_link(test) for test in one.tests)
        yield f"| {one.name} | {one.what} | {files} | {tests} |\n"


def _link(test: str) -> str:
    file, _, name = test.partition("::")
    return f"[`{name.rpartition('::')[2]}`](../{file})"
