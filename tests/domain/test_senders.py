"""What is a strike of who reports, and until when a case of theirs waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from staydown.domain.case_states import CaseState
from staydown.domain.cases import Case, Origin
from staydown.domain.deadlines import Watch
from staydown.domain.decisions import Complainant, Decision, Factors, Outcome, Setting, Shown
from staydown.domain.misuse import SetAside
from staydown.domain.reports import Declarations, Relation, Report, people_behind
from staydown.domain.senders import unfounded_reports
from staydown.domain.strikes import Ladder, Subject

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FACTORS = Factors(frozenset({Shown.NONE}), Setting.PUBLIC, Complainant.NO)
UNFOUNDED = Decision(Outcome.NOT_VIOLATING, FACTORS, "a teapot", "ada", NOW, manifestly_unfounded=True)
REFUSED = replace(UNFOUNDED, manifestly_unfounded=False)


def case(name: str, decision: Decision | None = UNFOUNDED, state: CaseState = CaseState.DECIDED) -> Case:
    return Case(name, state, Origin.REPORT, NOW, None, decision=decision)


def filed(*cases: str, hours: int = 0, sender: str | None = "s") -> Report:
    at = NOW - 10 * HOUR + hours * HOUR
    number = f"SD-{hours}-{'-'.join(cases)}"
    return Report(number, "digest", at, Relation.SELF, Declarations(), case_ids=cases, sender=sender)


def strikes(reports: list[Report], *cases: Case) -> list[str]:
    return [one.ref for one in unfounded_reports(reports, {one.case_id: one for one in cases})]


def test_the_newest_is_first_and_each_picture_is_one() -> None:
    reports = [filed("b", hours=2), filed("a", hours=1), filed("a", hours=3)]
    assert strikes(reports, case("a"), case("b")) == ["b", "a"]


@pytest.mark.parametrize(
    "other",
    [
        case("b", REFUSED),
        case("b", None, CaseState.OPEN),
        case("b", UNFOUNDED, CaseState.REVERSED),
        case("c"),  # that of b is not there any more
    ],
)
def test_a_report_is_none_as_long_as_anything_is_left_of_it(other: Case) -> None:
    assert strikes([filed("a", "b")], case("a"), other) == []
    assert strikes([filed("a", "b")], case("a"), case("b")) == ["a"]
    assert strikes([filed()], case("a")) == []


def test_what_was_taken_back_before_it_was_decided_is_none_and_after_it_is() -> None:
    before, after = (replace(filed("a"), withdrawn_at=NOW + by) for by in (-HOUR, HOUR))
    assert (strikes([before], case("a")), strikes([after], case("a"))) == ([], ["a"])


def test_reports_by_one_account_are_of_one_person_and_others_each_of_their_own() -> None:
    reports = [filed("a", hours=1), filed("a", hours=2), filed("a", hours=3, sender=None)]
    assert people_behind(reports[:2]) == 1
    assert people_behind(reports) == 2
    assert people_behind([*reports[:2], replace(reports[2], withdrawn_at=NOW)]) == 1


def test_a_case_waits_for_the_term_or_until_its_deadline_is_near() -> None:
    watch = Watch(warning=12 * HOUR, lead=timedelta(seconds=90))
    aside = SetAside("r", NOW + 100 * HOUR)
    assert aside.ends(None, watch) == NOW + 100 * HOUR
    assert aside.ends(NOW + 48 * HOUR, watch) == NOW + 36 * HOUR
    assert aside.ends(NOW + 200 * HOUR, watch) == NOW + 100 * HOUR


def test_who_reports_is_warned_at_the_first_and_accounts_as_the_operator_says() -> None:
    ladder = Ladder(2, 3, timedelta(days=90), timedelta(days=90))
    assert ladder.of(Subject.of_account("alpha", "ann")) == ladder
    assert ladder.of(Subject.of_reporter("s")) == replace(ladder, warning=1)
