"""The operator's own questions: stored separately, shown to their audience, erased with the reporter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from staydown.config.report_form import ReportQuestion
from staydown.domain.cases.reports import Declarations, Report, Reporter
from staydown.domain.errors import InvalidRequest
from staydown.services.access.cases import Viewer
from staydown.services.reports.amend_report import ReportUpdate, complete_report
from staydown.services.reports.file_report import FiledReport, file_report
from staydown.services.review.view_case import view_case

from tests.support.actions import FORM, VIOLATING, decide
from tests.support.sample_images import drawn
from tests.support.settings import changed_settings
from tests.support.world import World

TOWN = ReportQuestion("town", "Which town?", required=True)
HARM = ReportQuestion("harm", "Does anyone threaten you?", for_reviewers=True)


@pytest.fixture
def asking(world: World) -> Iterator[World]:
    world.stack.settings = changed_settings(world.stack.settings, report_questions=(TOWN, HARM))
    yield world


def filed(world: World, request_id: str | None = None, **answers: str) -> FiledReport:
    upload = world.upload("alpha", "ann", drawn(1))
    form = replace(FORM, uploads=(upload.upload_id,), answers=answers)
    return file_report(world.stack, form, request_id=request_id)


def add(world: World, one: FiledReport, **answers: str) -> Report:
    added = ReportUpdate(answers=answers)
    return complete_report(world.stack, one.report.case_number, one.secret, added)


def reporter_of(world: World, one: FiledReport) -> Reporter:
    reporter = world.stack.reporters.get(one.report.case_number)
    assert reporter is not None
    return reporter


@pytest.mark.law("UK5")
def test_unanswered_required_question_does_not_delay_the_clock(
    asking: World,
) -> None:
    """The law sets the deadline: an operator's questions cannot extend it."""
    one = filed(asking)
    assert one.report.missing == ("/answers/town",)
    assert one.report.valid_at == one.report.filed_at
    assert one.cases[0].deadline is not None
    added = add(asking, one, town="Paris")
    assert added.missing == ()
    assert added.valid_at == one.report.valid_at


@pytest.mark.law("UK5", "US2")
def test_answers_do_not_replace_legal_requirements(asking: World) -> None:
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
def test_reviewers_read_only_the_answers_meant_for_them(asking: World) -> None:
    one = filed(asking, town="Paris", harm="He does.")
    view = view_case(asking.stack, case_id=one.cases[0].case_id, viewer=Viewer("ada"))
    assert view.reports[0].answers == {"harm": "He does."}
    assert "Paris" not in str(view)
    assert "Paris" not in str(asking.cloud.table(asking.cloud.settings.cases_table))
    assert reporter_of(asking, one).answers == {"town": "Paris"}


def test_answer_keeps_the_audience_it_was_given_to(asking: World) -> None:
    """If the operator later shows a question to reviewers, earlier answers stay hidden from them."""
    one = filed(asking, town="Paris")
    now = (replace(TOWN, for_reviewers=True), HARM)
    asking.stack.settings = changed_settings(asking.stack.settings, report_questions=now)
    assert add(asking, one, harm="Yes").answers == {"harm": "Yes"}
    assert add(asking, one, town="London").answers == {"harm": "Yes", "town": "London"}
    assert reporter_of(asking, one).answers == {}


def test_deleted_answer_is_missing_again(asking: World) -> None:
    one = filed(asking)
    add(asking, one, town="Paris", harm="Yes")
    assert add(asking, one, town="", harm="").missing == ("/answers/town",)
    assert reporter_of(asking, one).answers == {}


def test_answer_to_no_question_or_too_long_is_rejected(asking: World) -> None:
    with pytest.raises(InvalidRequest) as refused:
        filed(asking, town="x" * 501, street="x")
    assert set(refused.value.pointers) == {"/answers/town", "/answers/street"}
    one = filed(asking, town="Paris")
    with pytest.raises(InvalidRequest):
        add(asking, one, street="x")


def test_removed_question_is_not_missing(asking: World) -> None:
    one = filed(asking)
    asking.stack.settings = changed_settings(asking.stack.settings, report_questions=())
    assert add(asking, one).missing == ()


def test_same_request_with_other_answers_is_another_report(asking: World) -> None:
    one = filed(asking, request_id="a", town="Paris")
    assert filed(asking, request_id="a", town="London").report.case_number != one.report.case_number


def test_all_answers_are_erased_with_the_reporter(asking: World) -> None:
    one = filed(asking, town="Paris", harm="He does.")
    for number in range(41):
        answers = {"town": "Paris", "harm": f"He does. {number}"}
        file_report(asking.stack, replace(FORM, uploads=one.report.uploads, answers=answers))
    case_id = one.cases[0].case_id
    decide(asking, case_id, VIOLATING)
    asking.drain()
    asking.clock.advance(days=191)
    asking.apply_retention()
    asking.drain()
    case = asking.stack.cases.get_case(case_id)
    assert case is not None
    assert case.reporters_erased
    assert len(case.reports) == 42
    for table in (asking.cloud.settings.cases_table, asking.cloud.settings.reporters_table):
        text = str(asking.cloud.table(table))
        assert "Paris" not in text
        assert "He does." not in text
