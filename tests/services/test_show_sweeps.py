"""How far a sweep is, as a senior sees it."""

from __future__ import annotations

import pytest
from staydown.domain.decisions import Outcome
from staydown.domain.errors import CaseIsLocked, NotFound
from staydown.services.review.view_case import Onlooker
from staydown.services.sweeps.show_sweeps import sweep_of_entry, sweeps_of_case

from tests.support.people import decide, judged_story, report, reverse
from tests.support.pictures import drawn
from tests.support.world import World

SENIOR = Onlooker("sue", senior=True)


def test_a_sweep_is_seen_before_it_begins_while_it_runs_and_when_it_is_over(world: World) -> None:
    copies = [world.upload("beta", f"b{n}", drawn(1, flipped=n, copy=n)) for n in range(3)]
    case = judged_story(world, drawn(1, copy=99)).case
    (entry,) = case.banked
    before = sweep_of_entry(world.stack, entry)
    assert (before.sweep, before.is_current) == (None, False)
    world.publish()
    (message,) = [one for one in world.queue if one.kind == "sweep"]
    world.queue.remove(message)
    world.handle(message)
    running = sweep_of_entry(world.stack, entry)
    assert running.is_current
    assert running.sweep is not None
    assert (running.sweep.parts, running.sweep.parts_done, running.sweep.finished_at) == (3, 1, None)
    world.drain()
    (over,) = sweeps_of_case(world.stack, case.case_id, SENIOR)
    assert over.sweep is not None
    assert over.sweep.parts == over.sweep.parts_done >= 3
    assert over.sweep.matched >= len(copies)
    assert over.sweep.finished_at == world.clock.now


def test_after_a_further_change_the_sweep_of_the_one_before_is_not_current(world: World) -> None:
    story = judged_story(world, drawn(1))
    world.drain()
    (entry,) = story.case.banked
    first = sweep_of_entry(world.stack, entry)
    assert first.is_current
    reverse(world, story.upload, story.case)
    later = sweep_of_entry(world.stack, entry)
    assert (later.sweep, later.is_current) == (first.sweep, False)
    world.drain()
    last = sweep_of_entry(world.stack, entry)
    assert last.is_current
    assert first.sweep is not None
    assert last.sweep is not None
    assert last.sweep.sweep_id != first.sweep.sweep_id


def test_an_undecided_case_has_no_sweeps_and_an_unknown_entry_is_not_found(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    (case,) = report(world, upload).cases
    assert sweeps_of_case(world.stack, case.case_id, SENIOR) == []
    with pytest.raises(NotFound):
        sweep_of_entry(world.stack, "no entry")


def test_of_a_locked_case_only_the_restricted_group_sees_them(world: World) -> None:
    (case,) = report(world, world.upload("alpha", "ann", drawn(1))).cases
    decide(world, case.case_id, Outcome.SUSPECTED_CHILD)
    world.drain()
    with pytest.raises(CaseIsLocked):
        sweeps_of_case(world.stack, case.case_id, SENIOR)
