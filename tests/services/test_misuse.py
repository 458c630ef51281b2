"""Strikes, a warning, a review by a person, a suspension with an end; and all of it taken back (EU6)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from staydown.domain.decisions import Shown
from staydown.domain.errors import (
    AlreadyDecided,
    Conflict,
    ConflictOfInterest,
    InvalidRequest,
    NotFound,
    SameReviewer,
)
from staydown.domain.misuse import Ending, Intention, MisuseOutcome, MisuseReview
from staydown.domain.notices import Notice, NoticeKind, Recipient
from staydown.domain.strikes import Subject
from staydown.domain.uploads import UploadState
from staydown.services.misuse.decide_misuse import MisuseJudgement, decide_misuse
from staydown.services.misuse.end_suspension import lift_suspension
from staydown.services.misuse.view_misuse import list_misuse, view_misuse
from staydown.services.review.review_queue import declare_conflict

from tests.support.ledger import read_ledger
from tests.support.people import Story, answer, appeal, appeal_of_stop, judged_story
from tests.support.pictures import drawn
from tests.support.world import World

SUSPEND = MisuseJudgement(MisuseOutcome.SUSPEND, Intention.DELIBERATE, "it went on", days=30)
WARN = MisuseJudgement(MisuseOutcome.WARN, Intention.CARELESS, "talk first")
NO_ACTION = MisuseJudgement(MisuseOutcome.NO_ACTION, Intention.NONE, "a slip")


def judged(world: World, seed: int = 1) -> Story:
    story = judged_story(world, drawn(seed))
    world.drain()
    return story


def posts(world: World, times: int, *, account: str = "bob", seed: int = 1, flipped: int = 3) -> None:
    """Copies of the picture, an hour apart, each with all that follows from it."""
    for _ in range(times):
        world.clock.advance(hours=1)
        world.put("beta", account, drawn(seed, flipped=flipped))
        world.drain()


def waiting(world: World) -> list[MisuseReview]:
    return list_misuse(world.stack, queue="misuse", after=None, limit=25)[0]


def notices(world: World, account: str = "bob") -> list[Notice]:
    return list(world.stack.notices.of(Recipient.account_holder("beta", account)))


def kinds(world: World, account: str = "bob") -> list[NoticeKind]:
    return [one.kind for one in notices(world, account)]


def told(world: World, kind: NoticeKind, words: str) -> str:
    """The text of the only notice of this kind that says so."""
    texts = ["\n".join(one.paragraphs) for one in notices(world) if one.kind is kind]
    (text,) = [one for one in texts if words in one]
    return text


def is_blocked(world: World, account: str = "bob") -> bool:
    return world.stack.accounts.get("beta", account).blocked


def decide(
    world: World, review: MisuseReview, judgement: MisuseJudgement, reviewer: str = "ben"
) -> MisuseReview:
    decided = decide_misuse(world.stack, review_id=review.review_id, reviewer=reviewer, judgement=judgement)
    world.drain()
    return decided


def suspended(world: World) -> MisuseReview:
    """After three copies of one judged picture."""
    posts(world, 3)
    (review,) = waiting(world)
    return decide(world, review, SUSPEND)


@pytest.mark.law("EU6")
def test_one_stopped_upload_is_told_of_and_nothing_more(world: World) -> None:
    judged(world)
    posts(world, 1)
    assert kinds(world) == [NoticeKind.STATEMENT_OF_REASONS]
    assert waiting(world) == []


@pytest.mark.law("EU6")
def test_the_second_brings_a_warning_that_says_what_may_follow_and_restricts_nothing(world: World) -> None:
    judged(world)
    posts(world, 2)
    text = told(world, NoticeKind.WARNING, "Within 90 days 2 of your uploads on beta were stopped")
    assert "When 3 are stopped" in text
    assert "No machine decides that." in text
    assert not is_blocked(world)
    assert waiting(world) == []


@pytest.mark.law("EU6", "GD3")
def test_the_third_is_brought_to_a_reviewer_and_no_machine_ever_blocks(world: World) -> None:
    judged(world)
    posts(world, 20, flipped=31)
    (review,) = waiting(world)
    assert review.subject == Subject.of_account("beta", "bob")
    assert kinds(world).count(NoticeKind.WARNING) == 1
    assert not is_blocked(world)


def test_what_is_only_held_for_a_reviewer_is_no_strike(world: World) -> None:
    judged(world)
    posts(world, 5, flipped=40)
    assert {one.state for one in read_ledger(world.cloud).uploads.values() if one.account_id == "bob"} == {
        UploadState.HELD
    }
    assert kinds(world) == []
    assert waiting(world) == []


def test_what_was_up_when_its_image_was_judged_is_no_strike(world: World) -> None:
    posts(world, 5)
    judged(world)
    assert kinds(world) == [NoticeKind.STATEMENT_OF_REASONS] * 5
    assert waiting(world) == []


def test_strikes_are_an_accounts_own_and_count_together_for_a_time(world: World) -> None:
    judged(world)
    posts(world, 1)
    posts(world, 1, account="eve")
    world.clock.advance(hours=24 * 90)
    posts(world, 1)
    assert NoticeKind.WARNING not in kinds(world) + kinds(world, "eve")


def test_a_warning_is_given_anew_when_what_it_was_of_is_too_long_ago(world: World) -> None:
    judged(world)
    posts(world, 2)
    world.clock.advance(hours=24 * 90)
    posts(world, 2)
    assert kinds(world).count(NoticeKind.WARNING) == 2
    assert waiting(world) == []


@pytest.mark.law("EU6")
def test_the_reviewer_sees_number_proportion_gravity_and_the_warning(world: World) -> None:
    story = judged(world)
    world.put("beta", "bob", drawn(9))
    posts(world, 2)
    warned_at = world.clock()
    posts(world, 1, flipped=0)
    (review,) = waiting(world)
    view = view_misuse(world.stack, review_id=review.review_id, reviewer="ben")
    assert (len(view.seen.strikes), view.seen.total, view.exact) == (3, 4, 1)
    assert view.shown == ((Shown.NUDITY, 1),)
    assert (view.warned_at, view.went_on) == (warned_at, True)
    assert story.case.decision is not None


@pytest.mark.law("EU6", "EU3")
def test_a_suspension_has_a_term_its_reasons_are_told_and_it_ends_by_itself(world: World) -> None:
    judged(world)
    review = suspended(world)
    assert is_blocked(world)
    text = told(world, NoticeKind.STATEMENT_OF_REASONS, "blocked from uploading")
    assert "3 of 3 uploads of this account were stopped" in text
    assert "You were warned on" in text
    assert "decided by a person" in text
    assert review.decision is not None and review.decision.until is not None
    assert f"ends by itself on {review.decision.until:%Y-%m-%d %H:%M UTC}" in text
    world.clock.advance(hours=24 * 30 - 1)
    assert world.end_terms() == 0
    assert is_blocked(world)
    world.clock.advance(hours=1)
    assert world.end_terms() == 1
    assert world.end_terms() == 0
    world.drain()
    assert not is_blocked(world)
    assert kinds(world).count(NoticeKind.BLOCK_LIFTED) == 1


@pytest.mark.law("EU6")
def test_nobody_is_suspended_who_was_not_warned_or_has_stopped_since(world: World) -> None:
    judged(world)
    for number in range(3):  # at once: the warning comes after them
        world.put("beta", "bob", drawn(1, flipped=number))
    world.drain()
    (review,) = waiting(world)
    assert kinds(world).count(NoticeKind.WARNING) == 1
    with pytest.raises(Conflict) as refused:
        decide(world, review, SUSPEND)
    assert refused.value.extra == {"warned_at": world.clock().isoformat()}
    posts(world, 1)
    decide(world, review, SUSPEND)
    assert is_blocked(world)


def test_a_warning_by_a_reviewer_counts_like_any_other(world: World) -> None:
    judged(world)
    posts(world, 3)
    (review,) = waiting(world)
    decide(world, review, WARN)
    assert kinds(world).count(NoticeKind.WARNING) == 2
    assert not is_blocked(world)
    assert waiting(world) == []


def test_what_a_reviewer_has_looked_at_brings_no_second_review(world: World) -> None:
    judged(world)
    posts(world, 3)
    (review,) = waiting(world)
    decide(world, review, NO_ACTION)
    posts(world, 2)
    assert waiting(world) == []
    posts(world, 1)
    (again,) = waiting(world)
    assert again.review_id != review.review_id


@pytest.mark.law("EU6", "EU5")
def test_promise_5_with_its_strikes_a_suspension_falls_at_once(world: World) -> None:
    story = judged(world)
    review = suspended(world)
    answer(world, appeal(world, story.upload))
    world.drain()
    assert not is_blocked(world)
    ended = world.stack.misuse.review(review.review_id)
    assert ended is not None and ended.ending is Ending.FELL
    assert NoticeKind.BLOCK_LIFTED in kinds(world)
    conduct = world.stack.accounts.get("beta", "bob").conduct
    judged(world, 2)
    posts(world, 2, seed=2)
    # The warning fell as well: they are warned anew.
    assert kinds(world).count(NoticeKind.WARNING) == 2
    assert conduct.suspension is None


def test_promise_5_what_is_found_to_be_another_picture_is_no_strike(world: World) -> None:
    judged(world)
    review = suspended(world)
    for stopped in world.stack.uploads.get_many(review.strikes):
        answer(world, appeal_of_stop(world, stopped))
        world.drain()
    assert not is_blocked(world)


def test_promise_5_a_review_that_waits_is_closed_when_its_strikes_are_gone(world: World) -> None:
    story = judged(world)
    posts(world, 3)
    (review,) = waiting(world)
    answer(world, appeal(world, story.upload))
    world.drain()
    assert waiting(world) == []
    with pytest.raises(AlreadyDecided):
        decide(world, review, NO_ACTION)


def test_told_twice_it_is_decided_once_and_by_nobody_else(world: World) -> None:
    judged(world)
    posts(world, 3)
    (review,) = waiting(world)
    first = decide(world, review, SUSPEND)
    assert decide(world, review, SUSPEND) == replace(first, version=first.version + 1)
    with pytest.raises(AlreadyDecided):
        decide(world, review, SUSPEND, reviewer="cleo")
    with pytest.raises(AlreadyDecided):
        decide(world, review, NO_ACTION)
    assert len(world.told_of("misuse.decided")) == 1


@pytest.mark.parametrize("days", [None, 0, 91])
def test_a_suspension_without_a_fitting_term_is_refused(world: World, days: int | None) -> None:
    judged(world)
    posts(world, 3)
    (review,) = waiting(world)
    with pytest.raises(InvalidRequest) as refused:
        decide(world, review, replace(SUSPEND, days=days))
    assert refused.value.pointers == {"/days": "1 to 90"}
    with pytest.raises(InvalidRequest):
        decide(world, review, replace(WARN, days=3))


def test_whoever_declared_a_conflict_in_a_case_behind_it_sees_and_decides_nothing_of_it(world: World) -> None:
    story = judged(world)
    posts(world, 3)
    (review,) = waiting(world)
    declare_conflict(world.stack, case_id=story.case.case_id, reviewer="cleo")
    with pytest.raises(ConflictOfInterest):
        view_misuse(world.stack, review_id=review.review_id, reviewer="cleo")
    with pytest.raises(ConflictOfInterest):
        decide(world, review, NO_ACTION, reviewer="cleo")


def test_a_senior_who_did_not_decide_it_lifts_a_suspension(world: World) -> None:
    judged(world)
    review = suspended(world)
    lift = {"review_id": review.review_id, "reasons": "they were provoked"}
    with pytest.raises(SameReviewer):
        lift_suspension(world.stack, **lift, reviewer="ben")
    lifted = lift_suspension(world.stack, **lift, reviewer="noor")
    world.drain()
    assert not is_blocked(world)
    again = lift_suspension(world.stack, **lift, reviewer="noor")
    assert (again.ending, again.lifted_by) == (lifted.ending, "noor")
    with pytest.raises(Conflict):
        lift_suspension(world.stack, **lift, reviewer="sue")
    with pytest.raises(NotFound):
        lift_suspension(world.stack, review_id="none", reasons="so", reviewer="noor")


def test_a_suspension_and_the_block_of_a_case_hold_each_for_itself(world: World) -> None:
    judged(world)
    review = suspended(world)
    story = judged_story(world, drawn(5), account="carl")
    assert story.case.blocked == (("alpha", "carl"),)
    account = world.stack.accounts.get("beta", "bob")
    assert {block.case_id for block in account.blocks.values()} == {None}
    assert set(account.blocks) == {review.holder}


@pytest.mark.law("EU6")
def test_what_was_weighed_is_on_record(world: World) -> None:
    judged(world)
    suspended(world)
    records = read_ledger(world.cloud).chains["account:beta#bob"]
    assert [one.action for one in records] == ["account.warned", "misuse.opened", "misuse.decided"]
    weighed = records[-1].details
    assert (weighed["strikes"], weighed["uploads"], weighed["intention"]) == (3, 3, "deliberate")
    assert weighed["shown"] == {"nudity": 1}
    assert "reasons" not in weighed
