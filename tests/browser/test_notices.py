"""The holder of a blocked account opens the notice by its link, appeals, and reads the outcome."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.page_checks import ConsoleErrors
from tests.browser.report_pages import alert, axe_violations_in_both_themes, heading
from tests.browser.review_pages import ReviewPage
from tests.journeys.clients import appeal_decision
from tests.journeys.deployed import DeployedStack
from tests.journeys.reported_uploads import ReportedUpload, new_account, removed_upload


def link_of(stack: DeployedStack, scene: ReportedUpload) -> str:
    """Return the link to the statement of reasons, as the platform passes it on."""
    notices = f"/v1/accounts/{scene.account_id}/notices"
    (statement,) = (
        one
        for one in stack.app().answer("GET", notices)["notices"]
        if one["kind"] == "statement_of_reasons" and one["case_id"] == scene.case_id
    )
    token = stack.app().answer("POST", f"{notices}/{statement['notice_id']}/link")["token"]
    stack.watch.add_private(token)
    return f"notice.html#{token}"


def send_appeal(page: Page) -> None:
    page.get_by_role("button", name="Send the appeal").click()


@pytest.mark.law("EU3", "EU4")
def test_notice_shows_the_decision_and_the_outcome_of_its_appeal(
    open_page: Open, stack: DeployedStack
) -> None:
    scene = removed_upload(stack)
    link = link_of(stack, scene)
    page = open_page(link, phone=True)
    page.locator(".letter").wait_for()
    text = page.locator("main").inner_text()
    assert scene.account_id in text
    assert "A person made the decision, not an automated system." in text
    assert scene.person.case_number not in text
    assert axe_violations_in_both_themes(page) == []

    send_appeal(page)
    assert "Write why the decision is wrong." in alert(page)
    page.route("**/v1/notices/**", lambda route: route.fulfill(status=503, body="{}"))
    page.fill("#appeal", "It is a statue in a museum.")
    send_appeal(page)
    page.get_by_text("Our service is not responding.").wait_for()
    assert page.input_value("#appeal") == "It is a statue in a museum."
    page.unroute("**/v1/notices/**")
    send_appeal(page)
    page.get_by_text("We received your appeal.").first.wait_for()
    assert "Waiting for a decision" in page.locator("main").inner_text()
    assert page.get_by_role("button", name="Send the appeal").count() == 0
    assert axe_violations_in_both_themes(page) == []

    sasha = stack.reviewer("sasha")
    (waiting,) = sasha.answer("GET", "/v1/review/appeals")["appeals"]
    assert waiting["statement"] == "It is a statue in a museum."
    decided = f"/v1/review/appeals/{waiting['appeal_id']}/decision"
    sasha.answer("POST", decided, json=appeal_decision("upheld"))
    stack.drain()
    page.reload()
    page.get_by_text("Appeal granted", exact=True).wait_for()
    assert axe_violations_in_both_themes(page) == []
    ConsoleErrors.of(page).expect("503")


def test_broken_notice_link_explains_what_to_do(open_page: Open, stack: DeployedStack) -> None:
    link = link_of(stack, removed_upload(stack))
    for broken in ("notice.html", "notice.html#", link[:-3], "notice.html#%E0%A4%A"):
        page = open_page(broken, phone=True)
        message = alert(page)
        assert "link" in message
        assert "ask the platform for a new one" in message
        if not broken.endswith(("html", "#")):
            ConsoleErrors.of(page).expect("404")
    assert axe_violations_in_both_themes(page) == []


def test_notice_can_be_retried_when_the_service_is_down(open_page: Open, stack: DeployedStack) -> None:
    link = link_of(stack, removed_upload(stack))
    page = open_page("index.html", phone=True)
    page.route("**/v1/notices/**", lambda route: route.fulfill(status=500, body="{}"))
    page.goto(stack.description["console_url"] + link)
    assert "Something went wrong on our side." in alert(page)
    page.unroute("**/v1/notices/**")
    page.get_by_role("button", name="Try again").click()
    page.locator(".letter").wait_for()
    assert heading(page).inner_text() == "What we decided about your account"
    ConsoleErrors.of(page).expect("500")


@pytest.mark.law("EU3")
def test_notice_of_one_image_names_its_upload_date(open_page: Open, stack: DeployedStack) -> None:
    picture, other, alpha = removed_upload(stack).picture, new_account(), stack.app()
    alpha.upload(other, picture)
    stack.drain()
    (notice,) = alpha.notices(other)
    page = open_page(f"notice.html#{alpha.link(other, notice['notice_id'])}", phone=True)
    page.locator(".letter").wait_for()
    assert heading(page).inner_text() == "What we did with your image"
    assert "You uploaded it on " in page.locator("main").inner_text()


def test_old_notice_link_has_expired(open_page: Open, stack: DeployedStack) -> None:
    """This test advances the clock of the stack, so the tests after it must not depend on its time."""
    link = link_of(stack, removed_upload(stack))
    stack.stack.clock.advance(timedelta(days=220))
    page = open_page(link, phone=True)
    assert "This link does not work, or it has expired." in alert(page)
    ConsoleErrors.of(page).expect("404")


def test_notice_link_fixed_in_the_address_bar_opens(open_page: Open, stack: DeployedStack) -> None:
    scene = removed_upload(stack)
    path, _, token = link_of(stack, scene).partition("#")
    page = open_page(f"{path}#{token[:-9]}")
    alert(page)
    ConsoleErrors.of(page).expect("404|422")
    page.evaluate("(whole) => { location.hash = whole }", token)
    page.locator(".letter").wait_for()
    assert scene.account_id in page.locator("main").inner_text()


@pytest.mark.law("EU4")
def test_manual_block_is_appealed_by_link_and_lifted(open_page: Open, stack: DeployedStack) -> None:
    account_id, alpha, noor = new_account(), stack.app(), stack.reviewer("noor")
    block = {"platform": "alpha", "reason": "It sells what others posted."}
    noor.answer("POST", f"/v1/accounts/{account_id}/block", json=block)
    stack.drain()
    (notice,) = alpha.notices(account_id)
    page = open_page(f"notice.html#{alpha.link(account_id, notice['notice_id'])}", phone=True)
    page.fill("#appeal", "My account was stolen.")
    assert "If your appeal is granted, the block is lifted." in page.locator("main").inner_text()
    send_appeal(page)
    page.get_by_text("We received your appeal.").first.wait_for()

    waiting = noor.answer("GET", "/v1/review/appeals?limit=100")["appeals"]
    (appeal,) = [one for one in waiting if one["account_id"] == account_id]
    path = f"#/appeals/{appeal['appeal_id']}"
    own = ReviewPage.signed_in(open_page, stack, "noor")
    own.page.evaluate("(hash) => { location.hash = hash }", path)
    expect(own.page.get_by_text("You set this block.")).to_be_visible()
    desk = ReviewPage.signed_in(open_page, stack, "sasha")
    desk.page.evaluate("() => { location.hash = '#/appeals' }")
    expect(desk.page.get_by_text("Manual block").first).to_be_visible()
    desk.page.evaluate("(hash) => { location.hash = hash }", path)
    expect(desk.page.get_by_text(block["reason"])).to_be_visible()
    assert axe_violations_in_both_themes(desk.page) == []
    desk.outcome("upheld").check()
    desk.page.get_by_label("Reasons").fill("It was stolen.")
    desk.button("Decide").click()
    desk.send_now()
    assert alpha.account(account_id)["state"] == "active"
    page.reload()
    page.get_by_text("the block was lifted").wait_for()
