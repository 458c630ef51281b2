"""The operator's questions and help lines on the pages, also while the service is down."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import Open
from tests.browser.page_checks import ConsoleErrors
from tests.browser.report_pages import ALL_DECLARATIONS, ReportFormPage, axe_violations_in_both_themes
from tests.journeys.deployed import DeployedStack, deployed_stack
from tests.journeys.reported_uploads import new_account, new_picture, upload_and_publish

TOWN, HARM = "Which <b>town</b>?", "Does anyone threaten you?"
QUESTIONS = [
    {"key": "town", "label": TOWN, "help": "As you would write it.", "required": True, "max_length": 40},
    {"key": "harm", "label": HARM, "for_reviewers": True, "max_length": 500},
]
HELP = [{"name": "Hilfetelefon", "url": "https://www.hilfetelefon.de/", "whom": "adults", "where": "DE"}]
FORM = "**/v1/report-form"


@pytest.fixture(scope="module")
def stack(browser: Browser) -> Iterator[DeployedStack]:
    with deployed_stack(ReportQuestions=json.dumps(QUESTIONS), HelpLines=json.dumps(HELP)) as it:
        yield it


def open_questions(page: Page, stack: DeployedStack) -> ReportFormPage:
    form = ReportFormPage(page, stack)
    form.locate_image("It was posted")
    form.links(upload_and_publish(stack, new_account(), new_picture()))
    form.declare(*ALL_DECLARATIONS)
    form.statement()
    return form


@pytest.mark.law("UK5")
def test_operator_questions_are_asked_flagged_and_added_later(open_page: Open, stack: DeployedStack) -> None:
    page = open_page("form.html", phone=True)
    expect(page.locator(".step")).to_have_text("Step 1")
    form = open_questions(page, stack)
    expect(page.get_by_role("heading", name="A few more questions")).to_be_focused()
    expect(page.locator(".step")).to_have_text("Step 5 of 8")
    town, harm = page.get_by_label(TOWN), page.get_by_label(HARM)
    expect(town).to_have_accessible_description(
        "As you would write it. Without an answer, your report is not "
        "complete. The people who decide don't see this."
    )
    expect(harm).to_have_accessible_description(
        "The people who decide read this. Please don't write your name here."
    )
    assert axe_violations_in_both_themes(page) == []
    harm.fill("He says he will post more.")
    form.continue_()
    form.contact()
    form.recovery_phrase()
    expect(page.locator(".missing")).to_contain_text(f"your answer to: {TOWN}")
    expect(page.locator(".summary")).to_contain_text("He says he will post more.")
    number, secret = form.submit()
    expect(page.locator("main")).to_contain_text(f"your answer to: {TOWN}")

    page.get_by_role("link", name="See the status of your report").click()
    page.fill("#number", number)
    page.fill("#secret", secret)
    page.click("#open")
    page.get_by_label(TOWN).fill("Springfield")
    assert page.get_by_label(HARM).count() == 0
    assert axe_violations_in_both_themes(page) == []
    page.get_by_role("button", name="Add it").click()
    page.locator(".notice.success", has_text="Thank you. It was added.").wait_for()
    expect(page.locator("main")).to_contain_text("A reviewer will decide by")
    case = stack.reviewer("robin").next()
    (report,) = case["reports"]
    assert report["answers"] == [{"question": HARM, "answer": "He says he will post more."}]
    assert "Springfield" not in json.dumps(case)


def test_operator_help_lines_show_when_the_service_is_down(open_page: Open, stack: DeployedStack) -> None:
    page = open_page("form.html")
    expect(page.locator("footer").get_by_role("link", name="Hilfetelefon")).to_be_visible()
    page.route(FORM, lambda route: route.fulfill(status=503, body=""))
    page.reload()
    expect(page.locator("footer").get_by_role("link", name="Hilfetelefon")).to_be_visible()
    # The next step requests the questions again.
    page.unroute(FORM)
    open_questions(page, stack)
    expect(page.get_by_role("heading", name="A few more questions")).to_be_visible()
    ConsoleErrors.of(page).expect("503")


def test_current_help_lines_replace_those_built_into_the_pages(open_page: Open, stack: DeployedStack) -> None:
    page = open_page("index.html")
    now = [{**HELP[0], "name": "A new line", "phone": "+49800", "phone_text": ""}]
    page.route(FORM, lambda route: route.fulfill(json={"help": now, "questions": []}))
    page.reload()
    expect(page.locator("footer").get_by_role("link", name="A new line")).to_be_visible()
    expect(page.locator("footer").get_by_role("link", name="+49800")).to_be_visible()
    expect(page.locator("footer").get_by_role("link", name="Hilfetelefon")).to_have_count(0)


def test_removed_question_does_not_block_a_report(open_page: Open, stack: DeployedStack) -> None:
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
    form = open_questions(page, stack)
    page.get_by_label(HARM).fill("Something long.")
    form.continue_()
    form.contact()
    form.recovery_phrase()
    form.continue_()
    expect(page.get_by_role("alert")).to_contain_text("The report was not accepted yet.")
    form.submit()
    ConsoleErrors.of(page).expect("422")
