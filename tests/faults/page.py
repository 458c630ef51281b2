"""`docs/faults.md`: which call of which use case fails in which ways, as the tests do it.

python -m tests.faults.page           writes it
python -m tests.faults.page --check   says whether it is what it would write
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.faults.conftest import few_shards
from tests.faults.test_faults import USE_CASES, UseCase, calls_of, faults_of
from tests.support.faults import Fault
from tests.support.world import memory_world

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"

_HEAD = """# What fails in the tests

Written by `python -m tests.faults.page`; a test holds it to be current.

Each row is a call to AWS that a use case makes, each column a way to fail, and each number how many
calls of that kind fail that way, one at a time. After each failure the request or message comes again,
all messages are delivered, and everything (uploads, cases, bank, accounts, images, events, notices,
figures) is compared with a run in which nothing failed: [`test_faults`](../tests/faults/test_faults.py).
A call that only reads loses nothing when its answer is lost; only a transaction has a condition to fail,
or another transaction to meet.

"""


def page() -> str:
    rows = [row for stage in USE_CASES for row in _rows(stage)]
    total = sum(sum(row[2]) for row in rows)
    names = "".join(f" {fault.value} |" for fault in Fault)
    lines = [
        f"{len(USE_CASES)} use cases, {total} faults.\n",
        f"| use case | call |{names}",
        "| --- | --- |" + " --- |" * len(Fault),
        *(f"| {use_case} | {call} |" + "".join(f" {n or ''} |" for n in row) for use_case, call, row in rows),
    ]
    return _HEAD + "\n".join(lines) + "\n"


def _rows(stage: UseCase) -> Iterator[tuple[str, str, list[int]]]:
    with memory_world() as world, few_shards():
        calls = calls_of(world, stage(world))
    failing = Counter((str(calls[number]), fault) for number, fault in faults_of(calls))
    for call in dict.fromkeys(map(str, calls)):
        yield stage.__name__.replace("_", " "), call, [failing[call, fault] for fault in Fault]


def main() -> int:
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if page() == PAGE.read_text(encoding="utf-8"):
        return 0
    print(f"{PAGE.name} is out of date: python -m tests.faults.page", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
