"""What goes wrong around a report, and costs the person who sent it nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Open
from tests.browser.opened import Complaints
from tests.browser.reporting import FilledForm, alert, chosen, hasher_is_there
from tests.journeys.clients import Person
from tests.journeys.deployed import Deployed
from tests.journeys.scenes import new_account, new_picture, published, reported


def opened(open_page: Open, person: Person) -> Page:
    page = open_page("status.html")
    page.fill("#number", person.case_number)
    page.fill("#secret", person.secret)
    page.click("#open")
    page.get_by_role("heading", name=f"Report {person.case_number}").wait_for()
    return page


def test_a_report_that_is_still_being_filed_is_waited_for(open_page: Open, stack: Deployed) -> None:
    page = open_page("form.html")
    asked: list[str | None] = []

    def busy_at_first(route: Route) -> None:
        asked.append(route.request.header_value("idempotency-key"))
        if len(asked) > 1:
            route.continue_()
        else:
            problem = {"type": "urn:x/still-running", "status": 409, "title": "", "detail": "jargon"}
            route.fulfill(status=409, json=problem)

    page.route("**/v1/reports", busy_at_first)
    form = FilledForm(page, stack)
    form.posted(published(stack, new_account(), new_picture()))
    form.sent()
    assert len(asked) == 2
    assert len(set(asked)) == 1
    Complaints.of(page).expect("409")


def test_changing_what_mail_may_say_leaves_an_appeal_that_is_typed_alone(
    open_page: Open, stack: Deployed
) -> None:
    scene, robin = reported(stack), stack.reviewer()
    robin.claim(scene.case_id)
    robin.decide(scene.case_id, "not_violating")
    page = opened(open_page, scene.person)
    page.fill("#appeal", "It shows me.")
    page.get_by_text("How we reach you").click()
    page.get_by_label("No e-mail").check()
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_text("It was changed.").first).to_be_visible()
    assert page.input_value("#appeal") == "It shows me."
    page.get_by_role("button", name="Send the appeal").click()
    expect(page.get_by_text("We have your appeal.").first).to_be_visible()


def test_nothing_is_said_to_be_added_when_nothing_was(open_page: Open, stack: Deployed) -> None:
    person = stack.person()
    declared = {
        "intimate": True,
        "without_consent": True,
        "subject_or_representative": True,
        "good_faith": False,
    }
    person.report(published(stack, new_account(), new_picture()), declarations=declared)
    page = opened(open_page, person)
    page.get_by_role("button", name="Add it").click()
    assert "Fill in something first." in alert(page)
    page.locator("[name=declarations][value=good_faith]").check()
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_text("Thank you. It was added.").first).to_be_visible()


def test_a_deadline_that_is_over_is_no_promise(open_page: Open, stack: Deployed) -> None:
    page = opened(open_page, reported(stack).person)
    expect(page.get_by_text("It will be decided by")).to_be_visible()
    page.clock.set_system_time(datetime.now(UTC) + timedelta(hours=49))
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_text("We are late.")).to_be_visible()
    expect(page.get_by_text("It will be decided by")).to_have_count(0)


def test_a_worker_that_did_not_load_is_loaded_again_when_it_is_needed(
    open_page: Open, stack: Deployed
) -> None:
    page = open_page("index.html")
    page.route("**/hashing/worker.js", lambda route: route.abort())
    page.goto(page.url.replace("index.html", "form.html"))
    form = FilledForm(page, stack)
    with page.expect_event("requestfailed"):
        form.where("I have it on this device")
    page.set_input_files("#pictures", chosen("mine.jpg", new_picture()))
    expect(page.get_by_role("alert").first).to_be_visible()
    assert "mine.jpg" in alert(page)
    page.unroute("**/hashing/worker.js")
    page.set_input_files("#pictures", chosen("mine.jpg", new_picture()))
    expect(page.locator(".pictures").get_by_text("mine.jpg", exact=True)).to_be_visible()


def test_what_the_worker_asks_for_is_counted_too(open_page: Open, stack: Deployed) -> None:
    """The proof on the page that no picture has left it: here somebody has changed the worker."""

    def betray(route: Route) -> None:
        code = route.fetch().text()
        assert code.count("await decode(file)") == 1
        changed = code.replace(
            "await decode(file)", "(fetch('worker.js').then((one) => one.text()), await decode(file))"
        )
        route.fulfill(body=changed, content_type="text/javascript")

    page = open_page("index.html")
    page.route("**/hashing/worker.js", betray, times=1)
    page.goto(page.url.replace("index.html", "form.html"))
    FilledForm(page, stack).where("I have it on this device")
    hasher_is_there(page)
    page.set_input_files("#pictures", chosen("mine.jpg", new_picture()))
    said = page.get_by_text("Requests that this page has made since you chose it")
    expect(said).to_contain_text("chose it: 1.")


def test_nobody_goes_on_without_a_picture_that_is_still_being_worked_on(
    open_page: Open, stack: Deployed
) -> None:
    page = open_page("index.html")
    held: list[Route] = []
    page.route("**/hashing/pdq.js", lambda route: held.append(route))  # noqa: PLW0108
    page.goto(page.url.replace("index.html", "form.html"))
    form = FilledForm(page, stack)
    form.where("I have it on this device")
    page.set_input_files("#pictures", chosen("mine.jpg", new_picture()))
    form.go_on()
    assert "One moment" in alert(page)
    for route in held:
        route.continue_()
    expect(page.locator(".pictures").get_by_text("mine.jpg", exact=True)).to_be_visible()
    form.go_on()
    expect(page.get_by_label("I am the person shown").first).to_be_visible()
