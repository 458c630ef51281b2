"""The uploads that a decision concerns: its own, and those that its entries have stopped since."""

from __future__ import annotations

from collections.abc import Iterator

from staydown.aws.stack import Stack
from staydown.domain.cases.case import Case


def affected_uploads(stack: Stack, case: Case) -> Iterator[str]:
    """Their ids, each once, and read no further than somebody asks: a picture that comes again and again has
    stopped as many as there were tries."""
    met: set[str] = set()
    for upload_id in _with_repeats(stack, case):
        if upload_id not in met:
            met.add(upload_id)
            yield upload_id


def _with_repeats(stack: Stack, case: Case) -> Iterator[str]:
    yield from case.uploads
    for entry_id in sorted(case.banked_entries):
        yield from stack.uploads.list_stopped_by_entry(entry_id)
