"""Routes for the progress of sweeps."""

from __future__ import annotations

from staydown.api.callers import require_senior
from staydown.api.http import PathId, create_router
from staydown.services.sweeps.view_sweeps import EntrySweep, get_entry_sweep, list_case_sweeps

from functions.review import sweep_models
from functions.review.route_helpers import to_viewer
from functions.review.stack import stack

router = create_router()


@router.get(
    "/v1/review/sweeps/<entry_id>",
    operation_id="review_get_sweep",
    summary="Get the progress of the newest sweep for an entry",
    tags=["seniors"],
)
def get_sweep(entry_id: PathId) -> sweep_models.EntrySweep:
    require_senior(router.current_event)
    return _sweep_response(get_entry_sweep(stack(), entry_id))


@router.get(
    "/v1/review/cases/<case_id>/sweeps",
    operation_id="review_get_case_sweeps",
    summary="Get the progress of the sweeps for the entries of a case",
    tags=["seniors"],
)
def get_case_sweeps(case_id: PathId) -> sweep_models.CaseSweeps:
    senior = require_senior(router.current_event)
    views = list_case_sweeps(stack(), case_id, to_viewer(senior))
    return sweep_models.CaseSweeps(case_id=case_id, sweeps=[_sweep_response(view) for view in views])


def _sweep_response(view: EntrySweep) -> sweep_models.EntrySweep:
    sweep = view.sweep
    return sweep_models.EntrySweep(
        entry_id=view.entry_id,
        current=view.is_current,
        sweep=sweep_models.Sweep(
            sweep_id=sweep.sweep_id,
            entries=len(sweep.entries),
            started_at=sweep.started_at,
            finished_at=sweep.finished_at,
            parts=sweep.parts,
            parts_done=sweep.parts_done,
            copies_found=sweep.matched_uploads,
        )
        if sweep is not None
        else None,
    )
