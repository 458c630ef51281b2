"""The bank changed by hand: what is allowed passes, what is switched off lets go, and nothing else moves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from staydown.domain.bank import Source, Standing
from staydown.domain.errors import Conflict, InvalidRequest, NotFound, StaleVersion
from staydown.domain.uploads import UploadState
from staydown.services.bank.change_entry import Reason, allow_hash
from staydown.services.bank.list_entries import find_entries, list_entries
from staydown.services.records.read_audit import read_audit

from tests.support.people import allow, judge, judged_story, report, reverse, switch
from tests.support.pictures import drawn, drawn_hash
from tests.support.world import World


def test_what_was_stopped_by_mistake_is_let_go_when_it_is_allowed(world: World) -> None:
    story = judged_story(world, drawn(1))
    wrongly = world.upload("beta", "bob", drawn(1, flipped=20))
    held = world.upload("beta", "cat", drawn(1, flipped=40))
    world.drain()
    assert (wrongly.state, held.state) == (UploadState.BLOCKED, UploadState.HELD)
    allow(world, drawn_hash(1, flipped=25))
    world.drain()
    assert world.again(wrongly).state is UploadState.PUBLISHED
    assert world.again(held).state is UploadState.PUBLISHED
    assert world.again(story.upload).state is UploadState.REMOVED
    nearer = world.upload("beta", "dan", drawn(1, flipped=5))
    assert nearer.state is UploadState.BLOCKED


def test_taken_back_what_was_allowed_is_stopped_as_before(world: World) -> None:
    judged_story(world, drawn(1))
    world.drain()
    stored = allow(world, drawn_hash(1, flipped=25))
    world.drain()
    copy = world.upload("beta", "bob", drawn(1, flipped=20))
    assert copy.state is UploadState.PUBLISHED
    switch(world, stored.entry.entry_id, on=True)
    world.drain()
    assert world.again(copy).state is UploadState.REMOVED


def test_a_hash_near_an_entry_that_stops_images_is_allowed_only_by_naming_it(world: World) -> None:
    (judged,) = judged_story(world, drawn(1)).case.banked
    with pytest.raises(Conflict) as refused:
        allow(world, drawn_hash(1, flipped=20), despite=[])
    collision = {"entry_id": judged, "standing": "confirmed", "distance": 20}
    assert refused.value.extra == {"collisions": [collision]}
    assert allow(world, drawn_hash(1, flipped=20), despite=[judged]).entry.standing is Standing.ALLOWED


def test_what_a_reviewer_judged_is_not_allowed_by_hand(world: World) -> None:
    case = judged_story(world, drawn(1)).case
    with pytest.raises(Conflict) as refused:
        allow(world, drawn_hash(1))
    assert refused.value.extra == {"cases": [case.case_id]}


def test_a_plain_hash_is_not_allowed(world: World) -> None:
    with pytest.raises(InvalidRequest):
        allow_hash(
            world.stack,
            world.bank,
            pdq=drawn_hash(1),
            quality=49,
            reason=Reason.FALSE_ALARM,
            despite=[],
            reviewer="sue",
        )


def test_an_entry_that_is_switched_off_lets_go_what_it_alone_had_stopped(world: World) -> None:
    (one,) = judged_story(world, drawn(1)).case.banked
    story = judged_story(world, drawn(1, flipped=20), account="eve")
    alone = world.upload("beta", "bob", drawn(1, flipped=0, copy=1))
    world.drain()
    (other,) = story.case.banked
    switch(world, other, on=False)
    world.drain()
    assert world.again(alone).state is UploadState.BLOCKED
    switch(world, one, on=False)
    world.drain()
    assert world.again(alone).state is UploadState.PUBLISHED
    assert f"case:{story.case.case_id}" in world.again(story.upload).stops
    switch(world, one, on=True)
    world.drain()
    assert world.again(alone).state is UploadState.REMOVED


def test_promise_2_what_is_switched_off_is_stopped_again_when_it_is_judged_again(world: World) -> None:
    (entry_id,) = judged_story(world, drawn(1)).case.banked
    switch(world, entry_id, on=False)
    world.drain()
    again = world.upload("beta", "bob", drawn(1, copy=1))
    assert again.state is UploadState.PUBLISHED
    case = judge(world, again, reviewer="ben")
    assert world.upload("beta", "cat", drawn(1, copy=2)).state is UploadState.BLOCKED
    world.drain()
    reverse(world, again, case)
    world.drain()
    assert world.stack.bank.entries([entry_id])[entry_id].entry.standing is Standing.INACTIVE


def test_a_change_by_hand_is_on_record_and_read_with_the_case(world: World) -> None:
    case = judged_story(world, drawn(1)).case
    switch(world, case.banked[0], on=False)
    chains = {chain.chain: chain for chain in read_audit(world.stack, case.case_id)}
    (record,) = chains[f"entry:{case.banked[0]}"].records
    assert (record.actor, record.action) == ("sue", "entry.deactivated")
    assert record.details == {"reason": "earlier_change_was_a_mistake", "standing": "inactive"}
    assert all(chain.broken is None for chain in chains.values())


def test_a_change_told_twice_is_one_and_a_stale_one_is_refused(world: World) -> None:
    (entry_id,) = judged_story(world, drawn(1)).case.banked
    before = world.stack.bank.entries([entry_id])[entry_id].seq
    off = switch(world, entry_id, on=False, seq=before)
    assert switch(world, entry_id, on=False, seq=before) == off
    with pytest.raises(StaleVersion):
        switch(world, entry_id, on=True, seq=before)
    allowed = allow(world, drawn_hash(9))
    assert allow(world, drawn_hash(9)) == allowed
    with pytest.raises(NotFound):
        switch(world, "nobody's", on=False)


def test_entries_are_found_by_a_hash_within_a_distance(world: World) -> None:
    (judged,) = judged_story(world, drawn(1)).case.banked
    report(world, hashes=[drawn_hash(2)])
    (found,) = find_entries(world.stack, world.bank, drawn_hash(1, flipped=12), within=12)
    assert found.stored.entry.entry_id == judged
    assert found.match is not None
    assert found.match.distance == 12
    assert find_entries(world.stack, world.bank, drawn_hash(1, flipped=12), within=11) == []
    (claimed,) = find_entries(world.stack, world.bank, drawn_hash(2), within=0)
    assert {support.source for support in claimed.stored.entry.supports} == {Source.REPORT}


def test_what_matches_nothing_is_found_by_its_very_hash(world: World) -> None:
    (entry_id,) = judged_story(world, drawn(1)).case.banked
    switch(world, entry_id, on=False)
    (found,) = find_entries(world.stack, world.bank, drawn_hash(1), within=31)
    assert (found.stored.entry.standing, found.match) == (Standing.INACTIVE, None)


def test_the_list_has_each_entry_once_by_its_last_change(world: World) -> None:
    for number in range(7):
        report(world, hashes=[drawn_hash(number)])
    filed = report(world, hashes=[drawn_hash(2)])
    assert filed.cases
    pages, before, seen = 0, None, []
    while True:
        shown, before = list_entries(world.stack, before=before, limit=3)
        seen += [found.stored for found in shown]
        pages += 1
        if before is None:
            break
    assert pages == 3
    assert len({one.entry.entry_id for one in seen}) == len(seen) == 7
    assert [one.seq for one in seen] == sorted((one.seq for one in seen), reverse=True)
    assert replace(seen[0].entry, supports=frozenset()).pdq == drawn_hash(2)


def test_an_empty_bank_has_an_empty_list(world: World) -> None:
    assert list_entries(world.stack, before=None, limit=10) == ([], None)
