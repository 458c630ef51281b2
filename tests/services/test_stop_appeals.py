"""An image that the bank alone has stopped is looked at because its account holder asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from unittest import mock

import pytest
from staydown.domain.appeals import AppealOutcome
from staydown.domain.decisions import Outcome
from staydown.domain.errors import CaseIsLocked, Conflict, NotAllowed, NotFound, SameReviewer
from staydown.domain.notices import NoticeKind, Recipient
from staydown.domain.uploads import Upload, UploadState
from staydown.services.review.reveal_image import Look, record_look
from staydown.services.review.view_case import Onlooker, view_case

from tests.support.people import (
    Story,
    answer,
    appeal,
    appeal_of_stop,
    decide,
    judge,
    judged_story,
    report,
    reverse,
)
from tests.support.pictures import drawn
from tests.support.world import World

WINDOW = timedelta(days=184)


@pytest.fixture
def story(world: World) -> Story:
    found = judged_story(world, drawn(1))
    world.drain()
    return found


@pytest.fixture
def stopped(world: World, story: Story) -> Upload:
    """Somebody else's image that is near enough to be taken for it."""
    found = world.upload("beta", "bob", drawn(1, flipped=20))
    world.drain()
    assert found.state is UploadState.BLOCKED
    return found


@pytest.mark.law("EU4", "EU5")
def test_promise_5_upheld_it_is_up_and_everything_else_stays_stopped(
    world: World, story: Story, stopped: Upload
) -> None:
    other = world.upload("beta", "eve", drawn(1, flipped=20, copy=1))
    answer(world, appeal_of_stop(world, stopped))
    world.drain()
    assert world.again(stopped).state is UploadState.PUBLISHED
    assert world.again(other).state is UploadState.BLOCKED
    assert world.again(story.upload).state is UploadState.REMOVED
    assert world.stack.accounts.get("alpha", "ann").blocked
    assert world.upload("beta", "bob", drawn(1, flipped=3)).state is UploadState.BLOCKED


def test_upheld_it_stays_up_whatever_is_swept(world: World, story: Story, stopped: Upload) -> None:
    answer(world, appeal_of_stop(world, stopped))
    world.drain()
    judge(world, world.upload("alpha", "cat", drawn(1, flipped=50)), reviewer="ben")
    world.drain()
    assert world.again(stopped).state is UploadState.REMOVED, "by another judgement"
    answer(world, appeal_of_stop(world, world.again(stopped)), reviewer="dora")
    world.drain()
    assert world.again(stopped).state is UploadState.PUBLISHED


def test_rejected_it_stays_stopped_and_nobody_is_blocked_for_asking(world: World, stopped: Upload) -> None:
    answer(world, appeal_of_stop(world, stopped), AppealOutcome.REJECTED)
    world.drain()
    assert world.again(stopped).state is UploadState.BLOCKED
    assert not world.stack.accounts.get("beta", "bob").blocked
    assert appeal_of_stop(world, stopped).outcome is AppealOutcome.REJECTED, "one appeal of one stop"


@pytest.mark.law("EU4")
def test_the_account_holder_is_told_and_not_of_whose_case_it_is(
    world: World, story: Story, stopped: Upload
) -> None:
    answer(world, appeal_of_stop(world, stopped))
    world.drain()
    told = list(world.stack.notices.of(Recipient.account_holder("beta", "bob")))
    kinds = {one.kind for one in told}
    assert {NoticeKind.STATEMENT_OF_REASONS, NoticeKind.APPEAL_RECEIPT, NoticeKind.APPEAL_OUTCOME} <= kinds
    assert all(one.case_id is None for one in told)
    events = [one.detail for one in world.told if one.detail.get("platform") == "beta"]
    assert story.case.case_id not in str(events)


def test_promise_6_nobody_who_had_part_in_the_judgement_decides(world: World, stopped: Upload) -> None:
    filed = appeal_of_stop(world, stopped)
    with pytest.raises(SameReviewer):
        answer(world, filed, reviewer="ada")


def test_promise_6_of_none_of_the_judgements_behind_it(world: World, story: Story) -> None:
    judge(world, world.upload("alpha", "cat", drawn(1, flipped=40)), reviewer="ben")
    world.drain()
    filed = appeal_of_stop(world, world.upload("beta", "bob", drawn(1, flipped=20)))
    for reviewer in ("ada", "ben"):
        with pytest.raises(SameReviewer):
            answer(world, filed, reviewer=reviewer)
    assert answer(world, filed, reviewer="cleo").outcome is AppealOutcome.UPHELD


def test_promise_9_who_decides_sees_it_and_looks_while_it_waits(
    world: World, story: Story, stopped: Upload
) -> None:
    look = Look(story.case.case_id, stopped.upload_id, "cleo", senior=False)
    with pytest.raises(NotAllowed):
        record_look(world.stack, look, sharp=False)
    filed = appeal_of_stop(world, stopped)
    seen = view_case(world.stack, case_id=story.case.case_id, onlooker=Onlooker("cleo"))
    assert [one.upload_id for one in seen.uploads] == [story.upload.upload_id, stopped.upload_id]
    for sharp in (False, True):
        assert record_look(world.stack, look, sharp=sharp).upload_id == stopped.upload_id
    answer(world, filed)
    senior = Look(story.case.case_id, stopped.upload_id, "sue", senior=True)
    with pytest.raises(NotFound):
        record_look(world.stack, senior, sharp=False)


def test_it_is_one_appeal_however_often_it_is_filed(world: World, stopped: Upload) -> None:
    first, again = appeal_of_stop(world, stopped), appeal_of_stop(world, stopped)
    assert replace(first, version=again.version) == again
    (case,) = world.stack.cases.cases([str(first.case_id)])
    assert case.appeals == (first.appeal_id,)


def test_an_appeal_that_was_overtaken_changes_nothing(world: World, story: Story, stopped: Upload) -> None:
    filed = appeal_of_stop(world, stopped)
    reverse(world, story.upload, story.case)
    world.drain()
    assert world.again(stopped).state is UploadState.PUBLISHED
    answer(world, filed)
    world.drain()
    assert not world.again(stopped).spared


def test_both_appeals_of_one_judgement_wait_side_by_side(world: World, story: Story, stopped: Upload) -> None:
    filed, other = appeal_of_stop(world, stopped), appeal(world, story.upload)
    answer(world, other, AppealOutcome.REJECTED)
    answer(world, filed)
    world.drain()
    assert world.again(stopped).state is UploadState.PUBLISHED
    assert world.again(story.upload).state is UploadState.REMOVED


def test_what_an_appeal_needs_is_kept(world: World, stopped: Upload) -> None:
    appeal_of_stop(world, stopped)
    world.clock.advance(days=300)
    world.retain()
    assert world.again(stopped).erased_at is None


@pytest.mark.law("EU4")
def test_it_can_be_appealed_for_half_a_year_from_when_it_was_stopped(world: World, story: Story) -> None:
    world.clock.advance(days=100)
    stopped = world.upload("beta", "bob", drawn(1, flipped=20))
    world.clock.advance(seconds=WINDOW.total_seconds())
    appeal_of_stop(world, stopped)
    other = world.upload("beta", "bob", drawn(1, flipped=21))
    world.clock.advance(seconds=WINDOW.total_seconds() + 1)
    with pytest.raises(Conflict, match="over"):
        appeal_of_stop(world, other)


def test_what_is_not_stopped_by_the_bank_alone_is_not_appealed_so(world: World, story: Story) -> None:
    with pytest.raises(Conflict, match="judged this very image"):
        appeal_of_stop(world, story.upload)
    with pytest.raises(Conflict, match="published"):
        appeal_of_stop(world, world.upload("beta", "bob", drawn(2)))
    with pytest.raises(Conflict, match="held"):
        appeal_of_stop(world, world.upload("beta", "bob", drawn(1, flipped=40)))


def test_another_s_upload_is_as_unknown_as_one_that_is_not_there(world: World, stopped: Upload) -> None:
    with pytest.raises(NotFound):
        appeal_of_stop(world, replace(stopped, account_id="mallory"))


def test_what_is_with_the_authorities_is_not_appealed_here(world: World) -> None:
    filed = report(world, world.upload("alpha", "ann", drawn(1)))
    decide(world, filed.cases[0].case_id, Outcome.SUSPECTED_CHILD)
    stopped = world.upload("beta", "bob", drawn(1, flipped=3))
    with pytest.raises(Conflict) as refused:
        appeal_of_stop(world, stopped)
    assert "child" not in str(refused.value)
    assert "authorities" not in str(refused.value)


def test_what_is_like_a_locked_image_by_now_is_let_go_by_nobody(
    world: World, story: Story, stopped: Upload
) -> None:
    filed = appeal_of_stop(world, stopped)
    child = report(world, world.upload("alpha", "cat", drawn(1, flipped=40)))
    decide(world, child.cases[0].case_id, Outcome.SUSPECTED_CHILD, reviewer="ben")
    reverse(world, story.upload, story.case)
    world.drain()
    assert world.again(stopped).state is UploadState.BLOCKED
    with pytest.raises(CaseIsLocked):
        answer(world, filed, reviewer="dora")


def test_no_more_wait_with_one_case_than_its_item_holds(world: World, stopped: Upload) -> None:
    other = world.upload("beta", "eve", drawn(1, flipped=20, copy=1))
    with mock.patch("staydown.services.appeals.appeal_stop.MOST_WAITING", 1):
        filed = appeal_of_stop(world, stopped)
        assert appeal_of_stop(world, stopped).appeal_id == filed.appeal_id
        with pytest.raises(Conflict, match="wait already"):
            appeal_of_stop(world, other)
        answer(world, filed)
        appeal_of_stop(world, other)
