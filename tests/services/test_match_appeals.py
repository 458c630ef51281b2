"""An account holder appeals a match, and a reviewer compares the images."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from unittest import mock

import pytest
from staydown.domain.cases.appeals import AppealOutcome
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.errors import CaseIsLocked, Conflict, NotAllowed, NotFound, SameReviewer
from staydown.domain.uploads.upload import Upload, UploadState
from staydown.notices.notice import NoticeKind, Recipient
from staydown.services.access.cases import Viewer
from staydown.services.review.reveal_image import RevealRequest, record_reveal
from staydown.services.review.view_case import view_case

from tests.support.actions import (
    Story,
    appeal_case,
    decide,
    enforced_story,
    file_match_appeal,
    grant_case_appeal,
    report,
    report_and_decide,
    resolve_appeal,
)
from tests.support.sample_images import drawn
from tests.support.world import World

WINDOW = timedelta(days=184)


@pytest.fixture
def story(world: World) -> Story:
    found = enforced_story(world, drawn(1))
    world.drain()
    return found


@pytest.fixture
def stopped(world: World, story: Story) -> Upload:
    """Upload another image whose hash is close enough to match."""
    found = world.upload("beta", "bob", drawn(1, flipped=20))
    world.drain()
    assert found.state is UploadState.BLOCKED
    return found


@pytest.mark.promise(5)
@pytest.mark.law("EU4", "EU5")
def test_granted_appeal_publishes_the_upload_and_nothing_else(
    world: World, story: Story, stopped: Upload
) -> None:
    other = world.upload("beta", "eve", drawn(1, flipped=20, copy=1))
    resolve_appeal(world, file_match_appeal(world, stopped))
    world.drain()
    assert world.reload(stopped).state is UploadState.PUBLISHED
    assert world.reload(other).state is UploadState.BLOCKED
    assert world.reload(story.upload).state is UploadState.REMOVED
    assert world.stack.accounts.get("alpha", "ann").blocked
    assert world.upload("beta", "bob", drawn(1, flipped=3)).state is UploadState.BLOCKED


def test_granted_appeal_keeps_the_upload_up_after_further_sweeps(
    world: World, story: Story, stopped: Upload
) -> None:
    resolve_appeal(world, file_match_appeal(world, stopped))
    world.drain()
    report_and_decide(world, world.upload("alpha", "cat", drawn(1, flipped=50)), reviewer="ben")
    world.drain()
    assert world.reload(stopped).state is UploadState.REMOVED, "the second decision must remove it"
    resolve_appeal(world, file_match_appeal(world, world.reload(stopped)), reviewer="dora")
    world.drain()
    assert world.reload(stopped).state is UploadState.PUBLISHED


def test_denied_appeal_keeps_the_block_and_penalises_nobody(world: World, stopped: Upload) -> None:
    resolve_appeal(world, file_match_appeal(world, stopped), AppealOutcome.DENIED)
    world.drain()
    assert world.reload(stopped).state is UploadState.BLOCKED
    assert not world.stack.accounts.get("beta", "bob").blocked
    assert file_match_appeal(world, stopped).outcome is AppealOutcome.DENIED, "a second appeal was filed"


@pytest.mark.law("EU4")
def test_account_holder_is_notified_without_the_case(world: World, story: Story, stopped: Upload) -> None:
    resolve_appeal(world, file_match_appeal(world, stopped))
    world.drain()
    notices = list(world.stack.notices.list_for(Recipient.account_holder("beta", "bob")))
    kinds = {one.kind for one in notices}
    assert {NoticeKind.STATEMENT_OF_REASONS, NoticeKind.APPEAL_RECEIPT, NoticeKind.APPEAL_OUTCOME} <= kinds
    assert all(one.case_id is None for one in notices)
    events = [one.detail for one in world.events if one.detail.get("platform") == "beta"]
    assert story.case.case_id not in str(events)


@pytest.mark.promise(6)
def test_participant_of_the_decision_cannot_decide_the_appeal(world: World, stopped: Upload) -> None:
    filed = file_match_appeal(world, stopped)
    with pytest.raises(SameReviewer):
        resolve_appeal(world, filed, reviewer="ada")


@pytest.mark.promise(6)
def test_participant_of_any_deciding_case_cannot_decide(world: World, story: Story) -> None:
    report_and_decide(world, world.upload("alpha", "cat", drawn(1, flipped=40)), reviewer="ben")
    world.drain()
    filed = file_match_appeal(world, world.upload("beta", "bob", drawn(1, flipped=20)))
    for reviewer in ("ada", "ben"):
        with pytest.raises(SameReviewer):
            resolve_appeal(world, filed, reviewer=reviewer)
    assert resolve_appeal(world, filed, reviewer="cleo").outcome is AppealOutcome.GRANTED


@pytest.mark.promise(9)
def test_appeal_reviewer_sees_the_upload_while_it_is_pending(
    world: World, story: Story, stopped: Upload
) -> None:
    look = RevealRequest(story.case.case_id, stopped.upload_id, "cleo", senior=False)
    with pytest.raises(NotAllowed):
        record_reveal(world.stack, look, sharp=False)
    filed = file_match_appeal(world, stopped)
    seen = view_case(world.stack, case_id=story.case.case_id, viewer=Viewer("cleo"))
    assert [one.upload_id for one in seen.uploads] == [story.upload.upload_id, stopped.upload_id]
    for sharp in (False, True):
        assert record_reveal(world.stack, look, sharp=sharp).upload_id == stopped.upload_id
    resolve_appeal(world, filed)
    senior = RevealRequest(story.case.case_id, stopped.upload_id, "sue", senior=True)
    with pytest.raises(NotFound):
        record_reveal(world.stack, senior, sharp=False)


def test_repeated_appeal_request_files_one_appeal(world: World, stopped: Upload) -> None:
    first, again = file_match_appeal(world, stopped), file_match_appeal(world, stopped)
    assert replace(first, version=again.version) == again
    (case,) = world.stack.cases.get_cases([str(first.case_id)])
    assert case.pending_appeals == (first.appeal_id,)


def test_appeal_made_moot_by_a_reversal_changes_nothing(world: World, story: Story, stopped: Upload) -> None:
    filed = file_match_appeal(world, stopped)
    grant_case_appeal(world, story.upload, story.case)
    world.drain()
    assert world.reload(stopped).state is UploadState.PUBLISHED
    resolve_appeal(world, filed)
    world.drain()
    assert not world.reload(stopped).match_exclusions


def test_match_appeal_and_case_appeal_are_independent(world: World, story: Story, stopped: Upload) -> None:
    filed, other = file_match_appeal(world, stopped), appeal_case(world, story.upload)
    resolve_appeal(world, other, AppealOutcome.DENIED)
    resolve_appeal(world, filed)
    world.drain()
    assert world.reload(stopped).state is UploadState.PUBLISHED
    assert world.reload(story.upload).state is UploadState.REMOVED


def test_pending_appeal_preserves_the_image(world: World, stopped: Upload) -> None:
    file_match_appeal(world, stopped)
    world.clock.advance(days=300)
    world.apply_retention()
    assert world.reload(stopped).erased_at is None


@pytest.mark.law("EU4")
def test_match_can_be_appealed_for_half_a_year(world: World, story: Story) -> None:
    world.clock.advance(days=100)
    stopped = world.upload("beta", "bob", drawn(1, flipped=20))
    world.clock.advance(seconds=WINDOW.total_seconds())
    file_match_appeal(world, stopped)
    other = world.upload("beta", "bob", drawn(1, flipped=21))
    world.clock.advance(seconds=WINDOW.total_seconds() + 1)
    with pytest.raises(Conflict, match="has passed"):
        file_match_appeal(world, other)


def test_only_an_upload_stopped_by_the_bank_alone_is_eligible(world: World, story: Story) -> None:
    with pytest.raises(Conflict, match="A reviewer judged this image"):
        file_match_appeal(world, story.upload)
    with pytest.raises(Conflict, match="published"):
        file_match_appeal(world, world.upload("beta", "bob", drawn(2)))
    with pytest.raises(Conflict, match="held"):
        file_match_appeal(world, world.upload("beta", "bob", drawn(1, flipped=40)))


def test_upload_of_another_account_looks_unknown(world: World, stopped: Upload) -> None:
    with pytest.raises(NotFound):
        file_match_appeal(world, replace(stopped, account_id="mallory"))


def test_match_with_a_locked_case_cannot_be_appealed_here(world: World) -> None:
    filed = report(world, world.upload("alpha", "ann", drawn(1)))
    decide(world, filed.cases[0].case_id, DecisionOutcome.SUSPECTED_CHILD)
    stopped = world.upload("beta", "bob", drawn(1, flipped=3))
    with pytest.raises(Conflict) as refused:
        file_match_appeal(world, stopped)
    assert "child" not in str(refused.value)
    assert "authorities" not in str(refused.value)


def test_upload_that_matches_a_locked_case_is_not_released(
    world: World, story: Story, stopped: Upload
) -> None:
    filed = file_match_appeal(world, stopped)
    child = report(world, world.upload("alpha", "cat", drawn(1, flipped=40)))
    decide(world, child.cases[0].case_id, DecisionOutcome.SUSPECTED_CHILD, reviewer="ben")
    grant_case_appeal(world, story.upload, story.case)
    world.drain()
    assert world.reload(stopped).state is UploadState.BLOCKED
    with pytest.raises(CaseIsLocked):
        resolve_appeal(world, filed, reviewer="dora")


def test_pending_appeals_per_case_are_limited(world: World, stopped: Upload) -> None:
    other = world.upload("beta", "eve", drawn(1, flipped=20, copy=1))
    with mock.patch("staydown.services.appeals.appeal_match.MAX_WAITING_APPEALS", 1):
        filed = file_match_appeal(world, stopped)
        assert file_match_appeal(world, stopped).appeal_id == filed.appeal_id
        with pytest.raises(Conflict, match="are pending"):
            file_match_appeal(world, other)
        resolve_appeal(world, filed)
        file_match_appeal(world, other)
