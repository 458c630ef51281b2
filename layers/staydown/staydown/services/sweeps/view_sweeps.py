"""The progress of sweeps, for senior reviewers."""

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
    entry_id: str
    sweep: Sweep | None
    """The last sweep for the entry; None before the first, and 30 days after the last."""
    is_current: bool
    """Whether the sweep has the last change of the entry; if not, another one will start."""


def get_entry_sweep(stack: Stack, entry_id: str) -> EntrySweep:
    """Return the last sweep for an entry. Raise NotFound for an unknown entry."""
    sweeps = list(_entry_sweeps(stack, [entry_id]))
    if not sweeps:
        raise NotFound(f"There is no entry {entry_id[:64]!r}.")
    return sweeps[0]


def list_case_sweeps(stack: Stack, case_id: str, viewer: Viewer) -> list[EntrySweep]:
    """Return the last sweeps for the entries that the case supports; none before it is decided.

    Raises as `open_case`.
    """
    case = open_case(stack, case_id, viewer, part="sweeps")
    return list(_entry_sweeps(stack, case.banked_entries))


def _entry_sweeps(stack: Stack, entry_ids: Iterable[str]) -> Iterable[EntrySweep]:
    stored = stack.bank.get_entries(entry_ids)
    return (_latest_sweep(stack, entry_id, one) for entry_id, one in sorted(stored.items()))


def _latest_sweep(stack: Stack, entry_id: str, stored: StoredEntry) -> EntrySweep:
    sweep = stack.sweeps.get_latest_for_entry(entry_id)
    return EntrySweep(entry_id, sweep, sweep is not None and sweep.bank_seq >= stored.seq)
