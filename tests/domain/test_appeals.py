"""Rules of appeals: which decisions can be appealed, until when, and who decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from staydown.domain.cases.appeals import (
    AppealOutcome,
    DecisionAppeal,
    require_appealable_decision,
    require_appealable_dismissal,
    require_independent_reviewer,
)
from staydown.domain.cases.case import Case, CaseOrigin
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.cases.states import CaseState
from staydown.domain.errors import AlreadyDecided, Conflict, SameReviewer

from tests.domain.strategies import NOW
from tests.domain.test_cases import case, decision

WINDOW = timedelta(days=184)
APPEAL = DecisionAppeal(
    appeal_id="a",
    case_id="c",
    platform="alpha",
    account_id="ann",
    statement="it is a beach",
    filed_at=NOW,
)


def decided() -> Case:
    return case().decided(decision(DecisionOutcome.VIOLATING))


@pytest.mark.law("EU4")
def test_decision_can_be_appealed_until_the_window_ends() -> None:
    require_appealable_decision(decided(), now=NOW + WINDOW, window=WINDOW)
    with pytest.raises(Conflict, match="184 days"):
        require_appealable_decision(decided(), now=NOW + WINDOW + timedelta(microseconds=1), window=WINDOW)


@pytest.mark.parametrize("state", sorted(set(CaseState) - {CaseState.DECIDED}))
def test_only_decided_cases_can_be_appealed(state: CaseState) -> None:
    with pytest.raises(Conflict):
        require_appealable_decision(replace(decided(), state=state), now=NOW, window=WINDOW)


def test_reporter_can_appeal_only_a_dismissal() -> None:
    refused = case().decided(decision(DecisionOutcome.NOT_VIOLATING))
    require_appealable_dismissal(refused, now=NOW + WINDOW, window=WINDOW)
    with pytest.raises(Conflict, match="184 days"):
        require_appealable_dismissal(refused, now=NOW + WINDOW + timedelta(microseconds=1), window=WINDOW)
    with pytest.raises(Conflict, match="nothing to appeal"):
        require_appealable_dismissal(decided(), now=NOW, window=WINDOW)


@pytest.mark.promise(6)
@pytest.mark.law("EU5")
def test_participants_cannot_decide_the_appeal_of_a_case() -> None:
    claimed = Case("c", CaseState.OPEN, CaseOrigin.REPORT, NOW, None).claimed("ben", now=NOW, expires_at=NOW)
    involved = claimed.decided(decision(DecisionOutcome.VIOLATING, "ada"))
    for reviewer in ("ada", "ben"):
        with pytest.raises(SameReviewer):
            require_independent_reviewer(involved, reviewer)
    require_independent_reviewer(involved, "cleo")


@pytest.mark.parametrize("first", AppealOutcome)
@pytest.mark.parametrize("second", AppealOutcome)
def test_an_appeal_is_decided_once(first: AppealOutcome, second: AppealOutcome) -> None:
    answered = APPEAL.decided(first, "looked again", reviewer="cleo", now=NOW)
    assert (answered.outcome, answered.decided_by, answered.decided_at) == (first, "cleo", NOW)
    with pytest.raises(AlreadyDecided) as refused:
        answered.decided(second, "no", reviewer="dora", now=NOW)
    assert refused.value.extra == {"outcome": first.value}
