"""Strikes lead to a warning, a review and a temporary suspension, and can be reversed (EU6)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from staydown.domain.accounts.misuse import EndReason, Intention, MisuseOutcome, MisuseReview
from staydown.domain.accounts.strikes import MisuseSubject
from staydown.domain.cases.decisions import ShownContent
from staydown.domain.errors import (
    AlreadyDecided,
    Conflict,
    ConflictOfInterest,
    InvalidRequest,
    NotFound,
    SameReviewer,
)
from staydown.domain.uploads.upload import UploadState
from staydown.notices.notice import Notice, NoticeKind, Recipient
from staydown.services.misuse.decide_misuse import MisuseJudgement, decide_misuse
from staydown.services.misuse.end_suspension import lift_suspension
from staydown.services.misuse.view_misuse import list_misuse_reviews, view_misuse
from staydown.services.review.review_queue import recuse

from tests.support.actions import Story, appeal_case, enforced_story, file_match_appeal, resolve_appeal
from tests.support.sample_images import drawn
from tests.support.state_dump import dump_state
from tests.support.world import World

SUSPEND = MisuseJudgement(MisuseOutcome.SUSPEND, Intention.DELIBERATE, "it continued", suspension_days=30)
WARN = MisuseJudgement(MisuseOutcome.WARN, Intention.CARELESS, "talk first")
NO_ACTION = MisuseJudgement(MisuseOutcome.NO_ACTION, Intention.NONE, "a slip")


def judged_image(world: World, seed: int = 1) -> Story:
    story = enforced_story(world, drawn(seed))
    world.drain()
    return story


def post_copies(world: World, times: int, *, account: str = "bob", seed: int = 1, flipped: int = 3) -> None:
    """Upload copies of the image, an hour apart, and drain the world after each."""
    for _ in range(times):
        world.clock.advance(hours=1)
        world.put("beta", account, drawn(seed, flipped=flipped))
        world.drain()


def pending_reviews(world: World) -> list[MisuseReview]:
    return list_misuse_reviews(world.stack, queue="misuse", after=None, limit=25)[0]


def notices(world: World, account: str = "bob") -> list[Notice]:
    return list(world.stack.notices.list_for(Recipient.account_holder("beta", account)))


def notice_kinds(world: World, account: str = "bob") -> list[NoticeKind]:
    return [one.kind for one in notices(world, account)]


def notice_text(world: World, kind: NoticeKind, words: str) -> str:
    """Return the text of the only notice of this kind that contains the words."""
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


def suspended_account(world: World) -> MisuseReview:
    """Suspend an account after three copies of a confirmed image."""
    post_copies(world, 3)
    (review,) = pending_reviews(world)
    return decide(world, review, SUSPEND)


@pytest.mark.law("EU6")
def test_first_strike_only_sends_a_statement(world: World) -> None:
    judged_image(world)
    post_copies(world, 1)
    assert notice_kinds(world) == [NoticeKind.STATEMENT_OF_REASONS]
    assert pending_reviews(world) == []


@pytest.mark.law("EU6")
def test_second_strike_warns_without_any_restriction(world: World) -> None:
    judged_image(world)
    post_copies(world, 2)
    text = notice_text(world, NoticeKind.WARNING, "Within 90 days, 2 of your uploads to beta were blocked")
    assert "If 3 uploads are blocked" in text
    assert "A person makes that decision, not an automated system." in text
    assert not is_blocked(world)
    assert pending_reviews(world) == []


@pytest.mark.law("EU6", "GD3")
def test_third_strike_opens_a_review_and_never_blocks(world: World) -> None:
    judged_image(world)
    post_copies(world, 20, flipped=31)
    (review,) = pending_reviews(world)
    assert review.subject == MisuseSubject.of_account("beta", "bob")
    assert notice_kinds(world).count(NoticeKind.WARNING) == 1
    assert not is_blocked(world)


def test_upload_held_for_review_is_no_strike(world: World) -> None:
    judged_image(world)
    post_copies(world, 5, flipped=40)
    assert {one.state for one in dump_state(world.cloud).uploads.values() if one.account_id == "bob"} == {
        UploadState.HELD
    }
    assert notice_kinds(world) == []
    assert pending_reviews(world) == []


def test_upload_published_before_the_decision_is_no_strike(world: World) -> None:
    post_copies(world, 5)
    judged_image(world)
    assert notice_kinds(world) == [NoticeKind.STATEMENT_OF_REASONS] * 5
    assert pending_reviews(world) == []


def test_strikes_count_per_account_within_the_window(world: World) -> None:
    judged_image(world)
    post_copies(world, 1)
    post_copies(world, 1, account="eve")
    world.clock.advance(hours=24 * 90)
    post_copies(world, 1)
    assert NoticeKind.WARNING not in notice_kinds(world) + notice_kinds(world, "eve")


def test_warning_is_repeated_when_its_strikes_have_expired(world: World) -> None:
    judged_image(world)
    post_copies(world, 2)
    world.clock.advance(hours=24 * 90)
    post_copies(world, 2)
    assert notice_kinds(world).count(NoticeKind.WARNING) == 2
    assert pending_reviews(world) == []


@pytest.mark.law("EU6")
def test_reviewer_sees_strikes_share_severity_and_the_warning(world: World) -> None:
    story = judged_image(world)
    world.put("beta", "bob", drawn(9))
    post_copies(world, 2)
    warned_at = world.clock()
    post_copies(world, 1, flipped=0)
    (review,) = pending_reviews(world)
    view = view_misuse(world.stack, review_id=review.review_id, reviewer="ben")
    assert (len(view.history.strikes), view.history.total, view.exact_matches) == (3, 4, 1)
    assert view.shown_counts == ((ShownContent.NUDITY, 1),)
    assert (view.warned_at, view.reoffended) == (warned_at, True)
    assert story.case.decision is not None


@pytest.mark.law("EU6", "EU3")
def test_suspension_has_a_term_states_reasons_and_ends_by_itself(world: World) -> None:
    judged_image(world)
    review = suspended_account(world)
    assert is_blocked(world)
    text = notice_text(world, NoticeKind.STATEMENT_OF_REASONS, "blocked from uploading")
    assert "3 of 3 uploads from this account were blocked" in text
    assert "You were warned on" in text
    assert "A person decided to block your account." in text
    assert review.decision is not None and review.decision.suspended_until is not None
    assert f"ends automatically on {review.decision.suspended_until:%Y-%m-%d %H:%M UTC}" in text
    world.clock.advance(hours=24 * 30 - 1)
    assert world.expire_suspensions() == 0
    assert is_blocked(world)
    world.clock.advance(hours=1)
    assert world.expire_suspensions() == 1
    assert world.expire_suspensions() == 0
    world.drain()
    assert not is_blocked(world)
    assert notice_kinds(world).count(NoticeKind.BLOCK_LIFTED) == 1


@pytest.mark.law("EU6")
def test_suspension_needs_a_warning_and_a_later_strike(world: World) -> None:
    judged_image(world)
    for number in range(3):  # simultaneous: the warning follows them
        world.put("beta", "bob", drawn(1, flipped=number))
    world.drain()
    (review,) = pending_reviews(world)
    assert notice_kinds(world).count(NoticeKind.WARNING) == 1
    with pytest.raises(Conflict) as refused:
        decide(world, review, SUSPEND)
    assert refused.value.extra == {"warned_at": world.clock().isoformat()}
    post_copies(world, 1)
    decide(world, review, SUSPEND)
    assert is_blocked(world)


def test_warning_by_a_reviewer_counts_like_an_automatic_one(world: World) -> None:
    judged_image(world)
    post_copies(world, 3)
    (review,) = pending_reviews(world)
    decide(world, review, WARN)
    assert notice_kinds(world).count(NoticeKind.WARNING) == 2
    assert not is_blocked(world)
    assert pending_reviews(world) == []


def test_reviewed_strikes_open_no_second_review(world: World) -> None:
    judged_image(world)
    post_copies(world, 3)
    (review,) = pending_reviews(world)
    decide(world, review, NO_ACTION)
    post_copies(world, 2)
    assert pending_reviews(world) == []
    post_copies(world, 1)
    (again,) = pending_reviews(world)
    assert again.review_id != review.review_id


@pytest.mark.promise(5)
@pytest.mark.law("EU6", "EU5")
def test_suspension_ends_at_once_when_its_strikes_are_reversed(world: World) -> None:
    story = judged_image(world)
    review = suspended_account(world)
    resolve_appeal(world, appeal_case(world, story.upload))
    world.drain()
    assert not is_blocked(world)
    ended = world.stack.misuse_reviews.get(review.review_id)
    assert ended is not None and ended.end_reason is EndReason.UNSUPPORTED
    assert NoticeKind.BLOCK_LIFTED in notice_kinds(world)
    conduct = world.stack.accounts.get("beta", "bob").strike_status
    judged_image(world, 2)
    post_copies(world, 2, seed=2)
    # The warning was reversed too, so a new one is sent.
    assert notice_kinds(world).count(NoticeKind.WARNING) == 2
    assert conduct.suspension_review_id is None


@pytest.mark.promise(5)
def test_upload_released_on_appeal_is_no_strike(world: World) -> None:
    judged_image(world)
    review = suspended_account(world)
    for stopped in world.stack.uploads.get_many(review.strikes):
        resolve_appeal(world, file_match_appeal(world, stopped))
        world.drain()
    assert not is_blocked(world)


@pytest.mark.promise(5)
def test_pending_review_is_closed_when_its_strikes_are_reversed(world: World) -> None:
    story = judged_image(world)
    post_copies(world, 3)
    (review,) = pending_reviews(world)
    resolve_appeal(world, appeal_case(world, story.upload))
    world.drain()
    assert pending_reviews(world) == []
    with pytest.raises(AlreadyDecided):
        decide(world, review, NO_ACTION)


def test_same_decision_twice_is_recorded_once(world: World) -> None:
    judged_image(world)
    post_copies(world, 3)
    (review,) = pending_reviews(world)
    first = decide(world, review, SUSPEND)
    assert decide(world, review, SUSPEND) == replace(first, version=first.version + 1)
    with pytest.raises(AlreadyDecided):
        decide(world, review, SUSPEND, reviewer="cleo")
    with pytest.raises(AlreadyDecided):
        decide(world, review, NO_ACTION)
    assert len(world.events_of_type("misuse.decided")) == 1


@pytest.mark.parametrize("days", [None, 0, 91])
def test_suspension_without_a_valid_term_is_rejected(world: World, days: int | None) -> None:
    judged_image(world)
    post_copies(world, 3)
    (review,) = pending_reviews(world)
    with pytest.raises(InvalidRequest) as refused:
        decide(world, review, replace(SUSPEND, suspension_days=days))
    assert refused.value.pointers == {"/days": "1 to 90"}
    with pytest.raises(InvalidRequest):
        decide(world, review, replace(WARN, suspension_days=3))


def test_recused_reviewer_cannot_see_or_decide_the_review(world: World) -> None:
    story = judged_image(world)
    post_copies(world, 3)
    (review,) = pending_reviews(world)
    recuse(world.stack, case_id=story.case.case_id, reviewer="cleo")
    with pytest.raises(ConflictOfInterest):
        view_misuse(world.stack, review_id=review.review_id, reviewer="cleo")
    with pytest.raises(ConflictOfInterest):
        decide(world, review, NO_ACTION, reviewer="cleo")


def test_suspension_is_lifted_by_an_independent_senior(world: World) -> None:
    judged_image(world)
    review = suspended_account(world)
    lift = {"review_id": review.review_id, "reasons": "they were provoked"}
    with pytest.raises(SameReviewer):
        lift_suspension(world.stack, **lift, reviewer="ben")
    lifted = lift_suspension(world.stack, **lift, reviewer="noor")
    world.drain()
    assert not is_blocked(world)
    again = lift_suspension(world.stack, **lift, reviewer="noor")
    assert (again.end_reason, again.lifted_by) == (lifted.end_reason, "noor")
    with pytest.raises(Conflict):
        lift_suspension(world.stack, **lift, reviewer="sue")
    with pytest.raises(NotFound):
        lift_suspension(world.stack, review_id="none", reasons="so", reviewer="noor")


def test_suspension_and_case_block_are_independent(world: World) -> None:
    judged_image(world)
    review = suspended_account(world)
    story = enforced_story(world, drawn(5), account="carl")
    assert story.case.blocked_accounts == (("alpha", "carl"),)
    account = world.stack.accounts.get("beta", "bob")
    assert {block.case_id for block in account.blocks.values()} == {None}
    assert set(account.blocks) == {review.block_source}


@pytest.mark.law("EU6")
def test_considered_facts_are_on_record(world: World) -> None:
    judged_image(world)
    suspended_account(world)
    records = dump_state(world.cloud).chains["account:beta#bob"]
    assert [one.action for one in records] == ["account.warned", "misuse.opened", "misuse.decided"]
    weighed = records[-1].details
    assert (weighed["strikes"], weighed["uploads"], weighed["intention"]) == (3, 3, "deliberate")
    assert weighed["shown"] == {"nudity": 1}
    assert "reasons" not in weighed
