"""How far the sweeps are that bring what is up in line with the bank, for seniors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from staydown.aws.bank_store import StoredEntry
from staydown.aws.stack import Stack
from staydown.domain.errors import NotFound
from staydown.domain.uploads.sweeps import Sweep
from staydown.services.access.cases import Viewer, open_case


@dataclass(frozen=True, slots=True)
class EntrySweep:
    """sweep: the last that began for the entry; None before the first, and 30 days after the last.
    is_current: it goes by the entry as it stands; else the one that does is yet to begin."""

    entry_id: str
    sweep: Sweep | None
    is_current: bool


def get_entry_sweep(stack: Stack, entry_id: str) -> EntrySweep:
    """NotFound for an entry that the bank does not have."""
    found = list(_entry_sweeps(stack, [entry_id]))
    if not found:
        raise NotFound(f"There is no entry {entry_id[:64]!r}.")
    return found[0]


def list_case_sweeps(stack: Stack, case_id: str, viewer: Viewer) -> list[EntrySweep]:
    """Of the entries that rest on its decision; none before it is decided. Who may see it: `open_case`."""
    case = open_case(stack, case_id, viewer, part="sweeps")
    return list(_entry_sweeps(stack, case.banked_entries))


def _entry_sweeps(stack: Stack, entry_ids: Iterable[str]) -> Iterable[EntrySweep]:
    stored = stack.bank.get_entries(entry_ids)
    return (_latest_sweep(stack, entry_id, one) for entry_id, one in sorted(stored.items()))


def _latest_sweep(stack: Stack, entry_id: str, stored: StoredEntry) -> EntrySweep:
    sweep = stack.sweeps.get_latest_for_entry(entry_id)
    return EntrySweep(entry_id, sweep, sweep is not None and sweep.bank_seq >= stored.seq)
