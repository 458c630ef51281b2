"""A second reviewer decides without seeing the first decision; a senior resolves disagreements."""

from __future__ import annotations

from dataclasses import replace

import pytest
from staydown.domain.cases.appeals import Appeal, AppealOutcome, AppealParty, disagreement_appeal_id
from staydown.domain.cases.case import Case
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.cases.states import CaseState
from staydown.domain.errors import Conflict, ConflictOfInterest, InvalidRequest, NotAllowed, SameReviewer
from staydown.domain.uploads.upload import UploadState
from staydown.services.access.cases import Viewer
from staydown.services.review.reveal_image import RevealRequest, record_reveal, reveal_sharp
from staydown.services.review.review_queue import recuse
from staydown.services.review.second_opinion import (
    claim_next_opinion,
    claim_opinion,
    list_cases_awaiting_opinion,
)
from staydown.services.review.view_case import view_case

from tests.support.actions import (
    NOT_VIOLATING,
    VIOLATING,
    appeal_case,
    decide,
    give_second_opinion,
    report,
    resolve_appeal,
)
from tests.support.normalised_state import normalised_state
from tests.support.sample_images import drawn, drawn_hash
from tests.support.settings import changed_settings
from tests.support.state_dump import dump_state
from tests.support.world import World, memory_world


def case_with_pending_opinion(world: World, outcome: DecisionOutcome = VIOLATING, seed: int = 1) -> Case:
    """A case decided by ada, who requests a second opinion."""
    case_id = report(world, world.upload("alpha", "ann", drawn(seed))).cases[0].case_id
    return decide(world, case_id, outcome, second_opinion=True)


def disagreement_appeal(world: World, case: Case) -> Appeal:
    found = world.stack.cases.get_appeal(disagreement_appeal_id(case.case_id))
    assert found is not None
    return found


def current_case(world: World, case: Case) -> Case:
    found = world.stack.cases.get_case(case.case_id)
    assert found is not None
    return found


@pytest.mark.promise(2)
def test_decision_takes_effect_before_its_second_opinion(world: World) -> None:
    case = case_with_pending_opinion(world)
    assert case.second_opinion_pending
    assert world.upload("beta", "bob", drawn(1, flipped=3)).state is UploadState.BLOCKED
    world.drain()
    assert world.stack.uploads.get_many(case.uploads)[0].state is UploadState.REMOVED


def test_second_reviewer_sees_the_decision_only_afterwards(world: World) -> None:
    case = case_with_pending_opinion(world)
    for reviewer in ("ben", "sue"):
        with pytest.raises(NotAllowed):
            view_case(world.stack, case_id=case.case_id, viewer=Viewer(reviewer, senior=reviewer == "sue"))
    claim_opinion(world.stack, case_id=case.case_id, reviewer="ben")
    with pytest.raises(NotAllowed):
        view_case(world.stack, case_id=case.case_id, viewer=Viewer("ben"))
    record_reveal(world.stack, RevealRequest(case.case_id, case.uploads[0], "ben", senior=False), sharp=False)
    reveal_sharp(world.stack, RevealRequest(case.case_id, case.uploads[0], "ben", senior=False))
    with pytest.raises(NotAllowed):
        reveal_sharp(world.stack, RevealRequest(case.case_id, case.uploads[0], "cleo", senior=False))
    give_second_opinion(world, case.case_id, claim=False)
    assert view_case(world.stack, case_id=case.case_id, viewer=Viewer("ben")).case.decision is not None


def test_deciding_or_recused_reviewer_cannot_give_the_opinion(world: World) -> None:
    case = case_with_pending_opinion(world)
    recuse(world.stack, case_id=case.case_id, reviewer="ben")
    with pytest.raises(SameReviewer):
        claim_opinion(world.stack, case_id=case.case_id, reviewer="ada")
    with pytest.raises(ConflictOfInterest):
        claim_opinion(world.stack, case_id=case.case_id, reviewer="ben")
    assert claim_next_opinion(world.stack, reviewer="ada") is None
    assert claim_next_opinion(world.stack, reviewer="cleo") is not None
    assert claim_next_opinion(world.stack, reviewer="dora") is None, "cleo has claimed the opinion"
    world.clock.advance(hours=1)
    assert claim_next_opinion(world.stack, reviewer="dora") is not None, "cleo's claim must have expired"
    with pytest.raises(Conflict, match="Claim"):
        give_second_opinion(world, case.case_id, reviewer="cleo", claim=False)


def test_agreement_is_counted_and_changes_nothing(world: World) -> None:
    case = case_with_pending_opinion(world)
    for _ in range(2):
        give_second_opinion(world, case.case_id, claim=not current_case(world, case).second_opinion_agrees)
    world.drain()
    after = current_case(world, case)
    assert (after.state, after.second_opinion_agrees, after.pending_appeals) == (CaseState.DECIDED, True, ())
    assert list_cases_awaiting_opinion(world.stack, after=None, limit=10)[0] == []
    assert [one.detail["agrees"] for one in world.events_of_type("opinion.given")] == [True]


@pytest.mark.parametrize("first", [VIOLATING, NOT_VIOLATING])
@pytest.mark.parametrize("outcome", AppealOutcome)
def test_senior_resolves_a_disagreement(world: World, first: DecisionOutcome, outcome: AppealOutcome) -> None:
    case = case_with_pending_opinion(world, first)
    second = NOT_VIOLATING if first is VIOLATING else VIOLATING
    give_second_opinion(world, case.case_id, second)
    world.drain()
    upload = world.stack.uploads.get_many(case.uploads)[0]
    assert (upload.state is UploadState.REMOVED) == (first is VIOLATING)
    asked = disagreement_appeal(world, case)
    assert (asked.party, asked.statement) == (AppealParty.DISAGREEMENT, "I see")
    for involved in ("ada", "ben"):
        with pytest.raises(SameReviewer):
            resolve_appeal(world, asked, outcome, reviewer=involved, senior=True)
    with pytest.raises(NotAllowed, match="senior"):
        resolve_appeal(world, asked, outcome)
    resolve_appeal(world, asked, outcome, reviewer="sue", senior=True)
    world.drain()
    stopped = (first is VIOLATING) != (outcome is AppealOutcome.GRANTED)
    assert (world.reload(upload).state is UploadState.REMOVED) == stopped
    assert world.stack.accounts.get("alpha", "ann").blocked == stopped
    assert world.events_of_type("appeal.filed", "appeal.decided") == [], (
        "disagreements are internal and send no appeal events"
    )


@pytest.mark.parametrize("first", [VIOLATING, NOT_VIOLATING])
@pytest.mark.law("CHILD")
def test_suspected_child_in_the_opinion_locks_the_case(world: World, first: DecisionOutcome) -> None:
    case = case_with_pending_opinion(world, first)
    give_second_opinion(world, case.case_id, DecisionOutcome.SUSPECTED_CHILD)
    world.drain()
    assert current_case(world, case).state is CaseState.LOCKED
    assert world.stack.uploads.get_many(case.uploads)[0].reason == "judged_violating"
    assert world.upload("beta", "bob", drawn(1, flipped=3)).state is UploadState.BLOCKED


@pytest.mark.law("CHILD")
def test_locked_case_keeps_the_claims_of_its_first_decision(world: World) -> None:
    filed = report(world, hashes=[drawn_hash(1)])
    world.upload("alpha", "ann", drawn(1, flipped=3))
    case = decide(world, filed.cases[0].case_id, second_opinion=True)
    give_second_opinion(world, case.case_id, DecisionOutcome.SUSPECTED_CHILD)
    assert len(case.banked_entries) == 2
    assert sorted(current_case(world, case).banked_entries) == sorted(case.banked_entries)


def test_appeal_replaces_the_second_opinion(world: World) -> None:
    case = case_with_pending_opinion(world)
    appeal_case(world, world.stack.uploads.get_many(case.uploads)[0])
    assert current_case(world, case).second_opinion is None
    with pytest.raises(Conflict):
        claim_opinion(world.stack, case_id=case.case_id, reviewer="ben")


def test_recusal_after_deciding_requires_a_second_opinion(world: World) -> None:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    decide(world, case_id)
    recuse(world.stack, case_id=case_id, reviewer="ada")
    (waiting,), _ = list_cases_awaiting_opinion(world.stack, after=None, limit=10)
    assert waiting.case_id == case_id


def test_second_opinion_cannot_request_information(world: World) -> None:
    case = case_with_pending_opinion(world)
    claim_opinion(world.stack, case_id=case.case_id, reviewer="ben")
    with pytest.raises(InvalidRequest):
        give_second_opinion(world, case.case_id, DecisionOutcome.NEEDS_INFORMATION, claim=False)


@pytest.mark.parametrize(("percent", "due"), [(0, False), (30, False), (31, True), (100, True)])
def test_sample_for_second_opinions_is_drawn_once(world: World, percent: int, due: bool) -> None:
    """The sampling number belongs to the case: a repeated decision does not change it."""
    world.stack.settings = changed_settings(world.stack.settings, second_opinion_percent=percent)
    case = report(world, world.upload("alpha", "ann", drawn(1))).cases[0]
    assert 0 <= case.sampling_number < 100
    stored = current_case(world, case)
    assert stored.sampling_number == case.sampling_number
    drawn_30 = replace(stored, sampling_number=30)
    transaction = world.stack.transaction()
    world.stack.cases.save_case(transaction, drawn_30)
    transaction.commit()
    for _ in range(2):
        assert decide(world, case.case_id).second_opinion_pending == due


@pytest.mark.promise(5)
def test_granted_disagreement_leaves_the_same_state_as_no_case() -> None:
    def play(with_case: bool) -> dict[str, object]:
        with memory_world() as world:
            world.upload("alpha", "ann", drawn(1))
            world.upload("beta", "bob", drawn(1, flipped=3))
            if with_case:
                upload = next(u for u in dump_state(world.cloud).uploads.values() if u.account_id == "ann")
                case_id = report(world, upload).cases[0].case_id
                case = decide(world, case_id, second_opinion=True)
                world.drain()
                give_second_opinion(world, case.case_id, NOT_VIOLATING)
                resolve_appeal(world, disagreement_appeal(world, case), reviewer="sue", senior=True)
            world.drain()
            normalised_state(world)
            ledger = dump_state(world.cloud)
            return {
                "uploads": {one.key: (one.state, dict(one.stops)) for one in ledger.uploads.values()},
                "blocked": [key for key, one in ledger.accounts.items() if one.blocked],
                "standing": [e for e in ledger.entries.values() if e.standing != "inactive"],
                "public": dict(ledger.objects[world.cloud.settings.published_bucket]).values(),
            }

    one, other = play(True), play(False)
    assert sorted(one.pop("public")) == sorted(other.pop("public"))  # type: ignore[call-overload]
    assert one == other


def test_next_opinion_is_the_claimed_one_then_the_oldest(world: World) -> None:
    longest, other = (case_with_pending_opinion(world, NOT_VIOLATING, seed).case_id for seed in (1, 2))
    claim_opinion(world.stack, case_id=other, reviewer="ben")

    def following(*done: str) -> str | None:
        found = claim_next_opinion(world.stack, reviewer="ben", skip=done)
        return found.case_id if found else None

    assert following() == other
    assert following(other) == longest
    assert following(other, longest) is None
