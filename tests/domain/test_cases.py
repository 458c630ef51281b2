"""Case states: every allowed and every forbidden transition."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staydown.domain.cases.case import MAX_CASE_UPLOADS, Case, CaseOrigin
from staydown.domain.cases.decisions import (
    ComplainantIsSubject,
    Decision,
    DecisionOutcome,
    Factors,
    SceneSetting,
    ShownContent,
)
from staydown.domain.cases.states import TRANSITIONS, CaseState, Step
from staydown.domain.errors import AlreadyDecided, CaseIsLocked, ClaimedByAnother, Conflict

from tests.domain.strategies import NOW

FACTORS = Factors(frozenset({ShownContent.NUDITY}), SceneSetting.PRIVATE, ComplainantIsSubject.YES)
UNDECIDED = {CaseState.OPEN, CaseState.NEEDS_INFORMATION}


def case(state: CaseState = CaseState.OPEN) -> Case:
    return Case("c", state, CaseOrigin.REPORT, opened_at=NOW, deadline=None)


def decision(outcome: DecisionOutcome, reviewer: str = "ada") -> Decision:
    return Decision(outcome, FACTORS, "as seen", reviewer, NOW)


# Repeated on purpose, so that a change to the table needs a change here.
ALLOWED = {
    CaseState.OPEN: {
        Step.DECIDE: CaseState.DECIDED,
        Step.REQUEST_INFORMATION: CaseState.NEEDS_INFORMATION,
        Step.PROVIDE_INFORMATION: CaseState.OPEN,
        Step.LOCK: CaseState.LOCKED,
        Step.WITHDRAW: CaseState.WITHDRAWN,
    },
    CaseState.NEEDS_INFORMATION: {
        Step.DECIDE: CaseState.DECIDED,
        Step.REQUEST_INFORMATION: CaseState.NEEDS_INFORMATION,
        Step.PROVIDE_INFORMATION: CaseState.OPEN,
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
def test_each_step_leads_to_its_state_or_is_rejected(state: CaseState, step: Step) -> None:
    following = ALLOWED[state].get(step)
    if following is not None:
        after = case(state).advanced(step)
        assert (after.state, after.revision) == (following, case().revision + 1)
    elif state is CaseState.LOCKED:
        with pytest.raises(CaseIsLocked):
            case(state).advanced(step)
    elif step in {Step.REVERSE, Step.OVERTURN, Step.OVERTURN_AND_LOCK}:
        with pytest.raises(Conflict):
            case(state).advanced(step)
    else:
        with pytest.raises(AlreadyDecided):
            case(state).advanced(step)


def test_final_states_have_no_transitions() -> None:
    final = {CaseState.LOCKED, CaseState.REVERSED, CaseState.WITHDRAWN}
    assert not [pair for pair in TRANSITIONS if pair[0] in final]


@given(st.lists(st.sampled_from(Step), max_size=12))
def test_only_a_decided_case_can_be_reversed(steps: list[Step]) -> None:
    here = case()
    for step in steps:
        if (here.state, step) in TRANSITIONS:
            before, here = here, here.advanced(step)
            assert (here.state is CaseState.REVERSED) == (step is Step.REVERSE)
            assert here.state is not CaseState.REVERSED or before.state is CaseState.DECIDED


@pytest.mark.parametrize("state", CaseState)
def test_case_is_undecided_while_it_awaits_a_decision(state: CaseState) -> None:
    assert case(state).undecided == (state in UNDECIDED)


@pytest.mark.parametrize(
    ("outcome", "state", "stops"),
    [
        (DecisionOutcome.VIOLATING, CaseState.DECIDED, True),
        (DecisionOutcome.NOT_VIOLATING, CaseState.DECIDED, False),
        (DecisionOutcome.SUSPECTED_CHILD, CaseState.LOCKED, True),
        (DecisionOutcome.NEEDS_INFORMATION, CaseState.NEEDS_INFORMATION, False),
    ],
)
def test_each_outcome_leads_to_its_state(outcome: DecisionOutcome, state: CaseState, stops: bool) -> None:
    decided = case().decided(decision(outcome))
    assert decided.state is state
    assert outcome.is_violation is stops
    assert decided.decision == decision(outcome)


@pytest.mark.parametrize("outcome", DecisionOutcome)
def test_deciding_reviewer_becomes_participant_and_loses_lease(outcome: DecisionOutcome) -> None:
    claimed = case().claimed("ben", now=NOW, expires_at=NOW + timedelta(minutes=30))
    decided = claimed.decided(decision(outcome, "ada"))
    assert decided.participants == {"ada", "ben"}
    assert decided.claim is None


def test_lease_excludes_other_reviewers_until_it_expires() -> None:
    until = NOW + timedelta(minutes=30)
    claimed = case().claimed("ada", now=NOW, expires_at=until)
    with pytest.raises(ClaimedByAnother) as refused:
        claimed.claimed(
            "ben", now=until - timedelta(microseconds=1), expires_at=until + timedelta(minutes=30)
        )
    assert refused.value.extra == {"until": until.isoformat()}
    taken = claimed.claimed("ben", now=until, expires_at=until + timedelta(minutes=30))
    assert taken.claim is not None
    assert taken.claim.reviewer == "ben"
    assert taken.participants == {"ada", "ben"}


def test_a_reviewer_renews_their_own_lease() -> None:
    claimed = case().claimed("ada", now=NOW, expires_at=NOW + timedelta(minutes=30))
    again = claimed.claimed("ada", now=NOW, expires_at=NOW + timedelta(minutes=60))
    assert again.claim is not None
    assert again.claim.expires_at == NOW + timedelta(minutes=60)


@pytest.mark.parametrize("state", sorted(set(CaseState) - UNDECIDED))
def test_decided_case_cannot_be_claimed(state: CaseState) -> None:
    with pytest.raises(CaseIsLocked if state is CaseState.LOCKED else AlreadyDecided):
        case(state).claimed("ada", now=NOW, expires_at=NOW)


def test_upload_joins_once_and_changes_the_case_revision() -> None:
    joined = case().with_upload("u1")
    assert joined.revision == case().revision + 1
    assert joined.with_upload("u1") == joined
    assert joined.with_upload("u2").uploads == ("u1", "u2")


def test_entries_are_listed_once_in_order_of_arrival() -> None:
    assert case().with_entries(("e1", "e2")).with_entries(("e2", "e3")).entries == ("e1", "e2", "e3")


def test_largest_case_is_decided_or_reversed_in_one_transaction() -> None:
    # Per upload: state and event (in a reversal also audit). Per account: block and event. Per bank entry:
    # entry and log line, plus head and event. Per case: state, audit and event. A reversal adds the appeal.
    decided = MAX_CASE_UPLOADS * 2 + MAX_CASE_UPLOADS * 2 + MAX_CASE_UPLOADS * 2 + 2 + 3
    reversed_ = MAX_CASE_UPLOADS * 3 + MAX_CASE_UPLOADS * 2 + MAX_CASE_UPLOADS * 2 + 2 + 3 + 2
    assert max(decided, reversed_) <= 100


def test_expired_claim_adds_no_participant() -> None:
    stale = replace(case().claimed("ada", now=NOW, expires_at=NOW), participants=frozenset())
    assert stale.decided(decision(DecisionOutcome.VIOLATING, "ben")).participants == {"ben"}
