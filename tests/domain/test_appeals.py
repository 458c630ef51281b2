"""Which decision can be appealed, when, and by whom the appeal is decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from staydown.domain.appeals import Appeal, AppealOutcome, check_appealable, check_other_eyes, check_refusal
from staydown.domain.case_states import CaseState
from staydown.domain.cases import Case, Origin
from staydown.domain.decisions import Outcome
from staydown.domain.errors import AlreadyDecided, Conflict, SameReviewer

from tests.domain.strategies import NOW
from tests.domain.test_cases import case, decision

WINDOW = timedelta(days=184)
APPEAL = Appeal("a", "c", "alpha", "ann", "it is a beach", filed_at=NOW)


def decided() -> Case:
    return case().decided(decision(Outcome.VIOLATING))


@pytest.mark.law("EU4")
def test_a_decision_can_be_appealed_to_the_last_moment_of_the_window() -> None:
    check_appealable(decided(), now=NOW + WINDOW, window=WINDOW)
    with pytest.raises(Conflict, match="184 days"):
        check_appealable(decided(), now=NOW + WINDOW + timedelta(microseconds=1), window=WINDOW)


@pytest.mark.parametrize("state", sorted(set(CaseState) - {CaseState.DECIDED}))
def test_only_what_is_decided_can_be_appealed(state: CaseState) -> None:
    with pytest.raises(Conflict):
        check_appealable(replace(decided(), state=state), now=NOW, window=WINDOW)


def test_only_a_refusal_can_be_appealed_by_who_reported_it() -> None:
    refused = case().decided(decision(Outcome.NOT_VIOLATING))
    check_refusal(refused, now=NOW + WINDOW, window=WINDOW)
    with pytest.raises(Conflict, match="184 days"):
        check_refusal(refused, now=NOW + WINDOW + timedelta(microseconds=1), window=WINDOW)
    with pytest.raises(Conflict, match="nothing to appeal"):
        check_refusal(decided(), now=NOW, window=WINDOW)


@pytest.mark.law("EU5")
def test_promise_6_whoever_claimed_or_decided_a_case_does_not_decide_its_appeal() -> None:
    claimed = Case("c", CaseState.OPEN, Origin.REPORT, NOW, None).claimed("ben", now=NOW, until=NOW)
    involved = claimed.decided(decision(Outcome.VIOLATING, "ada"))
    for reviewer in ("ada", "ben"):
        with pytest.raises(SameReviewer):
            check_other_eyes(involved, reviewer)
    check_other_eyes(involved, "cleo")


@pytest.mark.parametrize("first", AppealOutcome)
@pytest.mark.parametrize("second", AppealOutcome)
def test_an_appeal_is_decided_once(first: AppealOutcome, second: AppealOutcome) -> None:
    answered = APPEAL.decided(first, "looked again", reviewer="cleo", now=NOW)
    assert (answered.outcome, answered.decided_by, answered.decided_at) == (first, "cleo", NOW)
    with pytest.raises(AlreadyDecided) as refused:
        answered.decided(second, "no", reviewer="dora", now=NOW)
    assert refused.value.extra == {"outcome": first.value}
