"""Sweeps after a change of the bank: remove published copies, and release uploads without a stop.

A sweep starts after the head of the bank has moved, so it sees every upload whose scan read the earlier bank
(see scan_upload). It is split into parts, one for each message. A message may come twice, late, or after a
later sweep; a part always uses the bank as it is when the part runs. A failed part is retried alone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from staydown.aws.stack import Stack
from staydown.domain.events import BankSwept
from staydown.domain.ids import derived_sweep_id
from staydown.domain.uploads.sweeps import Sweep, SweepPart
from staydown.services.bank.bank_view import BankView
from staydown.services.retries import retry_on_conflict
from staydown.services.sweeps.sweep_parts import SweepPartRunner
from staydown.services.unit_of_work import UnitOfWork


@retry_on_conflict
def start_sweep(stack: Stack, entry_ids: Collection[str], seq: int) -> str:
    """Start the sweep for changes of the bank up to number `seq`. Return its id. Its first part is `PLAN`.

    entry_ids: at most sweeps_store.MAX_ENTRIES.
    """
    sweep_id = derived_sweep_id(entry_ids, seq)
    stack.sweeps.begin(Sweep(sweep_id, tuple(sorted(entry_ids)), stack.now(), bank_seq=seq))
    return sweep_id


def run_sweep_part(stack: Stack, bank: BankView, sweep_id: str, part_name: str) -> Sweep | None:
    """Run a part, queue the parts that it found, and count it as done, in this order.

    So a sweep never finishes early, wherever a crash falls. Return the sweep after it; None where the sweep
    or the part is unknown.
    """
    sweep, found = stack.sweeps.get(sweep_id), stack.sweeps.get_part(sweep_id, part_name)
    if sweep is None or found is None:
        return None
    part, is_done = found
    if not is_done:
        bank.refresh()
        outcome = SweepPartRunner(stack, bank, sweep).run(part)
        if outcome.new_parts:
            names = _add_parts(stack, sweep, outcome.new_parts)
            stack.sweep_parts_queue.send([{"sweep": sweep_id, "part": name} for name in names])
        if outcome.error is not None:
            raise outcome.error
        _mark_done(stack, sweep_id, part, outcome.matched)
    return _finish_if_complete(stack, sweep_id)


@retry_on_conflict
def _add_parts(stack: Stack, sweep: Sweep, parts: Collection[SweepPart]) -> list[str]:
    return stack.sweeps.add_parts(sweep, parts)


@retry_on_conflict
def _mark_done(stack: Stack, sweep_id: str, part: SweepPart, matched: int) -> None:
    """Count the part as done, once: another delivery may have been faster."""
    stored = stack.sweeps.get_part(sweep_id, part.name)
    if stored is not None and not stored[1]:
        stack.sweeps.complete_part(sweep_id, part, matched=matched)


@retry_on_conflict
def _finish_if_complete(stack: Stack, sweep_id: str) -> Sweep | None:
    """Finish the sweep, once, when its last part is done. Return it as it is then."""
    uow = UnitOfWork(stack)
    sweep = stack.sweeps.get(sweep_id)
    if sweep is None or sweep.finished_at is not None or sweep.parts_done < sweep.parts:
        return sweep
    finished = replace(sweep, finished_at=uow.now)
    stack.sweeps.finish(uow.transaction, finished)
    uow.emit(BankSwept(sweep_id, sweep.entries))
    uow.commit()
    return finished
