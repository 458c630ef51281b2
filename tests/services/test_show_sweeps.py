"""The progress of a sweep as seniors see it."""

from __future__ import annotations

import pytest
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.errors import CaseIsLocked, NotFound
from staydown.services.access.cases import Viewer
from staydown.services.sweeps.view_sweeps import get_entry_sweep, list_case_sweeps

from tests.support.actions import decide, enforced_story, grant_case_appeal, report
from tests.support.sample_images import drawn
from tests.support.world import World

SENIOR = Viewer("sue", senior=True)


def test_sweep_is_shown_before_during_and_after_its_run(world: World) -> None:
    copies = [world.upload("beta", f"b{n}", drawn(1, flipped=n, copy=n)) for n in range(3)]
    case = enforced_story(world, drawn(1, copy=99)).case
    (entry,) = case.banked_entries
    before = get_entry_sweep(world.stack, entry)
    assert (before.sweep, before.is_current) == (None, False)
    world.publish()
    (message,) = [one for one in world.queue if one.kind == "sweep"]
    world.queue.remove(message)
    world.handle(message)
    running = get_entry_sweep(world.stack, entry)
    assert running.is_current
    assert running.sweep is not None
    assert (running.sweep.parts, running.sweep.parts_done, running.sweep.finished_at) == (3, 1, None)
    world.drain()
    (over,) = list_case_sweeps(world.stack, case.case_id, SENIOR)
    assert over.sweep is not None
    assert over.sweep.parts == over.sweep.parts_done >= 3
    assert over.sweep.matched_uploads >= len(copies)
    assert over.sweep.finished_at == world.clock.now


def test_sweep_of_an_earlier_change_is_not_current(world: World) -> None:
    story = enforced_story(world, drawn(1))
    world.drain()
    (entry,) = story.case.banked_entries
    first = get_entry_sweep(world.stack, entry)
    assert first.is_current
    grant_case_appeal(world, story.upload, story.case)
    later = get_entry_sweep(world.stack, entry)
    assert (later.sweep, later.is_current) == (first.sweep, False)
    world.drain()
    last = get_entry_sweep(world.stack, entry)
    assert last.is_current
    assert first.sweep is not None
    assert last.sweep is not None
    assert last.sweep.sweep_id != first.sweep.sweep_id


def test_undecided_case_has_no_sweeps_and_unknown_entry_is_404(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    (case,) = report(world, upload).cases
    assert list_case_sweeps(world.stack, case.case_id, SENIOR) == []
    with pytest.raises(NotFound):
        get_entry_sweep(world.stack, "no entry")


def test_sweeps_of_a_locked_case_need_the_restricted_group(world: World) -> None:
    (case,) = report(world, world.upload("alpha", "ann", drawn(1))).cases
    decide(world, case.case_id, DecisionOutcome.SUSPECTED_CHILD)
    world.drain()
    with pytest.raises(CaseIsLocked):
        list_case_sweeps(world.stack, case.case_id, SENIOR)
