"""A second reviewer judges without seeing the decision; where they differ, a senior decides."""

from __future__ import annotations

from dataclasses import replace

import pytest
from staydown.domain.appeals import Appeal, AppealOutcome, Appellant, dispute_id
from staydown.domain.case_states import CaseState
from staydown.domain.cases import Case
from staydown.domain.decisions import Outcome
from staydown.domain.errors import Conflict, ConflictOfInterest, InvalidRequest, NotAllowed, SameReviewer
from staydown.domain.uploads import UploadState
from staydown.services.review.reveal_image import Look, record_look, reveal_sharp
from staydown.services.review.review_queue import declare_conflict
from staydown.services.review.second_opinion import claim_next_opinion, claim_opinion, list_opinions
from staydown.services.review.view_case import Onlooker, view_case

from tests.support.ledger import read_ledger
from tests.support.likeness import likeness
from tests.support.people import NOT_VIOLATING, VIOLATING, answer, appeal, decide, opine, report
from tests.support.pictures import drawn, drawn_hash
from tests.support.world import World, memory_world


def doubted(world: World, outcome: Outcome = VIOLATING, seed: int = 1) -> Case:
    """Decided by ada, who asks for a second opinion."""
    case_id = report(world, world.upload("alpha", "ann", drawn(seed))).cases[0].case_id
    return decide(world, case_id, outcome, second_opinion=True)


def dispute(world: World, case: Case) -> Appeal:
    found = world.stack.cases.appeal(dispute_id(case.case_id))
    assert found is not None
    return found


def now(world: World, case: Case) -> Case:
    found = world.stack.cases.case(case.case_id)
    assert found is not None
    return found


def test_promise_2_a_decision_takes_effect_though_a_second_opinion_is_due(world: World) -> None:
    case = doubted(world)
    assert case.opinion_waits
    assert world.upload("beta", "bob", drawn(1, flipped=3)).state is UploadState.BLOCKED
    world.drain()
    assert world.stack.uploads.get_many(case.uploads)[0].state is UploadState.REMOVED


def test_who_gives_it_does_not_see_the_decision_until_they_have(world: World) -> None:
    case = doubted(world)
    for reviewer in ("ben", "sue"):
        with pytest.raises(NotAllowed):
            view_case(
                world.stack, case_id=case.case_id, onlooker=Onlooker(reviewer, senior=reviewer == "sue")
            )
    claim_opinion(world.stack, case_id=case.case_id, reviewer="ben")
    with pytest.raises(NotAllowed):
        view_case(world.stack, case_id=case.case_id, onlooker=Onlooker("ben"))
    record_look(world.stack, Look(case.case_id, case.uploads[0], "ben", senior=False), sharp=False)
    reveal_sharp(world.stack, Look(case.case_id, case.uploads[0], "ben", senior=False))
    with pytest.raises(NotAllowed):
        reveal_sharp(world.stack, Look(case.case_id, case.uploads[0], "cleo", senior=False))
    opine(world, case.case_id, claim=False)
    assert view_case(world.stack, case_id=case.case_id, onlooker=Onlooker("ben")).case.decision is not None


def test_who_decided_or_is_partial_does_not_give_it(world: World) -> None:
    case = doubted(world)
    declare_conflict(world.stack, case_id=case.case_id, reviewer="ben")
    with pytest.raises(SameReviewer):
        claim_opinion(world.stack, case_id=case.case_id, reviewer="ada")
    with pytest.raises(ConflictOfInterest):
        claim_opinion(world.stack, case_id=case.case_id, reviewer="ben")
    assert claim_next_opinion(world.stack, reviewer="ada") is None
    assert claim_next_opinion(world.stack, reviewer="cleo") is not None
    assert claim_next_opinion(world.stack, reviewer="dora") is None, "cleo gives it"
    world.clock.advance(hours=1)
    assert claim_next_opinion(world.stack, reviewer="dora") is not None, "her lease has run out"
    with pytest.raises(Conflict, match="Claim"):
        opine(world, case.case_id, reviewer="cleo", claim=False)


def test_that_they_agree_is_counted_and_changes_nothing(world: World) -> None:
    case = doubted(world)
    for _ in range(2):
        opine(world, case.case_id, claim=not now(world, case).opinions_agree)
    world.drain()
    after = now(world, case)
    assert (after.state, after.opinions_agree, after.appeals) == (CaseState.DECIDED, True, ())
    assert list_opinions(world.stack, after=None, limit=10)[0] == []
    assert [one.detail["agrees"] for one in world.told_of("opinion.given")] == [True]


@pytest.mark.parametrize("first", [VIOLATING, NOT_VIOLATING])
@pytest.mark.parametrize("outcome", AppealOutcome)
def test_where_they_differ_a_senior_who_had_no_part_decides_and_till_then_the_decision_holds(
    world: World, first: Outcome, outcome: AppealOutcome
) -> None:
    case = doubted(world, first)
    second = NOT_VIOLATING if first is VIOLATING else VIOLATING
    opine(world, case.case_id, second)
    world.drain()
    upload = world.stack.uploads.get_many(case.uploads)[0]
    assert (upload.state is UploadState.REMOVED) == (first is VIOLATING)
    asked = dispute(world, case)
    assert (asked.party, asked.statement) == (Appellant.SECOND_OPINION, "I see")
    for involved in ("ada", "ben"):
        with pytest.raises(SameReviewer):
            answer(world, asked, outcome, reviewer=involved, senior=True)
    with pytest.raises(NotAllowed, match="senior"):
        answer(world, asked, outcome)
    answer(world, asked, outcome, reviewer="sue", senior=True)
    world.drain()
    stopped = (first is VIOLATING) != (outcome is AppealOutcome.UPHELD)
    assert (world.again(upload).state is UploadState.REMOVED) == stopped
    assert world.stack.accounts.get("alpha", "ann").blocked == stopped
    assert world.told_of("appeal.filed", "appeal.decided") == [], "nobody outside has appealed"


@pytest.mark.parametrize("first", [VIOLATING, NOT_VIOLATING])
@pytest.mark.law("CHILD")
def test_who_sees_a_child_locks_the_case_at_once(world: World, first: Outcome) -> None:
    case = doubted(world, first)
    opine(world, case.case_id, Outcome.SUSPECTED_CHILD)
    world.drain()
    assert now(world, case).state is CaseState.LOCKED
    assert world.stack.uploads.get_many(case.uploads)[0].reason == "judged_violating"
    assert world.upload("beta", "bob", drawn(1, flipped=3)).state is UploadState.BLOCKED


@pytest.mark.law("CHILD")
def test_a_case_that_is_locked_keeps_the_claims_that_its_first_decision_confirmed(world: World) -> None:
    filed = report(world, hashes=[drawn_hash(1)])
    world.upload("alpha", "ann", drawn(1, flipped=3))
    case = decide(world, filed.cases[0].case_id, second_opinion=True)
    opine(world, case.case_id, Outcome.SUSPECTED_CHILD)
    assert len(case.banked) == 2
    assert sorted(now(world, case).banked) == sorted(case.banked)


def test_an_appeal_takes_its_place(world: World) -> None:
    case = doubted(world)
    appeal(world, world.stack.uploads.get_many(case.uploads)[0])
    assert now(world, case).opinion is None
    with pytest.raises(Conflict):
        claim_opinion(world.stack, case_id=case.case_id, reviewer="ben")


def test_who_declares_a_conflict_after_deciding_has_it_judged_again(world: World) -> None:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    decide(world, case_id)
    declare_conflict(world.stack, case_id=case_id, reviewer="ada")
    (waiting,), _ = list_opinions(world.stack, after=None, limit=10)
    assert waiting.case_id == case_id


def test_it_says_what_the_image_is_and_asks_nothing(world: World) -> None:
    case = doubted(world)
    claim_opinion(world.stack, case_id=case.case_id, reviewer="ben")
    with pytest.raises(InvalidRequest):
        opine(world, case.case_id, Outcome.NEEDS_INFORMATION, claim=False)


@pytest.mark.parametrize(("percent", "due"), [(0, False), (30, False), (31, True), (100, True)])
def test_the_share_that_is_judged_twice_is_drawn_once(world: World, percent: int, due: bool) -> None:
    """The draw is the case's own: telling a decision again does not change it."""
    world.stack.settings = replace(world.stack.settings, second_opinion_percent=percent)
    case = report(world, world.upload("alpha", "ann", drawn(1))).cases[0]
    assert 0 <= case.draw < 100
    stored = now(world, case)
    assert stored.draw == case.draw
    drawn_30 = replace(stored, draw=30)
    transaction = world.stack.transaction()
    world.stack.cases.save_case(transaction, drawn_30)
    transaction.commit()
    for _ in range(2):
        assert decide(world, case.case_id).opinion_waits == due


def test_promise_5_a_dispute_that_is_upheld_leaves_a_world_that_never_had_the_case() -> None:
    def told(with_case: bool) -> dict[str, object]:
        with memory_world() as world:
            world.upload("alpha", "ann", drawn(1))
            world.upload("beta", "bob", drawn(1, flipped=3))
            if with_case:
                upload = next(u for u in read_ledger(world.cloud).uploads.values() if u.account_id == "ann")
                case_id = report(world, upload).cases[0].case_id
                case = decide(world, case_id, second_opinion=True)
                world.drain()
                opine(world, case.case_id, NOT_VIOLATING)
                answer(world, dispute(world, case), reviewer="sue", senior=True)
            world.drain()
            likeness(world)
            ledger = read_ledger(world.cloud)
            return {
                "uploads": {one.key: (one.state, dict(one.stops)) for one in ledger.uploads.values()},
                "blocked": [key for key, one in ledger.accounts.items() if one.blocked],
                "standing": [e for e in ledger.entries.values() if e.standing != "inactive"],
                "public": dict(ledger.objects[world.cloud.settings.published_bucket]).values(),
            }

    one, other = told(True), told(False)
    assert sorted(one.pop("public")) == sorted(other.pop("public"))  # type: ignore[call-overload]
    assert one == other


def test_who_gives_one_gets_it_again_before_others_and_never_one_they_are_done_with(world: World) -> None:
    longest, other = (doubted(world, NOT_VIOLATING, seed).case_id for seed in (1, 2))
    claim_opinion(world.stack, case_id=other, reviewer="ben")

    def following(*done: str) -> str | None:
        found = claim_next_opinion(world.stack, reviewer="ben", passing_over=done)
        return found.case_id if found else None

    assert following() == other
    assert following(other) == longest
    assert following(other, longest) is None
