"""Reviewers decide misuse reviews of accounts and reporters on the console."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.page_checks import axe_violations
from tests.browser.review_pages import ReviewPage
from tests.journeys.deployed import DeployedStack
from tests.journeys.reported_uploads import repeat_offender, reported_upload, unfounded_reporter


@pytest.mark.law("EU6")
def test_reviewer_reviews_an_account_and_suspends_it(open_page: Open, stack: DeployedStack) -> None:
    account_id, _ = repeat_offender(stack)
    robin = ReviewPage.signed_in(open_page, stack, "robin")
    robin.page.get_by_role("link", name="Misuse").click()
    expect(robin.heading("Repeated misuse")).to_be_visible()
    assert axe_violations(robin.page) == []
    robin.page.get_by_role("link", name=account_id).click()
    expect(robin.page.get_by_text("3 of 3 uploads")).to_be_visible()
    expect(robin.page.get_by_label("Days")).to_be_hidden()
    robin.outcome("suspend").check()
    robin.button("Decide").click()
    expect(robin.page.get_by_role("alert")).to_contain_text("Is it intentional?")
    robin.page.get_by_label("Careless").check()
    robin.page.get_by_label("Days").fill("2")
    robin.page.get_by_label("Reasons").fill("It continued after the warning.")
    assert axe_violations(robin.page) == []
    robin.page.reload()
    expect(robin.outcome("suspend")).to_be_checked()
    expect(robin.page.get_by_label("Days")).to_have_value("2")
    robin.button("Decide").click()
    expect(robin.heading("Repeated misuse")).to_be_visible()
    assert stack.app("beta").account(account_id)["state"] == "active"
    robin.send_now()
    assert stack.app("beta").account(account_id)["state"] == "blocked"
    robin.pending_decisions.get_by_role("link", name="Open").click()
    expect(robin.page.get_by_text("This review has already been decided.")).to_be_visible()
    noor = ReviewPage.signed_in(open_page, stack, "noor")
    noor.page.get_by_role("link", name="Misuse").click()
    noor.page.get_by_role("table", name="Suspended now").get_by_role("link", name=account_id).click()
    noor.button("Lift the suspension").click()
    expect(noor.page.get_by_role("alert")).to_contain_text("Reasons")
    noor.page.get_by_label("Reasons").fill("They were provoked.")
    assert axe_violations(noor.page) == []
    noor.button("Lift the suspension").click()
    expect(noor.page.get_by_text("A senior reviewer lifted it.").first).to_be_visible()
    assert stack.app("beta").account(account_id)["state"] == "active"


@pytest.mark.law("EU6")
def test_unfounded_option_appears_only_for_a_clear_dismissal(open_page: Open, stack: DeployedStack) -> None:
    scene = reported_upload(stack)
    robin = ReviewPage.signed_in(open_page, stack, "robin")
    robin.page.evaluate("(hash) => { location.hash = hash }", f"#/case/{scene.case_id}")
    robin.button("Claim this case").click()
    unfounded = robin.page.get_by_label("Manifestly unfounded")
    robin.fill("not_violating", "A mountain.")
    expect(unfounded).to_be_hidden()
    robin.page.get_by_label("None of these").check()
    unfounded.check()
    robin.outcome("violating").check()
    expect(unfounded).to_be_hidden()
    robin.outcome("not_violating").check()
    expect(unfounded).to_be_checked()
    assert axe_violations(robin.page) == []
    robin.button("Decide").last.click()
    robin.send_now()
    assert stack.reviewer("robin").case(scene.case_id)["decision"]["manifestly_unfounded"]


@pytest.mark.law("EU6")
def test_reporter_is_reviewed_without_being_named(open_page: Open, stack: DeployedStack) -> None:
    account_id, review_id = unfounded_reporter(stack)
    kim = ReviewPage.signed_in(open_page, stack, "kim")
    kim.page.get_by_role("link", name="Misuse").click()
    kim.page.locator(f"a[href='#/misuse/{review_id}']").click()
    expect(kim.heading("Reporter")).to_be_visible()
    expect(kim.page.get_by_text("3 of 3 reports")).to_be_visible()
    expect(kim.page.get_by_text(account_id)).to_have_count(0)
    kim.outcome("suspend").check()
    assert axe_violations(kim.page) == []
