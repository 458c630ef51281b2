"""After the bank changed: remove the copies that are already up, release what no longer stands.

Starts after the head has moved, so it sees every upload whose scan read the bank as it was before
(see scan_upload). It is spread over messages, one a part: each may come twice, late, or after a later sweep,
and goes by the bank as it stands then. A part that dies is told again, and the others are not.
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
    """The id of the sweep for these changes of the bank, of which seq is the last. Its first part: `PLAN`.

    entry_ids: at most sweeps_store.MOST_ENTRIES.
    """
    sweep_id = derived_sweep_id(entry_ids, seq)
    stack.sweeps.begin(Sweep(sweep_id, tuple(sorted(entry_ids)), stack.now(), bank_seq=seq))
    return sweep_id


def run_sweep_part(stack: Stack, bank: BankView, sweep_id: str, part_name: str) -> Sweep | None:
    """Do a part, have done what it found to do, and count it; the sweep as it is then, None if unknown.

    In this order, so that a sweep is never over before all is done, whatever dies in between.
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
    """Once: another delivery may have been faster."""
    again = stack.sweeps.get_part(sweep_id, part.name)
    if again is not None and not again[1]:
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
