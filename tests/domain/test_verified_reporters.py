"""Strikes of reporters, and the end of a deferral of their cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from staydown.domain.accounts.strikes import MisuseSubject, StrikePolicy
from staydown.domain.cases.case import Case, CaseOrigin
from staydown.domain.cases.deadlines import DeadlinePolicy
from staydown.domain.cases.decisions import (
    ComplainantIsSubject,
    Decision,
    DecisionOutcome,
    Factors,
    SceneSetting,
    ShownContent,
)
from staydown.domain.cases.deferral import Deferral
from staydown.domain.cases.reports import Declarations, RelationToSubject, Report, count_distinct_reporters
from staydown.domain.cases.states import CaseState
from staydown.domain.cases.unfounded import unfounded_report_strikes

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FACTORS = Factors(frozenset({ShownContent.NONE}), SceneSetting.PUBLIC, ComplainantIsSubject.NO)
UNFOUNDED = Decision(
    DecisionOutcome.NOT_VIOLATING, FACTORS, "a teapot", "ada", NOW, manifestly_unfounded=True
)
DISMISSED = replace(UNFOUNDED, manifestly_unfounded=False)


def case(name: str, decision: Decision | None = UNFOUNDED, state: CaseState = CaseState.DECIDED) -> Case:
    return Case(name, state, CaseOrigin.REPORT, NOW, None, decision=decision)


def filed(*cases: str, hours: int = 0, sender: str | None = "s") -> Report:
    at = NOW - 10 * HOUR + hours * HOUR
    number = f"SD-{hours}-{'-'.join(cases)}"
    return Report(
        number,
        "digest",
        at,
        RelationToSubject.SELF,
        Declarations(),
        case_ids=cases,
        verified_reporter_id=sender,
    )


def strikes(reports: list[Report], *cases: Case) -> list[str]:
    return [one.ref for one in unfounded_report_strikes(reports, {one.case_id: one for one in cases})]


def test_strikes_list_each_image_once_newest_first() -> None:
    reports = [filed("b", hours=2), filed("a", hours=1), filed("a", hours=3)]
    assert strikes(reports, case("a"), case("b")) == ["b", "a"]


@pytest.mark.parametrize(
    "other",
    [
        case("b", DISMISSED),
        case("b", None, CaseState.OPEN),
        case("b", UNFOUNDED, CaseState.REVERSED),
        case("c"),  # case b was erased
    ],
)
def test_report_is_a_strike_only_if_all_its_cases_are_unfounded(other: Case) -> None:
    assert strikes([filed("a", "b")], case("a"), other) == []
    assert strikes([filed("a", "b")], case("a"), case("b")) == ["a"]
    assert strikes([filed()], case("a")) == []


def test_report_withdrawn_before_the_decision_is_no_strike() -> None:
    before, after = (replace(filed("a"), withdrawn_at=NOW + by) for by in (-HOUR, HOUR))
    assert (strikes([before], case("a")), strikes([after], case("a"))) == ([], ["a"])


def test_reports_of_one_verified_account_count_as_one_reporter() -> None:
    reports = [filed("a", hours=1), filed("a", hours=2), filed("a", hours=3, sender=None)]
    assert count_distinct_reporters(reports[:2]) == 1
    assert count_distinct_reporters(reports) == 2
    assert count_distinct_reporters([*reports[:2], replace(reports[2], withdrawn_at=NOW)]) == 1


def test_deferral_ends_at_its_term_or_near_the_deadline() -> None:
    policy = DeadlinePolicy(warn_before=12 * HOUR, hide_before=timedelta(seconds=90))
    deferral = Deferral("r", NOW + 100 * HOUR)
    assert deferral.ends_at(None, policy) == NOW + 100 * HOUR
    assert deferral.ends_at(NOW + 48 * HOUR, policy) == NOW + 36 * HOUR
    assert deferral.ends_at(NOW + 200 * HOUR, policy) == NOW + 100 * HOUR


def test_reporters_are_warned_at_the_first_strike() -> None:
    policy = StrikePolicy(2, 3, timedelta(days=90), timedelta(days=90))
    assert policy.for_subject(MisuseSubject.of_account("alpha", "ann")) == policy
    assert policy.for_subject(MisuseSubject.of_reporter("s")) == replace(policy, warning_threshold=1)
