"""Manual changes of the bank: allowed hashes pass, disabled entries release their uploads, others stay."""

from __future__ import annotations

from dataclasses import replace

import pytest
from staydown.domain.bank.entry import Standing, SupportSource
from staydown.domain.errors import Conflict, InvalidRequest, NotFound, StaleVersion
from staydown.domain.uploads.upload import UploadState
from staydown.services.bank.list_entries import find_entries, list_entries
from staydown.services.bank.override_entry import OverrideReason, allow_hash
from staydown.services.records.read_audit import read_case_audit

from tests.support.actions import (
    allow_entry,
    enforced_story,
    grant_case_appeal,
    report,
    report_and_decide,
    switch_entry_state,
)
from tests.support.sample_images import drawn, drawn_hash
from tests.support.world import World


def test_allowing_a_hash_releases_uploads_stopped_by_mistake(world: World) -> None:
    story = enforced_story(world, drawn(1))
    wrongly = world.upload("beta", "bob", drawn(1, flipped=20))
    held = world.upload("beta", "cat", drawn(1, flipped=40))
    world.drain()
    assert (wrongly.state, held.state) == (UploadState.BLOCKED, UploadState.HELD)
    allow_entry(world, drawn_hash(1, flipped=25))
    world.drain()
    assert world.reload(wrongly).state is UploadState.PUBLISHED
    assert world.reload(held).state is UploadState.PUBLISHED
    assert world.reload(story.upload).state is UploadState.REMOVED
    nearer = world.upload("beta", "dan", drawn(1, flipped=5))
    assert nearer.state is UploadState.BLOCKED


def test_undoing_an_allowance_stops_uploads_as_before(world: World) -> None:
    enforced_story(world, drawn(1))
    world.drain()
    stored = allow_entry(world, drawn_hash(1, flipped=25))
    world.drain()
    copy = world.upload("beta", "bob", drawn(1, flipped=20))
    assert copy.state is UploadState.PUBLISHED
    switch_entry_state(world, stored.entry.entry_id, on=True)
    world.drain()
    assert world.reload(copy).state is UploadState.REMOVED


def test_hash_near_an_active_entry_is_allowed_only_by_naming_it(world: World) -> None:
    (judged,) = enforced_story(world, drawn(1)).case.banked_entries
    with pytest.raises(Conflict) as refused:
        allow_entry(world, drawn_hash(1, flipped=20), despite=[])
    collision = {"entry_id": judged, "standing": "confirmed", "distance": 20}
    assert refused.value.extra == {"collisions": [collision]}
    assert allow_entry(world, drawn_hash(1, flipped=20), despite=[judged]).entry.standing is Standing.ALLOWED


def test_entry_confirmed_by_a_case_cannot_be_allowed_manually(world: World) -> None:
    case = enforced_story(world, drawn(1)).case
    with pytest.raises(Conflict) as refused:
        allow_entry(world, drawn_hash(1))
    assert refused.value.extra == {"cases": [case.case_id]}


def test_plain_hash_cannot_be_allowed(world: World) -> None:
    with pytest.raises(InvalidRequest):
        allow_hash(
            world.stack,
            world.bank,
            pdq=drawn_hash(1),
            quality=49,
            reason=OverrideReason.FALSE_POSITIVE,
            despite=[],
            reviewer="sue",
        )


def test_disabled_entry_releases_what_it_alone_had_stopped(world: World) -> None:
    (one,) = enforced_story(world, drawn(1)).case.banked_entries
    story = enforced_story(world, drawn(1, flipped=20), account="eve")
    alone = world.upload("beta", "bob", drawn(1, flipped=0, copy=1))
    world.drain()
    (other,) = story.case.banked_entries
    switch_entry_state(world, other, on=False)
    world.drain()
    assert world.reload(alone).state is UploadState.BLOCKED
    switch_entry_state(world, one, on=False)
    world.drain()
    assert world.reload(alone).state is UploadState.PUBLISHED
    assert f"case:{story.case.case_id}" in world.reload(story.upload).stops
    switch_entry_state(world, one, on=True)
    world.drain()
    assert world.reload(alone).state is UploadState.REMOVED


@pytest.mark.promise(2)
def test_disabled_entry_blocks_again_after_a_new_decision(world: World) -> None:
    (entry_id,) = enforced_story(world, drawn(1)).case.banked_entries
    switch_entry_state(world, entry_id, on=False)
    world.drain()
    again = world.upload("beta", "bob", drawn(1, copy=1))
    assert again.state is UploadState.PUBLISHED
    case = report_and_decide(world, again, reviewer="ben")
    assert world.upload("beta", "cat", drawn(1, copy=2)).state is UploadState.BLOCKED
    world.drain()
    grant_case_appeal(world, again, case)
    world.drain()
    assert world.stack.bank.get_entries([entry_id])[entry_id].entry.standing is Standing.INACTIVE


def test_override_is_recorded_in_the_audit_of_the_case(world: World) -> None:
    case = enforced_story(world, drawn(1)).case
    switch_entry_state(world, case.banked_entries[0], on=False)
    chains = {chain.chain: chain for chain in read_case_audit(world.stack, case.case_id)}
    (record,) = chains[f"entry:{case.banked_entries[0]}"].records
    assert (record.actor, record.action) == ("sue", "entry.deactivated")
    assert record.details == {"reason": "earlier_change_was_a_mistake", "standing": "inactive"}
    assert all(chain.error is None for chain in chains.values())


def test_repeated_change_is_made_once_and_a_stale_one_rejected(world: World) -> None:
    (entry_id,) = enforced_story(world, drawn(1)).case.banked_entries
    before = world.stack.bank.get_entries([entry_id])[entry_id].seq
    off = switch_entry_state(world, entry_id, on=False, seq=before)
    assert switch_entry_state(world, entry_id, on=False, seq=before) == off
    with pytest.raises(StaleVersion):
        switch_entry_state(world, entry_id, on=True, seq=before)
    allowed = allow_entry(world, drawn_hash(9))
    assert allow_entry(world, drawn_hash(9)) == allowed
    with pytest.raises(NotFound):
        switch_entry_state(world, "nobody's", on=False)


def test_entries_are_found_by_a_hash_within_a_distance(world: World) -> None:
    (judged,) = enforced_story(world, drawn(1)).case.banked_entries
    report(world, hashes=[drawn_hash(2)])
    (found,) = find_entries(world.stack, world.bank, drawn_hash(1, flipped=12), max_distance=12)
    assert found.stored.entry.entry_id == judged
    assert found.match is not None
    assert found.match.distance == 12
    assert find_entries(world.stack, world.bank, drawn_hash(1, flipped=12), max_distance=11) == []
    (claimed,) = find_entries(world.stack, world.bank, drawn_hash(2), max_distance=0)
    assert {support.source for support in claimed.stored.entry.supports} == {SupportSource.REPORT}


def test_inactive_entry_is_found_by_its_exact_hash(world: World) -> None:
    (entry_id,) = enforced_story(world, drawn(1)).case.banked_entries
    switch_entry_state(world, entry_id, on=False)
    (found,) = find_entries(world.stack, world.bank, drawn_hash(1), max_distance=31)
    assert (found.stored.entry.standing, found.match) == (Standing.INACTIVE, None)


def test_list_shows_each_entry_once_by_its_last_change(world: World) -> None:
    for number in range(7):
        report(world, hashes=[drawn_hash(number)])
    filed = report(world, hashes=[drawn_hash(2)])
    assert filed.cases
    pages, before, seen = 0, None, []
    while True:
        shown, before = list_entries(world.stack, before_seq=before, limit=3)
        seen += [found.stored for found in shown]
        pages += 1
        if before is None:
            break
    assert pages == 3
    assert len({one.entry.entry_id for one in seen}) == len(seen) == 7
    assert [one.seq for one in seen] == sorted((one.seq for one in seen), reverse=True)
    assert replace(seen[0].entry, supports=frozenset()).pdq == drawn_hash(2)


def test_an_empty_bank_has_an_empty_list(world: World) -> None:
    assert list_entries(world.stack, before_seq=None, limit=10) == ([], None)
