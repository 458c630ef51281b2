"""The operator's own questions: asked, kept apart, shown to whom they are for, erased with who reported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from staydown.domain.errors import InvalidRequest
from staydown.domain.report_form import Question
from staydown.domain.reports import Declarations, Report, Reporter
from staydown.services.reports.amend_report import Information, complete_report
from staydown.services.reports.file_report import FiledReport, file_report
from staydown.services.review.view_case import Onlooker, view_case

from tests.support.people import FORM, VIOLATING, decide
from tests.support.pictures import drawn
from tests.support.world import World

TOWN = Question("town", "Which town?", required=True)
HARM = Question("harm", "Does somebody threaten you?", for_reviewers=True)


@pytest.fixture
def asking(world: World) -> Iterator[World]:
    world.stack.settings = replace(world.stack.settings, questions=(TOWN, HARM))
    yield world


def filed(world: World, request_id: str | None = None, **answers: str) -> FiledReport:
    upload = world.upload("alpha", "ann", drawn(1))
    form = replace(FORM, uploads=(upload.upload_id,), answers=answers)
    return file_report(world.stack, form, request_id=request_id)


def add(world: World, one: FiledReport, **answers: str) -> Report:
    added = Information(answers=answers)
    return complete_report(world.stack, one.report.case_number, one.secret, added)


def reporter_of(world: World, one: FiledReport) -> Reporter:
    reporter = world.stack.reporters.get(one.report.case_number)
    assert reporter is not None
    return reporter


@pytest.mark.law("UK5")
def test_a_question_that_is_required_is_missing_until_it_is_answered_and_holds_nothing_up(
    asking: World,
) -> None:
    """The clock is the law's: an operator can ask for more, and can't have more time for it."""
    one = filed(asking)
    assert one.report.missing == ("/answers/town",)
    assert one.report.valid_at == one.report.filed_at
    assert one.cases[0].deadline is not None
    added = add(asking, one, town="Paris")
    assert added.missing == ()
    assert added.valid_at == one.report.valid_at


@pytest.mark.law("UK5", "US2")
def test_what_the_law_asks_for_can_not_be_answered_away(asking: World) -> None:
    upload = asking.upload("alpha", "ann", drawn(1))
    form = replace(
        FORM,
        uploads=(upload.upload_id,),
        answers={"town": "Paris"},
        signature="",
        declarations=Declarations(),
    )
    missing = file_report(asking.stack, form).report.missing
    assert {"/signature", "/declarations/intimate", "/declarations/good_faith"} <= set(missing)
    assert not any(one.startswith("/answers") for one in missing)


@pytest.mark.law("UK5")
def test_reviewers_read_the_answers_that_are_for_them_and_no_other(asking: World) -> None:
    one = filed(asking, town="Paris", harm="He does.")
    view = view_case(asking.stack, case_id=one.cases[0].case_id, onlooker=Onlooker("ada"))
    assert view.reports[0].answers == {"harm": "He does."}
    assert "Paris" not in str(view)
    assert "Paris" not in str(asking.cloud.table(asking.cloud.settings.cases_table))
    assert reporter_of(asking, one).answers == {"town": "Paris"}


def test_an_answer_stays_with_whom_it_was_given_to(asking: World) -> None:
    """Should the operator show it to reviewers from now on: what is there was not written for them."""
    one = filed(asking, town="Paris")
    now = (replace(TOWN, for_reviewers=True), HARM)
    asking.stack.settings = replace(asking.stack.settings, questions=now)
    assert add(asking, one, harm="Yes").answers == {"harm": "Yes"}
    assert add(asking, one, town="London").answers == {"harm": "Yes", "town": "London"}
    assert reporter_of(asking, one).answers == {}


def test_an_answer_can_be_taken_back_and_then_is_missing(asking: World) -> None:
    one = filed(asking)
    add(asking, one, town="Paris", harm="Yes")
    assert add(asking, one, town="", harm="").missing == ("/answers/town",)
    assert reporter_of(asking, one).answers == {}


def test_an_answer_to_no_question_and_one_that_is_too_long_are_refused(asking: World) -> None:
    with pytest.raises(InvalidRequest) as refused:
        filed(asking, town="x" * 501, street="x")
    assert set(refused.value.pointers) == {"/answers/town", "/answers/street"}
    one = filed(asking, town="Paris")
    with pytest.raises(InvalidRequest):
        add(asking, one, street="x")


def test_a_question_that_is_asked_no_more_is_not_missing(asking: World) -> None:
    one = filed(asking)
    asking.stack.settings = replace(asking.stack.settings, questions=())
    assert add(asking, one).missing == ()


def test_the_same_request_with_other_answers_is_another(asking: World) -> None:
    one = filed(asking, request_id="a", town="Paris")
    assert filed(asking, request_id="a", town="London").report.case_number != one.report.case_number


def test_all_answers_are_erased_with_who_reported(asking: World) -> None:
    one = filed(asking, town="Paris", harm="He does.")
    for number in range(41):
        answers = {"town": "Paris", "harm": f"He does. {number}"}
        file_report(asking.stack, replace(FORM, uploads=one.report.uploads, answers=answers))
    case_id = one.cases[0].case_id
    decide(asking, case_id, VIOLATING)
    asking.drain()
    asking.clock.advance(days=191)
    asking.retain()
    asking.drain()
    case = asking.stack.cases.case(case_id)
    assert case is not None
    assert case.reporters_erased
    assert len(case.reports) == 42
    for table in (asking.cloud.settings.cases_table, asking.cloud.settings.reporters_table):
        text = str(asking.cloud.table(table))
        assert "Paris" not in text
        assert "He does." not in text
