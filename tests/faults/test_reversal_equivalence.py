"""Compare a world with a reversed case with a world without that case: both must reach the same state.

In both worlds, other people upload copies, report them, decide, appeal, set manual blocks and pass deadlines.
Only one irreversible fact may differ: whether a copy was public before it was stopped.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from staydown.domain.bank.entry import Standing
from staydown.domain.errors import StaydownError
from staydown.domain.uploads.upload import Upload, UploadState
from staydown.services.accounts import block_account, unblock_account

from tests.support.actions import (
    NOT_VIOLATING,
    VIOLATING,
    appeal_case,
    decide,
    file_dismissal_appeal,
    give_second_opinion,
    grant_case_appeal,
    report,
    resolve_appeal,
)
from tests.support.invariants import check
from tests.support.sample_images import drawn
from tests.support.state_dump import dump_state
from tests.support.world import World, memory_world

EXAMPLES = int(os.environ.get("STAYDOWN_STORIES", "15"))
REVIEW_DISTANCE = 40
"""Bits. A copy at this distance from a banked image goes to a reviewer."""
STOPPED = {UploadState.BLOCKED, UploadState.REMOVED}

Step = tuple[str, int, int]
"""Another person's action, the number of the upload, and its distance from the image in bits."""

step = st.tuples(
    st.sampled_from(["post", "post", "judge", "judge and reverse", "report", "block", "unblock", "wait"]),
    st.integers(0, 5),
    st.sampled_from([0, 3, 25, 31, REVIEW_DISTANCE, 60]),
)
steps = st.lists(step, max_size=5)


def is_independent_of_the_case(script: Sequence[Step]) -> bool:
    """Return whether no report can join copies that are held only because of the case under test.

    The account holder of such a copy becomes part of the report's case, and a reversal cannot change that.
    """
    has_held_copy = any(kind == "post" and flipped == REVIEW_DISTANCE for kind, _, flipped in script)
    has_report = any(kind in {"report", "judge", "judge and reverse"} for kind, _, _ in script)
    return not has_held_copy or not has_report


def play_others(world: World, names: str, script: Sequence[Step]) -> None:
    """Run the script. names: prefix of the names of the uploads, so that they are the same in both worlds."""
    for number, (kind, which, flipped) in enumerate(script):
        with suppress(StaydownError):  # a rejected action is part of the script
            act(world, f"{names}-{number}", kind, which, flipped)
        world.drain()


def act(world: World, name: str, kind: str, which: int, flipped: int) -> None:
    known = sorted(dump_state(world.cloud).uploads.values(), key=lambda one: one.key)
    upload = known[which % len(known)]
    match kind:
        case "post":
            world.put("beta", f"bob{which}", drawn(1, flipped=flipped), name=name)
        case "judge":
            others_case(world, upload)
        case "judge and reverse":
            case_id = others_case(world, upload)
            world.drain()
            grant_case_appeal(world, upload, case_id)
        case "report":
            report(world, upload)
        case "block":
            block_account(world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue")
        case "unblock":
            unblock_account(world.stack, platform="alpha", account_id="ann", reviewer="sue")
        case "wait":
            world.clock.advance(hours=48)
            world.watch_deadlines()


def others_case(world: World, upload: Upload) -> str:
    case_id = report(world, upload).cases[0].case_id
    decide(world, case_id, reviewer="ben")
    return case_id


def judged_case(world: World, mine: Upload) -> str:
    """Decide a case with two uploads: the image, and a copy that another person reports."""
    case_id = report(world, mine).cases[0].case_id
    (copy,) = (one for one in dump_state(world.cloud).uploads.values() if one.key == f"{mine.key} too")
    assert report(world, copy).cases[0].case_id == case_id
    decide(world, case_id)
    return case_id


def dismissed_and_overturned_case(world: World, mine: Upload) -> str:
    filed = report(world, mine)
    decide(world, filed.cases[0].case_id, NOT_VIOLATING)
    world.drain()
    resolve_appeal(world, file_dismissal_appeal(world, filed), reviewer="eve")
    return filed.cases[0].case_id


def hidden_and_judged_case(world: World, mine: Upload) -> str:
    case_id = report(world, mine).cases[0].case_id
    world.clock.advance(hours=48)
    world.watch_deadlines()
    world.drain()
    decide(world, case_id, VIOLATING, second_opinion=True)
    give_second_opinion(world, case_id, reviewer="eve")
    world.clock.advance(hours=-48)
    return case_id


def final_state(world: World) -> dict[str, object]:
    world.watch_deadlines()
    world.drain()
    check(world)
    state = dump_state(world.cloud)
    return {
        "uploads": {
            one.key: "stopped" if one.state in STOPPED else str(one.state) for one in state.uploads.values()
        },
        "bank": {e.entry_id for e in state.entries.values() if e.standing is not Standing.INACTIVE},
        "blocked": {key: len(one.blocks) for key, one in state.accounts.items() if one.blocked},
        "public": len(state.objects[world.cloud.settings.published_bucket]),
    }


@pytest.mark.parametrize("decided", [judged_case, dismissed_and_overturned_case, hidden_and_judged_case])
@pytest.mark.promise(5)
@pytest.mark.law("EU5")
def test_reversed_case_leaves_the_same_state_as_no_case(decided: object) -> None:
    @settings(max_examples=EXAMPLES)
    @given(before=steps, between=steps, after=steps)
    def compare(before: list[Step], between: list[Step], after: list[Step]) -> None:
        assume(is_independent_of_the_case([*before, *between]))

        def play(with_case: bool) -> dict[str, object]:
            with memory_world() as world:
                mine = world.upload("alpha", "ann", drawn(1), name="mine")
                world.upload("alpha", "ann", drawn(1, flipped=31), name="mine too")
                play_others(world, "before", [one for one in before if one[0] == "post"])
                case_id = decided(world, mine) if with_case else None  # type: ignore[operator]
                world.drain()
                play_others(world, "between", between)
                if case_id is not None:
                    resolve_appeal(world, appeal_case(world, mine, case_id), reviewer="cleo")
                    world.drain()
                play_others(world, "after", after)
                return final_state(world)

        assert play(with_case=True) == play(with_case=False)

    compare()
