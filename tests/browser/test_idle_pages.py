"""Pages that stay open or are being typed on: automatic updates lose no input and reveal no image."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Dialog, Route, expect

from tests.browser.conftest import Open
from tests.browser.page_checks import axe_violations
from tests.browser.review_pages import ReviewPage
from tests.journeys.deployed import DeployedStack
from tests.journeys.reported_uploads import new_account, removed_upload, reported_upload


@pytest.fixture
def case(stack: DeployedStack) -> str:
    return reported_upload(stack).case_id


def claimed(open_page: Open, stack: DeployedStack, name: str, case_id: str) -> ReviewPage:
    return ReviewPage.at_case(open_page, stack, name, case_id, clock=True)


def denied_reveals(stack: DeployedStack, case_id: str) -> int:
    chains = stack.reviewer("charlie").audit(case_id)["chains"]
    return sum(record["action"] == "look.refused" for chain in chains for record in chain["records"])


def test_locked_case_hides_the_image_on_an_open_page(
    open_page: Open, stack: DeployedStack, case: str
) -> None:
    desk = claimed(open_page, stack, "robin", case)
    stack.reviewer("robin").decide(case, "suspected_child")
    desk.page.clock.run_for(31_000)
    expect(desk.page.get_by_text("This case is locked.")).to_be_visible()
    assert desk.page.locator(".stage").count() == 0
    desk.console_errors.expect("403|409|423")
    assert denied_reveals(stack, case) == 1
    desk.page.clock.run_for(95_000)
    assert denied_reveals(stack, case) == 1


def test_page_that_locked_its_case_requests_no_further_reveals(
    open_page: Open, stack: DeployedStack, case: str
) -> None:
    desk = claimed(open_page, stack, "robin", case)
    desk.fill("suspected_child")
    desk.button("Decide").last.click()
    dialog = desk.page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("child")
    dialog.get_by_role("button", name="It is a suspected child").click()
    desk.send_now()
    expect(desk.page.get_by_text("This case is locked.")).to_be_visible()
    desk.page.clock.run_for(95_000)
    assert denied_reveals(stack, case) == 0


def test_sending_a_decision_keeps_the_note_being_typed(
    open_page: Open, stack: DeployedStack, case: str
) -> None:
    desk = claimed(open_page, stack, "robin", case)
    desk.fill("not_violating")
    desk.button("Decide").last.click()
    note = desk.page.get_by_label("Write a note")
    note.press_sequentially("Half a")
    desk.page.clock.run_for(31_000)
    expect(desk.heading("The decision")).to_be_visible()
    desk.page.keyboard.type(" note")
    expect(note).to_have_value("Half a note")
    assert desk.case_id == case


def test_unconfirmed_decision_can_be_resent_but_not_undone(
    open_page: Open, stack: DeployedStack, case: str
) -> None:
    desk = claimed(open_page, stack, "robin", case)

    def answer_lost(route: Route) -> None:
        route.fetch()
        route.fulfill(status=504, body="")

    desk.page.route("**/decision", answer_lost)
    desk.fill("not_violating")
    desk.button("Decide").last.click()
    desk.pending_decisions.get_by_role("button", name="Send now").click()
    unsure = desk.pending_decisions.get_by_text("It may have been sent.")
    expect(unsure).to_be_visible()
    expect(desk.pending_decisions.get_by_role("listitem")).to_be_focused()
    desk.console_errors.expect("504")

    def accept(dialog: Dialog) -> None:
        dialog.accept()

    desk.page.on("dialog", accept)
    desk.page.reload()
    expect(unsure).to_be_visible()
    assert desk.pending_decisions.get_by_role("button", name="Undo").count() == 0
    desk.page.keyboard.press("u")
    desk.page.unroute("**/decision")
    desk.pending_decisions.get_by_role("button", name="Send again").click()
    expect(desk.pending_decisions.get_by_text("Sent.", exact=True)).to_be_visible()
    assert stack.reviewer("robin").case(case)["decision"]["outcome"] == "not_violating"


def test_appeal_decision_is_shown_as_sent_only_once_sent(open_page: Open, stack: DeployedStack) -> None:
    """The appeal is about a copy that a match stopped. It is the first image of the case, and marked."""
    down, holder = removed_upload(stack, "sasha"), new_account()
    copy = stack.app().upload(holder, down.picture)
    stack.drain()
    appeal_body = {"account_id": holder, "upload_id": copy, "statement": "Mine."}
    appeal: Any = stack.app().answer("POST", "/v1/appeals", json=appeal_body)
    desk = ReviewPage.signed_in(open_page, stack, "robin")
    path = f"#/appeals/{appeal['appeal_id']}"
    desk.page.evaluate("(hash) => { location.hash = hash }", path)
    assert len(stack.reviewer("robin").case(down.case_id)["uploads"]) == 2
    first = desk.page.get_by_role("heading", name="Image 1 of 2").locator("..")
    expect(first.get_by_text("The appeal is about this image only")).to_be_visible()
    expect(first.get_by_text(holder)).to_be_visible()
    desk.button("Show the images, blurred").click()
    expect(desk.button("Image 1: the appeal is about it")).to_have_attribute("aria-pressed", "true")
    expect(desk.page.get_by_text("Blurred and grey.")).to_be_visible()
    assert axe_violations(desk.page) == []
    desk.outcome("rejected").check()
    desk.page.get_by_label("Reasons").fill("It stays down.")
    desk.button("Decide").click()
    expect(desk.page.get_by_role("heading", level=1, name="Appeals")).to_be_focused()
    desk.page.evaluate("(hash) => { location.hash = hash }", path)
    expect(desk.page.get_by_text("You decided this appeal. The decision is not sent yet.")).to_be_visible()
    assert desk.outcome("upheld").count() == 0
    desk.send_now()
    expect(desk.page.get_by_text("Your decision on this appeal was sent.")).to_be_visible()
    assert desk.page.get_by_text("is not sent yet.").count() == 0


def test_unclaimed_case_is_available_to_others_at_once(
    open_page: Open, stack: DeployedStack, case: str
) -> None:
    desk = claimed(open_page, stack, "robin", case)
    desk.button("Next case").click()
    expect(desk.page.get_by_text("This is the next case.").first).to_be_visible()
    desk.button("Leave it to others for now").click()
    expect(desk.heading("No waiting cases")).to_be_focused()
    assert stack.reviewer("kim").claim(case)["claimed_by_you"]


def test_view_that_fails_to_load_shows_an_error_and_a_retry(open_page: Open, stack: DeployedStack) -> None:
    desk = ReviewPage.signed_in(open_page, stack, "noor")
    desk.page.route("**/review/metrics.js", lambda route: route.abort())
    desk.page.get_by_role("link", name="Metrics").click()
    expect(desk.page.get_by_role("alert")).to_contain_text("There is no connection")
    desk.page.unroute("**/review/metrics.js")
    desk.button("Try again").click()
    expect(desk.heading("Metrics")).to_be_focused()
    desk.console_errors.expect("ERR_FAILED")
