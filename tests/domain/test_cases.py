"""What may follow what, all of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staydown.domain.case_states import TRANSITIONS, CaseState, Step
from staydown.domain.cases import MAX_UPLOADS, Case, Origin
from staydown.domain.decisions import Complainant, Decision, Factors, Outcome, Setting, Shown
from staydown.domain.errors import AlreadyDecided, CaseIsLocked, ClaimedByAnother, Conflict

from tests.domain.strategies import NOW

FACTORS = Factors(frozenset({Shown.NUDITY}), Setting.PRIVATE, Complainant.YES)
UNDECIDED = {CaseState.OPEN, CaseState.NEEDS_INFORMATION}


def case(state: CaseState = CaseState.OPEN) -> Case:
    return Case("c", state, Origin.REPORT, opened_at=NOW, deadline=None)


def decision(outcome: Outcome, reviewer: str = "ada") -> Decision:
    return Decision(outcome, FACTORS, "as seen", reviewer, NOW)


# Written out a second time on purpose: whoever changes the table has to say so here.
ALLOWED = {
    CaseState.OPEN: {
        Step.JUDGE: CaseState.DECIDED,
        Step.ASK: CaseState.NEEDS_INFORMATION,
        Step.COMPLETE: CaseState.OPEN,
        Step.LOCK: CaseState.LOCKED,
        Step.WITHDRAW: CaseState.WITHDRAWN,
    },
    CaseState.NEEDS_INFORMATION: {
        Step.JUDGE: CaseState.DECIDED,
        Step.ASK: CaseState.NEEDS_INFORMATION,
        Step.COMPLETE: CaseState.OPEN,
        Step.LOCK: CaseState.LOCKED,
        Step.WITHDRAW: CaseState.WITHDRAWN,
    },
    CaseState.DECIDED: {
        Step.REVERSE: CaseState.REVERSED,
        Step.OVERTURN: CaseState.DECIDED,
        Step.OVERTURN_AND_LOCK: CaseState.LOCKED,
    },
    CaseState.LOCKED: {},
    CaseState.REVERSED: {},
    CaseState.WITHDRAWN: {},
}


@pytest.mark.parametrize(("state", "step"), list(product(CaseState, Step)))
def test_each_step_from_each_state_leads_where_it_should_or_is_refused(state: CaseState, step: Step) -> None:
    following = ALLOWED[state].get(step)
    if following is not None:
        after = case(state).after(step)
        assert (after.state, after.revision) == (following, case().revision + 1)
    elif state is CaseState.LOCKED:
        with pytest.raises(CaseIsLocked):
            case(state).after(step)
    elif step in {Step.REVERSE, Step.OVERTURN, Step.OVERTURN_AND_LOCK}:
        with pytest.raises(Conflict):
            case(state).after(step)
    else:
        with pytest.raises(AlreadyDecided):
            case(state).after(step)


def test_nothing_leaves_a_state_that_is_final() -> None:
    final = {CaseState.LOCKED, CaseState.REVERSED, CaseState.WITHDRAWN}
    assert not [pair for pair in TRANSITIONS if pair[0] in final]


@given(st.lists(st.sampled_from(Step), max_size=12))
def test_only_a_decided_case_can_be_reversed_however_it_came_there(steps: list[Step]) -> None:
    here = case()
    for step in steps:
        if (here.state, step) in TRANSITIONS:
            before, here = here, here.after(step)
            assert (here.state is CaseState.REVERSED) == (step is Step.REVERSE)
            assert here.state is not CaseState.REVERSED or before.state is CaseState.DECIDED


@pytest.mark.parametrize("state", CaseState)
def test_a_case_is_undecided_while_somebody_still_has_to_decide_it(state: CaseState) -> None:
    assert case(state).undecided == (state in UNDECIDED)


@pytest.mark.parametrize(
    ("outcome", "state", "stops"),
    [
        (Outcome.VIOLATING, CaseState.DECIDED, True),
        (Outcome.NOT_VIOLATING, CaseState.DECIDED, False),
        (Outcome.SUSPECTED_CHILD, CaseState.LOCKED, True),
        (Outcome.NEEDS_INFORMATION, CaseState.NEEDS_INFORMATION, False),
    ],
)
def test_each_outcome_leads_to_its_state(outcome: Outcome, state: CaseState, stops: bool) -> None:
    decided = case().decided(decision(outcome))
    assert decided.state is state
    assert outcome.stops is stops
    assert decided.decision == decision(outcome)


@pytest.mark.parametrize("outcome", Outcome)
def test_whoever_decides_is_involved_and_holds_the_case_no_more(outcome: Outcome) -> None:
    claimed = case().claimed("ben", now=NOW, until=NOW + timedelta(minutes=30))
    decided = claimed.decided(decision(outcome, "ada"))
    assert decided.involved == {"ada", "ben"}
    assert decided.claim is None


def test_a_lease_keeps_others_out_until_it_has_run_out() -> None:
    until = NOW + timedelta(minutes=30)
    claimed = case().claimed("ada", now=NOW, until=until)
    with pytest.raises(ClaimedByAnother) as refused:
        claimed.claimed("ben", now=until - timedelta(microseconds=1), until=until + timedelta(minutes=30))
    assert refused.value.extra == {"until": until.isoformat()}
    taken = claimed.claimed("ben", now=until, until=until + timedelta(minutes=30))
    assert taken.claim is not None
    assert taken.claim.reviewer == "ben"
    assert taken.involved == {"ada", "ben"}


def test_a_reviewer_renews_their_own_lease() -> None:
    claimed = case().claimed("ada", now=NOW, until=NOW + timedelta(minutes=30))
    again = claimed.claimed("ada", now=NOW, until=NOW + timedelta(minutes=60))
    assert again.claim is not None
    assert again.claim.until == NOW + timedelta(minutes=60)


@pytest.mark.parametrize("state", sorted(set(CaseState) - UNDECIDED))
def test_what_is_decided_can_not_be_claimed(state: CaseState) -> None:
    with pytest.raises(CaseIsLocked if state is CaseState.LOCKED else AlreadyDecided):
        case(state).claimed("ada", now=NOW, until=NOW)


def test_an_upload_joins_once_and_a_reviewer_is_told_that_the_case_changed() -> None:
    joined = case().with_upload("u1")
    assert joined.revision == case().revision + 1
    assert joined.with_upload("u1") == joined
    assert joined.with_upload("u2").uploads == ("u1", "u2")


def test_entries_are_listed_once_in_the_order_in_which_they_came() -> None:
    assert case().about(("e1", "e2")).about(("e2", "e3")).entries == ("e1", "e2", "e3")


def test_the_largest_case_can_be_decided_and_reversed_in_one_transaction() -> None:
    # uploads: state and event, or state, event and audit; accounts: block and event; bank: entry and log
    # line each, head and event; case: state, audit and event; appeal; what the reversal says of the case.
    decided = MAX_UPLOADS * 2 + MAX_UPLOADS * 2 + MAX_UPLOADS * 2 + 2 + 3
    reversed_ = MAX_UPLOADS * 3 + MAX_UPLOADS * 2 + MAX_UPLOADS * 2 + 2 + 3 + 2
    assert max(decided, reversed_) <= 100


def test_a_claim_that_ran_out_does_not_make_a_case_unchanged() -> None:
    stale = replace(case().claimed("ada", now=NOW, until=NOW), involved=frozenset())
    assert stale.decided(decision(Outcome.VIOLATING, "ben")).involved == {"ben"}
