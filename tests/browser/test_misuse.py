"""An account whose uploads are stopped again and again, looked at and decided from the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.opened import findings
from tests.browser.reviewing import Desk
from tests.journeys.deployed import Deployed
from tests.journeys.scenes import posts_again, reported, reports_in_vain


@pytest.mark.law("EU6")
def test_a_reviewer_weighs_an_account_as_a_whole_and_suspends_it_for_a_time(
    open_page: Open, stack: Deployed
) -> None:
    account_id, _ = posts_again(stack)
    robin = Desk.of(open_page, stack, "robin")
    robin.page.get_by_role("link", name="Misuse").click()
    expect(robin.heading("Who goes on")).to_be_visible()
    assert findings(robin.page) == []
    robin.page.get_by_role("link", name=account_id).click()
    expect(robin.page.get_by_text("3 of 3 uploads")).to_be_visible()
    expect(robin.page.get_by_label("Days")).to_be_hidden()
    robin.outcome("suspend").check()
    robin.button("Decide").click()
    expect(robin.page.get_by_role("alert")).to_contain_text("Is it on purpose?")
    robin.page.get_by_label("Careless").check()
    robin.page.get_by_label("Days").fill("2")
    robin.page.get_by_label("Reasons").fill("It went on after the warning.")
    assert findings(robin.page) == []
    robin.page.reload()
    expect(robin.outcome("suspend")).to_be_checked()
    expect(robin.page.get_by_label("Days")).to_have_value("2")
    robin.button("Decide").click()
    expect(robin.heading("Who goes on")).to_be_visible()
    assert stack.app("beta").account(account_id)["state"] == "active"
    robin.send_now()
    assert stack.app("beta").account(account_id)["state"] == "blocked"
    robin.pending.get_by_role("link", name="Open").click()
    expect(robin.page.get_by_text("This review waits no more.")).to_be_visible()
    noor = Desk.of(open_page, stack, "noor")
    noor.page.get_by_role("link", name="Misuse").click()
    noor.page.get_by_role("table", name="Suspended now").get_by_role("link", name=account_id).click()
    noor.button("Lift the suspension").click()
    expect(noor.page.get_by_role("alert")).to_contain_text("Reasons")
    noor.page.get_by_label("Reasons").fill("They were provoked.")
    assert findings(noor.page) == []
    noor.button("Lift the suspension").click()
    expect(noor.page.get_by_text("A senior reviewer lifted it.").first).to_be_visible()
    assert stack.app("beta").account(account_id)["state"] == "active"


@pytest.mark.law("EU6")
def test_a_report_is_called_manifestly_unfounded_only_where_nothing_else_is_left(
    open_page: Open, stack: Deployed
) -> None:
    scene = reported(stack)
    robin = Desk.of(open_page, stack, "robin")
    robin.page.evaluate("(hash) => { location.hash = hash }", f"#/case/{scene.case_id}")
    robin.button("Work on it").click()
    unfounded = robin.page.get_by_label("Manifestly unfounded")
    robin.fill("not_violating", "A mountain.")
    expect(unfounded).to_be_hidden()
    robin.page.get_by_label("None of these").check()
    unfounded.check()
    robin.outcome("violating").check()
    expect(unfounded).to_be_hidden()
    robin.outcome("not_violating").check()
    expect(unfounded).to_be_checked()
    assert findings(robin.page) == []
    robin.button("Decide").last.click()
    robin.send_now()
    assert stack.reviewer("robin").case(scene.case_id)["decision"]["manifestly_unfounded"]


@pytest.mark.law("EU6")
def test_who_reports_is_weighed_without_being_named(open_page: Open, stack: Deployed) -> None:
    account_id, review_id = reports_in_vain(stack)
    kim = Desk.of(open_page, stack, "kim")
    kim.page.get_by_role("link", name="Misuse").click()
    kim.page.locator(f"a[href='#/misuse/{review_id}']").click()
    expect(kim.heading("Somebody who reports")).to_be_visible()
    expect(kim.page.get_by_text("3 of 3 reports")).to_be_visible()
    expect(kim.page.get_by_text(account_id)).to_have_count(0)
    kim.outcome("suspend").check()
    assert findings(kim.page) == []
