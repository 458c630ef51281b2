"""Errors around a report lose no input and mislead no reporter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Open
from tests.browser.page_checks import ConsoleErrors
from tests.browser.report_pages import ReportFormPage, alert, file_payload, wait_for_hasher
from tests.journeys.clients import ReporterClient
from tests.journeys.deployed import DeployedStack
from tests.journeys.reported_uploads import new_account, new_picture, reported_upload, upload_and_publish


def opened(open_page: Open, person: ReporterClient) -> Page:
    page = open_page("status.html")
    page.fill("#number", person.case_number)
    page.fill("#secret", person.secret)
    page.click("#open")
    page.get_by_role("heading", name=f"Report {person.case_number}").wait_for()
    return page


def test_report_still_being_filed_is_waited_for(open_page: Open, stack: DeployedStack) -> None:
    page = open_page("form.html")
    keys: list[str | None] = []

    def busy_at_first(route: Route) -> None:
        keys.append(route.request.header_value("idempotency-key"))
        if len(keys) > 1:
            route.continue_()
        else:
            problem = {"type": "urn:x/still-running", "status": 409, "title": "", "detail": "jargon"}
            route.fulfill(status=409, json=problem)

    page.route("**/v1/reports", busy_at_first)
    form = ReportFormPage(page, stack)
    form.fill_report_of(upload_and_publish(stack, new_account(), new_picture()))
    form.submit()
    assert len(keys) == 2
    assert len(set(keys)) == 1
    ConsoleErrors.of(page).expect("409")


def test_changing_mail_settings_keeps_the_appeal_being_typed(open_page: Open, stack: DeployedStack) -> None:
    scene, robin = reported_upload(stack), stack.reviewer()
    robin.claim(scene.case_id)
    robin.decide(scene.case_id, "not_violating")
    page = opened(open_page, scene.person)
    page.fill("#appeal", "It shows me.")
    page.get_by_text("How we reach you").click()
    page.get_by_label("no email").check()
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_text("Your contact settings were changed.").first).to_be_visible()
    assert page.input_value("#appeal") == "It shows me."
    page.get_by_role("button", name="Send the appeal").click()
    expect(page.get_by_text("We received your appeal.").first).to_be_visible()


def test_page_claims_no_update_when_nothing_was_added(open_page: Open, stack: DeployedStack) -> None:
    person = stack.person()
    declared = {
        "intimate": True,
        "without_consent": True,
        "subject_or_representative": True,
        "good_faith": False,
    }
    person.report(upload_and_publish(stack, new_account(), new_picture()), declarations=declared)
    page = opened(open_page, person)
    page.get_by_role("button", name="Add it").click()
    assert "Fill in at least one field first." in alert(page)
    page.locator("[name=declarations][value=good_faith]").check()
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_text("Thank you. It was added.").first).to_be_visible()


def test_passed_deadline_is_shown_as_late(open_page: Open, stack: DeployedStack) -> None:
    page = opened(open_page, reported_upload(stack).person)
    expect(page.get_by_text("A reviewer will decide by")).to_be_visible()
    page.clock.set_system_time(datetime.now(UTC) + timedelta(hours=49))
    page.get_by_role("button", name="Refresh").click()
    expect(page.get_by_text("We are late.")).to_be_visible()
    expect(page.get_by_text("A reviewer will decide by")).to_have_count(0)


def test_worker_that_failed_to_load_is_reloaded_when_needed(open_page: Open, stack: DeployedStack) -> None:
    page = open_page("index.html")
    page.route("**/hashing/worker.js", lambda route: route.abort())
    page.goto(page.url.replace("index.html", "form.html"))
    form = ReportFormPage(page, stack)
    with page.expect_event("requestfailed"):
        form.locate_image("I have it on this device")
    page.set_input_files("#pictures", file_payload("mine.jpg", new_picture()))
    expect(page.get_by_role("alert").first).to_be_visible()
    assert "mine.jpg" in alert(page)
    page.unroute("**/hashing/worker.js")
    page.set_input_files("#pictures", file_payload("mine.jpg", new_picture()))
    expect(page.locator(".pictures").get_by_text("mine.jpg", exact=True)).to_be_visible()


def test_requests_made_by_the_worker_are_counted(open_page: Open, stack: DeployedStack) -> None:
    """The page counts its requests, to show that it sends no image. Here the worker sends a request."""

    def modify_worker(route: Route) -> None:
        code = route.fetch().text()
        assert code.count("await decode(file)") == 1
        changed = code.replace(
            "await decode(file)", "(fetch('worker.js').then((one) => one.text()), await decode(file))"
        )
        route.fulfill(body=changed, content_type="text/javascript")

    page = open_page("index.html")
    page.route("**/hashing/worker.js", modify_worker, times=1)
    page.goto(page.url.replace("index.html", "form.html"))
    ReportFormPage(page, stack).locate_image("I have it on this device")
    wait_for_hasher(page)
    page.set_input_files("#pictures", file_payload("mine.jpg", new_picture()))
    count = page.get_by_text("Requests that this page has made since you chose the image")
    expect(count).to_contain_text("chose the image: 1.")


def test_form_waits_for_an_image_that_is_still_being_hashed(open_page: Open, stack: DeployedStack) -> None:
    page = open_page("index.html")
    held: list[Route] = []
    page.route("**/hashing/pdq.js", lambda route: held.append(route))  # noqa: PLW0108
    page.goto(page.url.replace("index.html", "form.html"))
    form = ReportFormPage(page, stack)
    form.locate_image("I have it on this device")
    page.set_input_files("#pictures", file_payload("mine.jpg", new_picture()))
    form.continue_()
    assert "Please wait" in alert(page)
    for route in held:
        route.continue_()
    expect(page.locator(".pictures").get_by_text("mine.jpg", exact=True)).to_be_visible()
    form.continue_()
    expect(page.get_by_label("I am the person shown").first).to_be_visible()
