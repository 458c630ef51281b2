"""How far sweeps are."""

from __future__ import annotations

from staydown.api.callers import calling_senior
from staydown.api.http import Id, make_router
from staydown.services.sweeps.show_sweeps import SweptEntry, sweep_of_entry, sweeps_of_case

from functions.review import sweep_models
from functions.review.seen import onlooker_of
from functions.review.stack import stack

router = make_router()


@router.get(
    "/v1/review/sweeps/<entry_id>",
    operation_id="review_get_sweep",
    summary="How far the last sweep is for an entry of the bank",
    tags=["seniors"],
)
def get_sweep(entry_id: Id) -> sweep_models.EntrySweep:
    calling_senior(router.current_event)
    return _presented(sweep_of_entry(stack(), entry_id))


@router.get(
    "/v1/review/cases/<case_id>/sweeps",
    operation_id="review_get_case_sweeps",
    summary="How far the sweeps are for the entries of a case",
    tags=["seniors"],
)
def get_case_sweeps(case_id: Id) -> sweep_models.CaseSweeps:
    senior = calling_senior(router.current_event)
    found = sweeps_of_case(stack(), case_id, onlooker_of(senior))
    return sweep_models.CaseSweeps(case_id=case_id, sweeps=[_presented(one) for one in found])


def _presented(swept: SweptEntry) -> sweep_models.EntrySweep:
    sweep = swept.sweep
    return sweep_models.EntrySweep(
        entry_id=swept.entry_id,
        current=swept.is_current,
        sweep=sweep_models.Sweep(
            sweep_id=sweep.sweep_id,
            entries=len(sweep.entries),
            started_at=sweep.started_at,
            finished_at=sweep.finished_at,
            parts=sweep.parts,
            parts_done=sweep.parts_done,
            copies_found=sweep.matched,
        )
        if sweep is not None
        else None,
    )
