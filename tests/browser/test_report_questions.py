"""The operator's own questions and help lines on the pages, and what they show when the service is away."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import Open
from tests.browser.opened import Complaints
from tests.browser.reporting import DECLARED, FilledForm, faults
from tests.journeys.deployed import Deployed, deployed
from tests.journeys.scenes import new_account, new_picture, published

TOWN, HARM = "Which <b>town</b>?", "Does somebody threaten you?"
QUESTIONS = [
    {"key": "town", "label": TOWN, "help": "As you would write it.", "required": True, "max_length": 40},
    {"key": "harm", "label": HARM, "for_reviewers": True, "max_length": 500},
]
HELP = [{"name": "Hilfetelefon", "url": "https://www.hilfetelefon.de/", "whom": "adults", "where": "DE"}]
FORM = "**/v1/report-form"


@pytest.fixture(scope="module")
def stack(browser: Browser) -> Iterator[Deployed]:
    with deployed(ReportQuestions=json.dumps(QUESTIONS), HelpLines=json.dumps(HELP)) as it:
        yield it


def to_the_questions(page: Page, stack: Deployed) -> FilledForm:
    form = FilledForm(page, stack)
    form.where("It was posted")
    form.links(published(stack, new_account(), new_picture()))
    form.you(*DECLARED)
    form.words()
    return form


@pytest.mark.law("UK5")
def test_what_the_operator_asks_is_asked_told_when_missing_and_added_later(
    open_page: Open, stack: Deployed
) -> None:
    page = open_page("form.html", phone=True)
    expect(page.locator(".step")).to_have_text("Step 1")
    form = to_the_questions(page, stack)
    expect(page.get_by_role("heading", name="A few more questions")).to_be_focused()
    expect(page.locator(".step")).to_have_text("Step 5 of 8")
    town, harm = page.get_by_label(TOWN), page.get_by_label(HARM)
    expect(town).to_have_accessible_description(
        "As you would write it. Without an answer your report is not "
        "complete. The people who decide don't see it."
    )
    expect(harm).to_have_accessible_description(
        "The people who decide read it: please don't write your name here."
    )
    assert faults(page) == []
    harm.fill("He says he will post more.")
    form.go_on()
    form.contact()
    form.way_back()
    expect(page.locator(".missing")).to_contain_text(f"your answer to: {TOWN}")
    expect(page.locator(".summary")).to_contain_text("He says he will post more.")
    number, secret = form.sent()
    expect(page.locator("main")).to_contain_text(f"your answer to: {TOWN}")

    page.get_by_role("link", name="See where the report stands").click()
    page.fill("#number", number)
    page.fill("#secret", secret)
    page.click("#open")
    page.get_by_label(TOWN).fill("Springfield")
    assert page.get_by_label(HARM).count() == 0
    assert faults(page) == []
    page.get_by_role("button", name="Add it").click()
    page.locator(".notice.success", has_text="Thank you. It was added.").wait_for()
    expect(page.locator("main")).to_contain_text("It will be decided by")
    case = stack.reviewer("robin").next()
    (report,) = case["reports"]
    assert report["answers"] == [{"question": HARM, "answer": "He says he will post more."}]
    assert "Springfield" not in json.dumps(case)


def test_the_help_lines_are_the_operators_also_when_the_service_is_away(
    open_page: Open, stack: Deployed
) -> None:
    page = open_page("form.html")
    expect(page.locator("footer").get_by_role("link", name="Hilfetelefon")).to_be_visible()
    page.route(FORM, lambda route: route.fulfill(status=503, body=""))
    page.reload()
    expect(page.locator("footer").get_by_role("link", name="Hilfetelefon")).to_be_visible()
    # It is asked again with the next step, and then the questions are there.
    page.unroute(FORM)
    to_the_questions(page, stack)
    expect(page.get_by_role("heading", name="A few more questions")).to_be_visible()
    Complaints.of(page).expect("503")


def test_the_help_lines_of_now_take_the_place_of_those_from_when_the_pages_were_put_up(
    open_page: Open, stack: Deployed
) -> None:
    page = open_page("index.html")
    now = [{**HELP[0], "name": "A new line", "phone": "+49800", "phone_text": ""}]
    page.route(FORM, lambda route: route.fulfill(json={"help": now, "questions": []}))
    page.reload()
    expect(page.locator("footer").get_by_role("link", name="A new line")).to_be_visible()
    expect(page.locator("footer").get_by_role("link", name="+49800")).to_be_visible()
    expect(page.locator("footer").get_by_role("link", name="Hilfetelefon")).to_have_count(0)


def test_a_question_that_is_asked_no_more_costs_nobody_their_report(open_page: Open, stack: Deployed) -> None:
    page = open_page("form.html")
    before = [{**QUESTIONS[1], "key": "former", "help": "", "required": False}]
    first = True

    def answer(route: Route) -> None:
        nonlocal first
        if first:
            route.fulfill(json={"help": HELP, "questions": before})
        else:
            route.continue_()
        first = False

    page.route(FORM, answer)
    page.reload()
    form = to_the_questions(page, stack)
    page.get_by_label(HARM).fill("Something long.")
    form.go_on()
    form.contact()
    form.way_back()
    form.go_on()
    expect(page.get_by_role("alert")).to_contain_text("The report was not taken yet.")
    form.sent()
    Complaints.of(page).expect("422")
