"""How far the sweeps are that bring what is up in line with the bank, for seniors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from staydown.aws.bank_store import Stored
from staydown.aws.stack import Stack
from staydown.domain.errors import NotFound
from staydown.domain.sweeps import Sweep
from staydown.services.review.view_case import Onlooker, open_case


@dataclass(frozen=True, slots=True)
class SweptEntry:
    """sweep: the last that began for the entry; None before the first, and 30 days after the last.
    is_current: it goes by the entry as it stands; else the one that does is yet to begin."""

    entry_id: str
    sweep: Sweep | None
    is_current: bool


def sweep_of_entry(stack: Stack, entry_id: str) -> SweptEntry:
    """NotFound for an entry that the bank does not have."""
    found = list(_swept(stack, [entry_id]))
    if not found:
        raise NotFound(f"There is no entry {entry_id[:64]!r}.")
    return found[0]


def sweeps_of_case(stack: Stack, case_id: str, onlooker: Onlooker) -> list[SweptEntry]:
    """Of the entries that rest on its decision; none before it is decided. Who may see it: `open_case`."""
    case = open_case(stack, case_id, onlooker, what="sweeps")
    return list(_swept(stack, case.banked))


def _swept(stack: Stack, entry_ids: Iterable[str]) -> Iterable[SweptEntry]:
    stored = stack.bank.entries(entry_ids)
    return (_last(stack, entry_id, one) for entry_id, one in sorted(stored.items()))


def _last(stack: Stack, entry_id: str, stored: Stored) -> SweptEntry:
    sweep = stack.sweeps.last_of(entry_id)
    return SweptEntry(entry_id, sweep, sweep is not None and sweep.seq >= stored.seq)
