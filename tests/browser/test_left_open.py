"""A page that is left open, and one on which somebody types: what goes on by itself does no harm."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Dialog, Route, expect

from tests.browser.conftest import Open
from tests.browser.opened import findings
from tests.browser.reviewing import Desk
from tests.journeys.deployed import Deployed
from tests.journeys.scenes import new_account, reported, taken_down


@pytest.fixture
def case(stack: Deployed) -> str:
    return reported(stack).case_id


def claimed(open_page: Open, stack: Deployed, name: str, case_id: str) -> Desk:
    return Desk.at(open_page, stack, name, case_id, clock=True)


def refused_looks(stack: Deployed, case_id: str) -> int:
    chains = stack.reviewer("charlie").audit(case_id)["chains"]
    return sum(record["action"] == "look.refused" for chain in chains for record in chain["records"])


def test_whose_open_case_is_locked_is_told_once_and_the_picture_goes(
    open_page: Open, stack: Deployed, case: str
) -> None:
    desk = claimed(open_page, stack, "robin", case)
    stack.reviewer("robin").decide(case, "suspected_child")
    desk.page.clock.run_for(31_000)
    expect(desk.page.get_by_text("This case is locked.")).to_be_visible()
    assert desk.page.locator(".stage").count() == 0
    desk.complaints.expect("403|409|423")
    assert refused_looks(stack, case) == 1
    desk.page.clock.run_for(95_000)
    assert refused_looks(stack, case) == 1


def test_a_page_that_locked_its_case_does_not_ask_for_it_again(
    open_page: Open, stack: Deployed, case: str
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
    assert refused_looks(stack, case) == 0


def test_a_decision_that_goes_out_leaves_the_note_that_is_typed_alone(
    open_page: Open, stack: Deployed, case: str
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


def test_what_may_have_been_sent_can_be_sent_again_and_not_undone(
    open_page: Open, stack: Deployed, case: str
) -> None:
    desk = claimed(open_page, stack, "robin", case)

    def answer_lost(route: Route) -> None:
        route.fetch()
        route.fulfill(status=504, body="")

    desk.page.route("**/decision", answer_lost)
    desk.fill("not_violating")
    desk.button("Decide").last.click()
    desk.pending.get_by_role("button", name="Send now").click()
    unsure = desk.pending.get_by_text("It may have been sent.")
    expect(unsure).to_be_visible()
    expect(desk.pending.get_by_role("listitem")).to_be_focused()
    desk.complaints.expect("504")

    def agree(dialog: Dialog) -> None:
        dialog.accept()

    desk.page.on("dialog", agree)
    desk.page.reload()
    expect(unsure).to_be_visible()
    assert desk.pending.get_by_role("button", name="Undo").count() == 0
    desk.page.keyboard.press("u")
    desk.page.unroute("**/decision")
    desk.pending.get_by_role("button", name="Send again").click()
    expect(desk.pending.get_by_text("Sent.", exact=True)).to_be_visible()
    assert stack.reviewer("robin").case(case)["decision"]["outcome"] == "not_violating"


def test_an_answer_to_an_appeal_is_asked_for_once_and_said_to_be_sent_when_it_is(
    open_page: Open, stack: Deployed
) -> None:
    """Of a copy that the bank alone has stopped: it is first among the pictures of the case, and marked."""
    down, holder = taken_down(stack, "sasha"), new_account()
    copy = stack.app().upload(holder, down.picture)
    stack.drain()
    asked = {"account_id": holder, "upload_id": copy, "statement": "Mine."}
    appeal: Any = stack.app().answer("POST", "/v1/appeals", json=asked)
    desk = Desk.of(open_page, stack, "robin")
    there = f"#/appeals/{appeal['appeal_id']}"
    desk.page.evaluate("(hash) => { location.hash = hash }", there)
    assert len(stack.reviewer("robin").case(down.case_id)["uploads"]) == 2
    first = desk.page.get_by_role("heading", name="Picture 1 of 2").locator("..")
    expect(first.get_by_text("The appeal is about this one alone")).to_be_visible()
    expect(first.get_by_text(holder)).to_be_visible()
    desk.button("Look at the pictures, blurred").click()
    expect(desk.button("Picture 1: the appeal is about it")).to_have_attribute("aria-pressed", "true")
    expect(desk.page.get_by_text("Blurred and grey.")).to_be_visible()
    assert findings(desk.page) == []
    desk.outcome("rejected").check()
    desk.page.get_by_label("Reasons").fill("It stays down.")
    desk.button("Decide").click()
    expect(desk.page.get_by_role("heading", level=1, name="Appeals")).to_be_focused()
    desk.page.evaluate("(hash) => { location.hash = hash }", there)
    expect(desk.page.get_by_text("You answered this appeal; it is not sent yet.")).to_be_visible()
    assert desk.outcome("upheld").count() == 0
    desk.send_now()
    expect(desk.page.get_by_text("It was sent: this appeal is answered.")).to_be_visible()
    assert desk.page.get_by_text("it is not sent yet.").count() == 0


def test_a_case_that_is_left_to_others_is_theirs_at_once(open_page: Open, stack: Deployed, case: str) -> None:
    desk = claimed(open_page, stack, "robin", case)
    desk.button("Next case").click()
    expect(desk.page.get_by_text("This is the next case.").first).to_be_visible()
    desk.button("Leave it to others for now").click()
    expect(desk.heading("Nothing waits")).to_be_focused()
    assert stack.reviewer("kim").claim(case)["claimed_by_you"]


def test_a_view_that_can_t_be_loaded_says_so_and_can_be_asked_for_again(
    open_page: Open, stack: Deployed
) -> None:
    desk = Desk.of(open_page, stack, "noor")
    desk.page.route("**/review/figures.js", lambda route: route.abort())
    desk.page.get_by_role("link", name="Figures").click()
    expect(desk.page.get_by_role("alert")).to_contain_text("There is no connection")
    desk.page.unroute("**/review/figures.js")
    desk.button("Try again").click()
    expect(desk.heading("Figures")).to_be_focused()
    desk.complaints.expect("ERR_FAILED")
