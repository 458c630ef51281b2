"""Who reported an image may ask for another look; a refusal that falls is as if it had never been."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from staydown.domain.appeals import AppealOutcome
from staydown.domain.bank import Standing
from staydown.domain.case_states import CaseState
from staydown.domain.decisions import Outcome
from staydown.domain.errors import Conflict, InvalidRequest, NotFound, SameReviewer
from staydown.domain.uploads import UploadState
from staydown.services.appeals.appeal_refusal import appeal_refusal
from staydown.services.appeals.decide_appeal import Answer, decide_appeal, list_appeals
from staydown.services.reports.amend_report import withdraw_report
from staydown.services.reports.file_report import FiledReport
from staydown.services.reports.follow_report import follow_report

from tests.support.ledger import read_ledger
from tests.support.likeness import likeness
from tests.support.people import (
    FACTORS,
    NOT_VIOLATING,
    answer,
    appeal,
    appeal_as_reporter,
    decide,
    judge,
    report,
    reverse,
)
from tests.support.pictures import drawn, drawn_hash
from tests.support.world import World, memory_world

STOPPED = {UploadState.BLOCKED, UploadState.REMOVED}


def refused(world: World, *seeds: int) -> FiledReport:
    """A report of images that are up, each refused by ada."""
    filed = report(world, *[world.upload("alpha", "ann", drawn(seed)) for seed in seeds or (1,)])
    for case in filed.cases:
        decide(world, case.case_id, NOT_VIOLATING)
    world.drain()
    return filed


@pytest.mark.law("EU4", "EU5")
def test_upheld_the_image_is_judged_at_once_by_who_decides_the_appeal(either_world: World) -> None:
    world = either_world
    filed = refused(world)
    answer(world, appeal_as_reporter(world, filed))
    assert world.upload("beta", "bob", drawn(1, flipped=3)).state is UploadState.BLOCKED
    world.drain()
    ledger = read_ledger(world.cloud)
    case = ledger.cases[filed.cases[0].case_id]
    assert case.state is CaseState.DECIDED
    assert case.decision is not None
    assert (case.decision.outcome, case.decision.reviewer) == (Outcome.VIOLATING, "cleo")
    assert [one.reviewer for one in case.former] == ["ada"]
    assert ledger.uploads[case.uploads[0]].state is UploadState.REMOVED
    assert world.stack.accounts.get("alpha", "ann").blocked


def test_rejected_nothing_changes_but_that_it_is_said(world: World) -> None:
    filed = refused(world)
    answer(world, appeal_as_reporter(world, filed), AppealOutcome.REJECTED)
    world.drain()
    assert world.again(world.stack.uploads.get_many(filed.report.uploads)[0]).state is UploadState.PUBLISHED
    followed = follow_report(world.stack, filed.report.case_number, filed.secret)
    assert [one.outcome for one in followed.appeals.values()] == [AppealOutcome.REJECTED]
    assert followed.timeline[-1].what == "An appeal was decided: the decision stands."


def _nothing(world: World) -> None:
    pass


def _a_copy_came(world: World) -> None:
    world.upload("beta", "bob", drawn(1, flipped=2))


def _it_was_judged_in_another_case(world: World) -> None:
    upload = next(u for u in read_ledger(world.cloud).uploads.values() if u.account_id == "ann")
    judge(world, upload, reviewer="ben")


def _it_was_judged_elsewhere_and_that_was_reversed(world: World) -> None:
    upload = next(u for u in read_ledger(world.cloud).uploads.values() if u.account_id == "ann")
    case = judge(world, upload, reviewer="ben")
    world.drain()
    reverse(world, upload, case)


def _somebody_else_claimed_it(world: World) -> None:
    report(world, hashes=[drawn_hash(1, flipped=2)])


@pytest.mark.parametrize(
    "meanwhile",
    [
        _nothing,
        _a_copy_came,
        _it_was_judged_in_another_case,
        _it_was_judged_elsewhere_and_that_was_reversed,
        _somebody_else_claimed_it,
    ],
)
@pytest.mark.parametrize("claimed", [False, True])
def test_upheld_all_is_as_in_a_world_in_which_it_was_never_refused(
    meanwhile: Callable[[World], None], claimed: bool
) -> None:
    """Whatever happened in between. Only what was seen meanwhile can't be unseen."""

    def told(refuse: bool) -> dict[str, object]:
        with memory_world() as world:
            world.upload("alpha", "ann", drawn(1))
            upload = next(iter(read_ledger(world.cloud).uploads.values()))
            filed = report(world, hashes=[drawn_hash(1, flipped=3)]) if claimed else report(world, upload)
            world.drain()
            (case,) = filed.cases
            decide(world, case.case_id, NOT_VIOLATING if refuse else Outcome.VIOLATING)
            world.drain()
            meanwhile(world)
            world.drain()
            if refuse:
                answer(world, appeal_as_reporter(world, filed))
            world.drain()
            likeness(world)
            ledger = read_ledger(world.cloud)
            return {
                "uploads": {
                    one.key: (one.state in STOPPED, {c.partition(":")[0] for c in one.stops}, one.cleared)
                    for one in ledger.uploads.values()
                },
                "entries": {one.entry_id: one.standing for one in ledger.entries.values()},
                "accounts": {key: len(one.blocks) for key, one in ledger.accounts.items()},
                "cases": sorted((one.state, one.banked, one.blocked) for one in ledger.cases.values()),
            }

    assert told(refuse=True) == told(refuse=False)


@pytest.mark.parametrize("withdraw_both", [False, True])
def test_a_claim_that_nobody_makes_any_more_is_not_confirmed(world: World, withdraw_both: bool) -> None:
    """Two people claimed it by hash, and a third reported it. They withdraw after the refusal."""
    held = world.upload("alpha", "ann", drawn(1))
    claims = [report(world, hashes=[drawn_hash(1, flipped=3)]) for _ in range(2)]
    world.drain()
    filed = report(world, world.again(held))
    assert {case.case_id for one in (*claims, filed) for case in one.cases} == {filed.cases[0].case_id}
    decide(world, filed.cases[0].case_id, NOT_VIOLATING)
    for one in claims[: 1 + withdraw_both]:
        withdraw_report(world.stack, one.report.case_number, one.secret)
    answer(world, appeal_as_reporter(world, filed))
    world.drain()
    standings = sorted(one.standing for one in read_ledger(world.cloud).entries.values())
    confirmed = [Standing.CONFIRMED] * (1 if withdraw_both else 2)
    assert standings == sorted(confirmed + [Standing.INACTIVE] * withdraw_both)


def test_the_account_holder_may_appeal_what_the_reporter_s_appeal_has_judged(world: World) -> None:
    filed = refused(world)
    upload = world.stack.uploads.get_many(filed.report.uploads)[0]
    answer(world, appeal_as_reporter(world, filed))
    world.drain()
    theirs = appeal(world, upload)
    for involved in ("ada", "cleo"):
        with pytest.raises(SameReviewer):
            answer(world, theirs, reviewer=involved)
    answer(world, theirs, reviewer="dora")
    world.drain()
    assert world.again(upload).state is UploadState.PUBLISHED
    assert not world.stack.accounts.get("alpha", "ann").blocked
    assert {e.standing for e in read_ledger(world.cloud).entries.values()} == {Standing.INACTIVE}
    again = appeal_refusal(world.stack, filed.report.case_number, filed.secret, "and again")
    assert [one.outcome for one in again] == [AppealOutcome.UPHELD], "there is no appeal on an appeal"


@pytest.mark.law("EU5")
def test_who_refused_it_does_not_decide_its_appeal(world: World) -> None:
    filed = appeal_as_reporter(world, refused(world))
    with pytest.raises(SameReviewer):
        answer(world, filed, reviewer="ada")


def test_to_uphold_it_is_to_judge_and_needs_the_factors(world: World) -> None:
    filed = appeal_as_reporter(world, refused(world))
    without = Answer(AppealOutcome.UPHELD, "looked again")
    with pytest.raises(InvalidRequest) as refusal:
        decide_appeal(world.stack, appeal_id=filed.appeal_id, answer=without, reviewer="cleo")
    assert refusal.value.pointers == {"/factors": "needed"}


def test_who_sees_a_child_in_it_locks_the_case(world: World) -> None:
    filed = refused(world)
    one = appeal_as_reporter(world, filed)
    found = Answer(AppealOutcome.UPHELD, "a child", FACTORS, Outcome.SUSPECTED_CHILD)
    decide_appeal(world.stack, appeal_id=one.appeal_id, answer=found, reviewer="cleo")
    world.drain()
    case = world.stack.cases.case(filed.cases[0].case_id)
    assert case is not None
    assert case.state is CaseState.LOCKED
    assert world.stack.uploads.get_many(case.uploads)[0].reason == "judged_violating"


def test_one_appeal_is_of_every_image_of_the_report_that_was_refused(world: World) -> None:
    filed = refused(world, 1, 2, 3)
    first = appeal_refusal(world.stack, filed.report.case_number, filed.secret, "it is me")
    again = appeal_refusal(world.stack, filed.report.case_number, filed.secret, "it is me")
    assert len(first) == 3
    assert {one.appeal_id for one in again} == {one.appeal_id for one in first}
    assert len(list_appeals(world.stack, after=None, limit=10)[0]) == 3


def test_the_first_of_two_reporters_who_is_right_is_right_for_both(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    first, second = report(world, upload), report(world, upload)
    decide(world, first.cases[0].case_id, NOT_VIOLATING)
    appeals = [appeal_as_reporter(world, one) for one in (first, second)]
    answer(world, appeals[0])
    answer(world, appeals[1], reviewer="dora")
    world.drain()
    assert len(read_ledger(world.cloud).cases[first.cases[0].case_id].former) == 1


@pytest.mark.law("EU4")
def test_six_months_and_no_longer(world: World) -> None:
    filed = refused(world)
    world.clock.advance(days=184, seconds=1)
    with pytest.raises(Conflict, match="184 days"):
        appeal_as_reporter(world, filed)
    world.clock.advance(seconds=-1)
    assert appeal_as_reporter(world, filed).filed_at == filed.report.filed_at + timedelta(days=184)


def test_what_can_not_be_appealed_is_said_precisely(world: World) -> None:
    filed = report(world, world.upload("alpha", "ann", drawn(1)))
    with pytest.raises(Conflict, match="open"):
        appeal_as_reporter(world, filed)
    with pytest.raises(NotFound):
        appeal_refusal(world.stack, filed.report.case_number, "wrong", "it is me")
    decide(world, filed.cases[0].case_id)
    with pytest.raises(Conflict, match="judged violating"):
        appeal_as_reporter(world, filed)
    other = refused(world, 2)
    withdraw_report(world.stack, other.report.case_number, other.secret)
    with pytest.raises(Conflict, match="withdrawn"):
        appeal_as_reporter(world, other)
