"""Promise 5 against a model: a world that had a case reversed, and one that never had it, come to the same.

Others go on meanwhile, in both: they post copies, report and judge them, are appealed, blocked by hand, wait
past their deadlines. Only what nobody can take back may differ: whether a copy was seen before it was
stopped.
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
from staydown.services.accounts.block_account import block_account, unblock_account

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
"""Bits from the image: a reviewer looks at such a copy, while the image is in the bank."""
STOPPED = {UploadState.BLOCKED, UploadState.REMOVED}

Step = tuple[str, int, int]
"""What somebody else does, of which upload, and how far from the image it is (bits)."""

step = st.tuples(
    st.sampled_from(["post", "post", "judge", "judge and reverse", "report", "block", "unblock", "wait"]),
    st.integers(0, 5),
    st.sampled_from([0, 3, 25, 31, REVIEW_DISTANCE, 60]),
)
steps = st.lists(step, max_size=5)


def is_independent_of_the_case(script: Sequence[Step]) -> bool:
    """Whether nobody reports the image while copies come that wait for it alone: whoever posts one of these
    is in the case of that report, and nobody can take back that it came just then."""
    waits = any(kind == "post" and flipped == REVIEW_DISTANCE for kind, _, flipped in script)
    return not waits or not any(kind in {"report", "judge", "judge and reverse"} for kind, _, _ in script)


def play_others(world: World, names: str, script: Sequence[Step]) -> None:
    """names: begins the names of what is posted: the same in both worlds."""
    for number, (kind, which, flipped) in enumerate(script):
        with suppress(StaydownError):  # refused, as people are at times
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
    """With a copy of it that somebody else reports: one case."""
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
    ledger = dump_state(world.cloud)
    return {
        "uploads": {
            one.key: "stopped" if one.state in STOPPED else str(one.state) for one in ledger.uploads.values()
        },
        "bank": {e.entry_id for e in ledger.entries.values() if e.standing is not Standing.INACTIVE},
        "blocked": {key: len(one.blocks) for key, one in ledger.accounts.items() if one.blocked},
        "public": len(ledger.objects[world.cloud.settings.published_bucket]),
    }


@pytest.mark.parametrize("decided", [judged_case, dismissed_and_overturned_case, hidden_and_judged_case])
@pytest.mark.law("EU5")
def test_reversed_case_leaves_the_same_state_as_no_case(decided: object) -> None:
    @settings(max_examples=EXAMPLES)
    @given(before=steps, between=steps, after=steps)
    def compared(before: list[Step], between: list[Step], after: list[Step]) -> None:
        assume(is_independent_of_the_case([*before, *between]))

        def told(with_case: bool) -> dict[str, object]:
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

        assert told(with_case=True) == told(with_case=False)

    compared()
