"""Pairs of concurrent tasks about bank entries."""

from __future__ import annotations

from staydown.domain.bank.entry import Standing
from staydown.domain.errors import Conflict
from staydown.domain.uploads.upload import UploadState

from tests.faults.steps import (
    Scene,
    SceneFactory,
    arrives,
    assert_uploads,
    in_sequence,
    open_case,
    scan,
    sweep,
    uploads_of,
)
from tests.support.actions import (
    allow_entry,
    decide,
    enforced_story,
    switch_entry_state,
)
from tests.support.interleavings import Interleaving
from tests.support.sample_images import drawn, drawn_hash
from tests.support.state_dump import StateDump
from tests.support.world import World


def scan_meets_an_allowance(world: World) -> Scene:
    """A copy is scanned while its hash is added to the allowlist."""
    enforced_story(world, drawn(1))
    world.drain()
    copy = arrives(world, drawn(1, flipped=8))

    def check(state: StateDump, order: Interleaving) -> None:
        assert_uploads(state, {UploadState.PUBLISHED}, uploads_of(state, "bob"))

    allowed = in_sequence(lambda: allow_entry(world, drawn_hash(1, flipped=9)), lambda: sweep(world))
    return Scene({"scan": scan(world, copy), "allow": allowed}, check)


def scan_meets_a_disabled_entry(world: World) -> Scene:
    (entry_id,) = enforced_story(world, drawn(1)).case.banked_entries
    world.drain()
    copy = arrives(world, drawn(1, flipped=8))

    def check(state: StateDump, order: Interleaving) -> None:
        assert_uploads(state, {UploadState.PUBLISHED}, uploads_of(state, "bob"))

    disabled = in_sequence(lambda: switch_entry_state(world, entry_id, on=False), lambda: sweep(world))
    return Scene({"scan": scan(world, copy), "disable": disabled}, check)


def allowance_meets_a_decision_nearby(world: World) -> Scene:
    """An allowance near an image that is confirmed at the same time comes first or is rejected."""
    case_id = open_case(world, world.upload("alpha", "ann", drawn(1)))
    pdq = drawn_hash(1, flipped=9)

    def check(state: StateDump, order: Interleaving) -> None:
        rejected = isinstance(order.results["allow"], Conflict)
        allowed = [e for e in state.entries.values() if e.standing is Standing.ALLOWED]
        assert rejected != bool(allowed)
        if allowed:
            (confirmed,) = [e for e in state.entries.values() if e.standing is Standing.CONFIRMED]
            numbers = {change.entry.entry_id: change.seq for change in state.changes}
            assert numbers[allowed[0].entry_id] < numbers[confirmed.entry_id]

    return Scene(
        {"allow": lambda: allow_entry(world, pdq, despite=[]), "decide": lambda: decide(world, case_id)},
        check,
    )


PAIR_SCENES: list[SceneFactory] = [
    scan_meets_an_allowance,
    scan_meets_a_disabled_entry,
    allowance_meets_a_decision_nearby,
]
