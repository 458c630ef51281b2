"""A reporter may appeal a dismissal; an overturned dismissal leaves no trace in the state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from staydown.domain.bank.entry import Standing
from staydown.domain.cases.appeals import AppealOutcome
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.cases.states import CaseState
from staydown.domain.errors import Conflict, InvalidRequest, NotFound, SameReviewer
from staydown.domain.uploads.upload import UploadState
from staydown.services.appeals.appeal_dismissal import appeal_dismissal
from staydown.services.appeals.decide_appeal import AppealDecision, decide_appeal, list_appeals
from staydown.services.reports.amend_report import withdraw_report
from staydown.services.reports.file_report import FiledReport
from staydown.services.reports.view_report import view_report

from tests.support.actions import (
    FACTORS,
    NOT_VIOLATING,
    appeal_case,
    decide,
    file_dismissal_appeal,
    grant_case_appeal,
    report,
    report_and_decide,
    resolve_appeal,
)
from tests.support.normalised_state import normalised_state
from tests.support.sample_images import drawn, drawn_hash
from tests.support.state_dump import dump_state
from tests.support.world import World, memory_world

STOPPED = {UploadState.BLOCKED, UploadState.REMOVED}


def dismissed_report(world: World, *seeds: int) -> FiledReport:
    """A report of published images, each dismissed by ada."""
    filed = report(world, *[world.upload("alpha", "ann", drawn(seed)) for seed in seeds or (1,)])
    for case in filed.cases:
        decide(world, case.case_id, NOT_VIOLATING)
    world.drain()
    return filed


@pytest.mark.law("EU4", "EU5")
def test_granted_appeal_decides_the_image_by_the_appeal_reviewer(either_world: World) -> None:
    world = either_world
    filed = dismissed_report(world)
    resolve_appeal(world, file_dismissal_appeal(world, filed))
    assert world.upload("beta", "bob", drawn(1, flipped=3)).state is UploadState.BLOCKED
    world.drain()
    ledger = dump_state(world.cloud)
    case = ledger.cases[filed.cases[0].case_id]
    assert case.state is CaseState.DECIDED
    assert case.decision is not None
    assert (case.decision.outcome, case.decision.reviewer) == (DecisionOutcome.VIOLATING, "cleo")
    assert [one.reviewer for one in case.past_decisions] == ["ada"]
    assert ledger.uploads[case.uploads[0]].state is UploadState.REMOVED
    assert world.stack.accounts.get("alpha", "ann").blocked


def test_denied_appeal_changes_only_its_outcome(world: World) -> None:
    filed = dismissed_report(world)
    resolve_appeal(world, file_dismissal_appeal(world, filed), AppealOutcome.DENIED)
    world.drain()
    assert world.reload(world.stack.uploads.get_many(filed.report.uploads)[0]).state is UploadState.PUBLISHED
    followed = view_report(world.stack, filed.report.case_number, filed.secret)
    assert [one.outcome for one in followed.appeals.values()] == [AppealOutcome.DENIED]
    assert followed.timeline[-1].text == "An appeal was denied. The decision stands."


def _nothing(world: World) -> None:
    pass


def _a_copy_came(world: World) -> None:
    world.upload("beta", "bob", drawn(1, flipped=2))


def _it_was_judged_in_another_case(world: World) -> None:
    upload = next(u for u in dump_state(world.cloud).uploads.values() if u.account_id == "ann")
    report_and_decide(world, upload, reviewer="ben")


def _it_was_judged_elsewhere_and_that_was_reversed(world: World) -> None:
    upload = next(u for u in dump_state(world.cloud).uploads.values() if u.account_id == "ann")
    case = report_and_decide(world, upload, reviewer="ben")
    world.drain()
    grant_case_appeal(world, upload, case)


def _another_person_claimed_it(world: World) -> None:
    report(world, hashes=[drawn_hash(1, flipped=2)])


@pytest.mark.parametrize(
    "meanwhile",
    [
        _nothing,
        _a_copy_came,
        _it_was_judged_in_another_case,
        _it_was_judged_elsewhere_and_that_was_reversed,
        _another_person_claimed_it,
    ],
)
@pytest.mark.parametrize("claimed", [False, True])
def test_granted_appeal_leaves_the_state_of_no_dismissal(
    meanwhile: Callable[[World], None], claimed: bool
) -> None:
    """Compare the states after other events in between. Only past publication may differ."""

    def play(dismiss: bool) -> dict[str, object]:
        with memory_world() as world:
            world.upload("alpha", "ann", drawn(1))
            upload = next(iter(dump_state(world.cloud).uploads.values()))
            filed = report(world, hashes=[drawn_hash(1, flipped=3)]) if claimed else report(world, upload)
            world.drain()
            (case,) = filed.cases
            decide(world, case.case_id, NOT_VIOLATING if dismiss else DecisionOutcome.VIOLATING)
            world.drain()
            meanwhile(world)
            world.drain()
            if dismiss:
                resolve_appeal(world, file_dismissal_appeal(world, filed))
            world.drain()
            normalised_state(world)
            ledger = dump_state(world.cloud)
            return {
                "uploads": {
                    one.key: (
                        one.state in STOPPED,
                        {c.partition(":")[0] for c in one.stops},
                        one.dismissed_entries,
                    )
                    for one in ledger.uploads.values()
                },
                "entries": {one.entry_id: one.standing for one in ledger.entries.values()},
                "accounts": {key: len(one.blocks) for key, one in ledger.accounts.items()},
                "cases": sorted(
                    (one.state, one.banked_entries, one.blocked_accounts) for one in ledger.cases.values()
                ),
            }

    assert play(dismiss=True) == play(dismiss=False)


@pytest.mark.parametrize("withdraw_both", [False, True])
def test_claim_withdrawn_by_everyone_is_not_confirmed(world: World, withdraw_both: bool) -> None:
    """Two people claim the image by hash and a third reports it. All withdraw after the dismissal."""
    held = world.upload("alpha", "ann", drawn(1))
    claims = [report(world, hashes=[drawn_hash(1, flipped=3)]) for _ in range(2)]
    world.drain()
    filed = report(world, world.reload(held))
    assert {case.case_id for one in (*claims, filed) for case in one.cases} == {filed.cases[0].case_id}
    decide(world, filed.cases[0].case_id, NOT_VIOLATING)
    for one in claims[: 1 + withdraw_both]:
        withdraw_report(world.stack, one.report.case_number, one.secret)
    resolve_appeal(world, file_dismissal_appeal(world, filed))
    world.drain()
    standings = sorted(one.standing for one in dump_state(world.cloud).entries.values())
    confirmed = [Standing.CONFIRMED] * (1 if withdraw_both else 2)
    assert standings == sorted(confirmed + [Standing.INACTIVE] * withdraw_both)


def test_account_holder_may_appeal_the_decision_of_the_appeal(world: World) -> None:
    filed = dismissed_report(world)
    upload = world.stack.uploads.get_many(filed.report.uploads)[0]
    resolve_appeal(world, file_dismissal_appeal(world, filed))
    world.drain()
    theirs = appeal_case(world, upload)
    for involved in ("ada", "cleo"):
        with pytest.raises(SameReviewer):
            resolve_appeal(world, theirs, reviewer=involved)
    resolve_appeal(world, theirs, reviewer="dora")
    world.drain()
    assert world.reload(upload).state is UploadState.PUBLISHED
    assert not world.stack.accounts.get("alpha", "ann").blocked
    assert {e.standing for e in dump_state(world.cloud).entries.values()} == {Standing.INACTIVE}
    again = appeal_dismissal(world.stack, filed.report.case_number, filed.secret, "and again")
    assert [one.outcome for one in again] == [AppealOutcome.GRANTED], (
        "a second appeal was filed against the appeal decision"
    )


@pytest.mark.law("EU5")
def test_dismissing_reviewer_cannot_decide_the_appeal(world: World) -> None:
    filed = file_dismissal_appeal(world, dismissed_report(world))
    with pytest.raises(SameReviewer):
        resolve_appeal(world, filed, reviewer="ada")


def test_granting_the_appeal_needs_the_factors(world: World) -> None:
    filed = file_dismissal_appeal(world, dismissed_report(world))
    without = AppealDecision(AppealOutcome.GRANTED, "looked again")
    with pytest.raises(InvalidRequest) as refusal:
        decide_appeal(world.stack, appeal_id=filed.appeal_id, appeal_decision=without, reviewer="cleo")
    assert refusal.value.pointers == {"/factors": "needed"}


def test_suspected_child_found_on_appeal_locks_the_case(world: World) -> None:
    filed = dismissed_report(world)
    one = file_dismissal_appeal(world, filed)
    found = AppealDecision(AppealOutcome.GRANTED, "a child", FACTORS, DecisionOutcome.SUSPECTED_CHILD)
    decide_appeal(world.stack, appeal_id=one.appeal_id, appeal_decision=found, reviewer="cleo")
    world.drain()
    case = world.stack.cases.get_case(filed.cases[0].case_id)
    assert case is not None
    assert case.state is CaseState.LOCKED
    assert world.stack.uploads.get_many(case.uploads)[0].reason == "judged_violating"


def test_one_appeal_covers_every_dismissed_image_of_the_report(world: World) -> None:
    filed = dismissed_report(world, 1, 2, 3)
    first = appeal_dismissal(world.stack, filed.report.case_number, filed.secret, "it is me")
    again = appeal_dismissal(world.stack, filed.report.case_number, filed.secret, "it is me")
    assert len(first) == 3
    assert {one.appeal_id for one in again} == {one.appeal_id for one in first}
    assert len(list_appeals(world.stack, after=None, limit=10)[0]) == 3


def test_one_granted_appeal_counts_for_both_reporters(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    first, second = report(world, upload), report(world, upload)
    decide(world, first.cases[0].case_id, NOT_VIOLATING)
    appeals = [file_dismissal_appeal(world, one) for one in (first, second)]
    resolve_appeal(world, appeals[0])
    resolve_appeal(world, appeals[1], reviewer="dora")
    world.drain()
    assert len(dump_state(world.cloud).cases[first.cases[0].case_id].past_decisions) == 1


@pytest.mark.law("EU4")
def test_appeal_window_is_six_months(world: World) -> None:
    filed = dismissed_report(world)
    world.clock.advance(days=184, seconds=1)
    with pytest.raises(Conflict, match="184 days"):
        file_dismissal_appeal(world, filed)
    world.clock.advance(seconds=-1)
    assert file_dismissal_appeal(world, filed).filed_at == filed.report.filed_at + timedelta(days=184)


def test_appeal_without_a_valid_subject_states_the_reason(world: World) -> None:
    filed = report(world, world.upload("alpha", "ann", drawn(1)))
    with pytest.raises(Conflict, match="open"):
        file_dismissal_appeal(world, filed)
    with pytest.raises(NotFound):
        appeal_dismissal(world.stack, filed.report.case_number, "wrong", "it is me")
    decide(world, filed.cases[0].case_id)
    with pytest.raises(Conflict, match="found to be violating"):
        file_dismissal_appeal(world, filed)
    other = dismissed_report(world, 2)
    withdraw_report(world.stack, other.report.case_number, other.secret)
    with pytest.raises(Conflict, match="withdrawn"):
        file_dismissal_appeal(world, other)
