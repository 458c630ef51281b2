"""Reviewers work with the console: queue, decisions, appeals, bank and accounts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Dialog, Route, expect

from tests.browser.conftest import Open
from tests.browser.page_checks import axe_violations
from tests.browser.review_pages import ReviewPage, reported, reviewer_credentials, sign_in_script
from tests.journeys.deployed import DeployedStack
from tests.journeys.reported_uploads import removed_upload
from tests.journeys.reported_uploads import reported_upload as reported_by


@pytest.fixture
def case(stack: DeployedStack) -> str:
    """An open case, with an image of its own."""
    return reported_by(stack).case_id


def recorded_reveals(stack: DeployedStack, case_id: str) -> list[bool]:
    """Return whether each recorded reveal was sharp."""
    chains = stack.reviewer("noor").audit(case_id)["chains"]
    records = [record for chain in chains for record in chain["records"]]
    return [record["details"]["sharp"] for record in records if record["action"] == "image.looked_at"]


def state(stack: DeployedStack, case_id: str) -> Any:
    return stack.reviewer("ada").case(case_id)["state"]


@pytest.fixture
def alone(stack: DeployedStack) -> None:
    """Decide all open cases, so that the next one belongs to the test. Request it before `case`."""
    for waiting in stack.reviewer("kim").answer("GET", "/v1/review/queue?limit=100")["cases"]:
        for name in ("kim", "robin", "sasha"):
            claimed = stack.reviewer(name).post(f"/v1/review/cases/{waiting['case_id']}/claim")
            if claimed.ok:
                stack.reviewer(name).decide(waiting["case_id"], "not_violating")
                break


def test_case_and_appeal_are_decided_by_mouse(open_page: Open, stack: DeployedStack, alone: None) -> None:
    """A reviewer reveals the image and decides. Another reviewer grants the appeal."""
    case_id = reported(stack, "mallory", "coffee")
    robin = ReviewPage.signed_in(open_page, stack, "robin")
    assert robin.claim_next() == case_id
    robin.button("Hold to see it sharp").hover()
    robin.page.mouse.down()
    expect(robin.sharp_image).to_be_visible()
    robin.page.mouse.up()
    robin.fill()
    robin.button("Decide and next").click()
    expect(robin.heading("No waiting cases")).to_be_visible()
    assert state(stack, case_id) == "open"
    robin.send_now()
    assert state(stack, case_id) == "decided"
    assert recorded_reveals(stack, case_id) == [False, True]

    appeal = {"account_id": "mallory", "case_id": case_id, "statement": "It is a cup of coffee."}
    stack.app().answer("POST", "/v1/appeals", json=appeal)
    robin.page.get_by_role("link", name="Appeals").click()
    expect(robin.page.get_by_text("Others only: you took part")).to_be_visible()
    sasha = ReviewPage.signed_in(open_page, stack, "sasha")
    sasha.open_appeal()
    expect(sasha.page.get_by_text("It is a cup of coffee.")).to_be_visible()
    sasha.outcome("upheld").check()
    sasha.page.get_by_label("Reasons").fill("It is.")
    sasha.button("Decide").click()
    sasha.send_now()
    assert state(stack, case_id) == "reversed"


def test_case_is_decided_by_keyboard_alone(
    open_page: Open, stack: DeployedStack, alone: None, case: str
) -> None:
    page = open_page("review.html")
    desk, keys = ReviewPage(page), page.keyboard
    expect(page.get_by_label("Name")).to_be_focused()
    keys.type("robin")
    keys.press("Tab")
    keys.type(reviewer_credentials(stack, "robin")["password"])
    keys.press("Enter")
    expect(desk.heading("Queue")).to_be_focused()
    keys.press("n")
    expect(page.get_by_text("Blurred and grey.")).to_be_visible()
    expect(desk.heading("Case")).to_be_focused()
    keys.press("h")
    expect(desk.button("Hold to see it sharp")).to_be_focused()
    keys.down("Space")
    expect(desk.sharp_image).to_be_visible()
    keys.up("Space")
    expect(desk.sharp_image).to_have_count(0)
    keys.press("2")
    expect(desk.outcome("not_violating")).to_be_checked()
    for _ in range(8):
        keys.press("Tab")
        if page.get_by_label("None of these").evaluate("(one) => one === document.activeElement"):
            break
    keys.press("Space")
    keys.press("Tab")
    keys.press("Space")
    expect(page.get_by_role("radio", name="Private", exact=True)).to_be_checked()
    keys.press("Tab")
    keys.press("Space")
    keys.press("r")
    keys.type("It shows nothing intimate.")
    keys.press("Tab")
    keys.press("Shift+D")
    expect(desk.heading("No waiting cases")).to_be_visible()
    keys.press("u")
    expect(desk.heading("Case")).to_be_visible()
    expect(page.get_by_label("Reasons")).to_have_value("It shows nothing intimate.")
    keys.press("d")
    expect(desk.pending_decisions).to_contain_text("sent in")
    assert state(stack, case) == "open"
    desk.pending_decisions.get_by_role("button", name="Send now").focus()
    keys.press("Enter")
    expect(desk.pending_decisions.get_by_text("Sent.", exact=True)).to_be_visible()
    assert state(stack, case) == "decided"


def test_shortcuts_are_listed_and_can_be_disabled(open_page: Open, stack: DeployedStack, case: str) -> None:
    desk = ReviewPage.signed_in(open_page, stack, "robin")
    desk.page.keyboard.press("?")
    expect(desk.page.get_by_role("dialog")).to_contain_text("Next case")
    desk.page.get_by_label("One-key shortcuts are on").uncheck()
    desk.button("Close").click()
    desk.page.keyboard.press("n")
    desk.page.keyboard.press("a")
    desk.page.wait_for_timeout(200)
    expect(desk.heading("Queue")).to_be_visible()
    expect(desk.button("Next case").first.locator("kbd")).to_be_hidden()


class TestRevealButton:
    def test_image_is_sharp_only_while_the_button_is_held(
        self, open_page: Open, stack: DeployedStack, case: str
    ) -> None:
        desk = ReviewPage.at_case(open_page, stack, "robin", case)
        page, hold = desk.page, desk.button("Hold to see it sharp")
        # Hover, click, double click and focus reveal nothing.
        hold.hover()
        page.locator(".stage").hover()
        page.locator(".stage").click()
        page.locator(".stage").dblclick()
        hold.focus()
        page.wait_for_timeout(300)
        assert desk.sharp_image.count() == 0
        assert recorded_reveals(stack, case) == [False]
        hold.hover()
        page.mouse.down()
        expect(desk.sharp_image).to_be_visible()
        page.mouse.up()
        expect(desk.sharp_image).to_have_count(0)
        hold.focus()
        page.keyboard.down("Enter")
        expect(desk.sharp_image).to_be_visible()
        page.keyboard.up("Enter")
        expect(desk.sharp_image).to_have_count(0)
        page.keyboard.down("Space")
        expect(desk.sharp_image).to_be_visible()
        page.locator(".stage").focus()
        expect(desk.sharp_image).to_have_count(0)
        page.keyboard.up("Space")
        assert recorded_reveals(stack, case) == [False, True, True, True]
        expect(page.get_by_text("3 sharp views since your last break")).to_be_visible()

    def test_image_link_that_arrives_after_release_shows_nothing(
        self, open_page: Open, stack: DeployedStack, case: str
    ) -> None:
        desk = ReviewPage.at_case(open_page, stack, "robin", case)
        page = desk.page
        waiting: list[Route] = []
        page.route(re.compile("/reveal$"), lambda route: waiting.append(route))  # noqa: PLW0108
        desk.button("Hold to see it sharp").hover()
        page.mouse.down()
        while not waiting:
            page.wait_for_timeout(20)
        page.mouse.up()
        with page.expect_response(re.compile("/reveal$")):
            waiting[0].continue_()
        page.wait_for_timeout(200)
        assert desk.sharp_image.count() == 0

    def test_image_stays_blurred_when_zoomed(self, open_page: Open, stack: DeployedStack, case: str) -> None:
        desk = ReviewPage.at_case(open_page, stack, "robin", case)
        before = desk.page.locator(".stage img").bounding_box()
        desk.button("Larger").click()
        desk.button("Larger").click()
        after = desk.page.locator(".stage img").bounding_box()
        assert before and after and after["width"] > 1.9 * before["width"]
        image = desk.page.locator(".stage img")
        assert image.get_attribute("src", timeout=1000).startswith("data:image/jpeg")  # type: ignore[union-attr]
        assert image.evaluate("(one) => Math.max(one.naturalWidth, one.naturalHeight)") <= 320
        assert desk.sharp_image.count() == 0


class TestUndoPeriod:
    def test_decision_is_sent_only_after_thirty_seconds(
        self, open_page: Open, stack: DeployedStack, case: str
    ) -> None:
        desk = ReviewPage.at_case(open_page, stack, "robin", case, clock=True)
        desk.fill()
        desk.button("Decide").last.click()
        desk.page.keyboard.press("d")
        desk.page.keyboard.press("Shift+D")
        expect(desk.pending_decisions.get_by_role("listitem")).to_have_count(1)
        desk.page.clock.run_for(15_000)  # the real time of the test counts as well
        expect(desk.pending_decisions).to_contain_text(re.compile(r"sent in \d+ second"))
        assert state(stack, case) == "open"
        desk.page.clock.run_for(15_500)
        expect(desk.pending_decisions.get_by_text("Sent.", exact=True)).to_be_visible()
        assert state(stack, case) == "decided"

    def test_reload_neither_loses_nor_sends_a_pending_decision(
        self, open_page: Open, stack: DeployedStack, case: str
    ) -> None:
        desk = ReviewPage.at_case(open_page, stack, "robin", case)
        desk.fill(reasons="Thought about for long.")
        desk.button("Decide").last.click()
        expect(desk.pending_decisions).to_contain_text("sent in")
        asked: list[str] = []

        def accept(dialog: Dialog) -> None:
            asked.append(dialog.type)
            dialog.accept()

        desk.page.on("dialog", accept)
        desk.page.reload()
        expect(desk.pending_decisions).to_contain_text("Not sent, because the page was reloaded")
        assert asked == ["beforeunload"]
        assert state(stack, case) == "open"
        desk.pending_decisions.get_by_role("button", name="Undo").click()
        expect(desk.page.get_by_label("Reasons")).to_have_value("Thought about for long.")

    def test_suspected_child_decision_needs_a_typed_confirmation(
        self, open_page: Open, stack: DeployedStack, case: str
    ) -> None:
        desk = ReviewPage.at_case(open_page, stack, "robin", case)
        desk.fill("suspected_child")
        desk.button("Decide").last.click()
        dialog = desk.page.get_by_role("dialog")
        go = dialog.get_by_role("button", name="It is a suspected child")
        expect(go).to_be_disabled()
        desk.page.keyboard.press("Escape")
        expect(desk.pending_decisions).to_be_hidden()
        desk.button("Decide").last.click()
        dialog.get_by_role("textbox").fill("child")
        go.click()
        desk.send_now()
        locked = stack.reviewer("charlie").answer("GET", "/v1/review/locked")["cases"]
        assert case in [one["case_id"] for one in locked]
        expect(desk.page.get_by_text("This case is locked.")).to_be_visible()
        assert desk.page.locator(".stage").count() == 0

    def test_incomplete_decision_shows_an_error_and_is_not_queued(
        self, open_page: Open, stack: DeployedStack, case: str
    ) -> None:
        desk = ReviewPage.at_case(open_page, stack, "robin", case)
        desk.button("Decide").last.click()
        expect(desk.page.get_by_role("alert")).to_contain_text("Something is missing")
        expect(desk.outcome("violating")).to_be_focused()
        expect(desk.pending_decisions).to_be_hidden()


def test_lost_connection_loses_no_decision(open_page: Open, stack: DeployedStack, case: str) -> None:
    desk = ReviewPage.at_case(open_page, stack, "robin", case)
    desk.fill()
    desk.page.context.set_offline(True)
    desk.button("Decide").last.click()
    desk.pending_decisions.get_by_role("button", name="Send now").click()
    expect(desk.pending_decisions.get_by_role("alert")).to_contain_text("There is no connection")
    desk.console_errors.expect("ERR_INTERNET_DISCONNECTED")
    assert state(stack, case) == "open"
    desk.page.context.set_offline(False)
    desk.pending_decisions.get_by_role("button", name="Send again").click()
    expect(desk.pending_decisions.get_by_text("Sent.", exact=True)).to_be_visible()
    assert state(stack, case) == "decided"


def test_expired_session_resumes_where_it_was(open_page: Open, stack: DeployedStack, case: str) -> None:
    desk = ReviewPage.at_case(open_page, stack, "robin", case)
    desk.fill(reasons="Typed before the session ended.")
    desk.page.evaluate(
        """() => { const name = "staydown:tokens"; const tokens = JSON.parse(sessionStorage.getItem(name));
        tokens.AccessToken = tokens.AccessToken.slice(0, -6) + "AAAAAA"; tokens.RefreshToken = "gone";
        sessionStorage.setItem(name, JSON.stringify(tokens)); }"""
    )
    desk.button("Decide").last.click()
    desk.pending_decisions.get_by_role("button", name="Send now").click()
    dialog = desk.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Your session has ended.")
    expect(dialog.get_by_label("Name")).to_have_value("robin")
    assert axe_violations(desk.page) == []
    dialog.get_by_label("Password").fill(reviewer_credentials(stack, "robin")["password"])
    dialog.get_by_role("button", name="Sign in", exact=True).click()
    expect(desk.pending_decisions.get_by_text("Sent.", exact=True)).to_be_visible()
    desk.console_errors.expect("401|400")
    assert stack.reviewer("robin").case(case)["decision"]["reasons"] == "Typed before the session ended."


def test_session_renews_its_token(open_page: Open, stack: DeployedStack, case: str) -> None:
    desk = ReviewPage(open_page("review.html"))
    desk.sign_in("robin", reviewer_credentials(stack, "robin")["password"])
    expect(desk.heading("Queue")).to_be_visible()
    desk.page.evaluate(
        """() => { const name = "staydown:tokens"; const tokens = JSON.parse(sessionStorage.getItem(name));
        tokens.AccessToken = tokens.AccessToken.slice(0, -6) + "AAAAAA";
        sessionStorage.setItem(name, JSON.stringify(tokens)); }"""
    )
    desk.page.evaluate("(hash) => { location.hash = hash }", f"#/case/{case}")
    expect(desk.heading("Case")).to_be_focused()
    desk.console_errors.expect("401")


def test_conflicting_decisions_of_two_reviewers_are_reported(
    open_page: Open, stack: DeployedStack, alone: None, case: str
) -> None:
    robin, kim = (
        ReviewPage.signed_in(open_page, stack, "robin"),
        ReviewPage.signed_in(open_page, stack, "kim"),
    )
    kim.page.get_by_role("rowheader").get_by_role("link").click()
    expect(kim.button("Claim this case")).to_be_visible()
    assert robin.claim_next() == case
    kim.button("Claim this case").click()
    expect(kim.page.get_by_role("alert")).to_contain_text("Another reviewer is working on this case")
    expect(kim.page.get_by_text("Claimed by another reviewer until")).to_be_visible()
    assert kim.page.locator(".stage").count() == 0
    kim.console_errors.expect("409")
    kim.button("Next case").click()
    expect(kim.heading("No waiting cases")).to_be_visible()
    # The case changes while robin works on it.
    robin.fill()
    (upload,) = stack.reviewer("robin").case(case)["uploads"]
    again = stack.app(upload["platform"]).upload("walter", b"not an image")
    assert again
    stack.reviewer("robin").decide(case, "not_violating")
    robin.button("Decide").last.click()
    robin.pending_decisions.get_by_role("button", name="Send now").click()
    expect(robin.pending_decisions.get_by_role("alert")).to_contain_text(
        re.compile("already been decided|changed since")
    )
    robin.console_errors.expect("409|412")
    robin.pending_decisions.get_by_role("button", name="Undo").click()
    expect(robin.heading("The decision")).to_be_visible()


def test_new_reviewer_sets_a_password(open_page: Open, stack: DeployedStack) -> None:
    cognito = stack.stack.client("cognito-idp")
    pool = stack.description["user_pool_id"]
    cognito.admin_create_user(
        UserPoolId=pool, Username="newcomer", TemporaryPassword="Temporary-Pass1", MessageAction="SUPPRESS"
    )
    cognito.admin_add_user_to_group(UserPoolId=pool, Username="newcomer", GroupName="reviewer")
    desk = ReviewPage(open_page("review.html"))
    desk.sign_in("newcomer", "Temporary-Pass2")
    expect(desk.page.get_by_role("alert")).to_contain_text("user name or password is not correct")
    desk.console_errors.expect("400")
    desk.sign_in("newcomer", "Temporary-Pass1")
    desk.page.get_by_label("New password").fill("A-longer-Password-2")
    desk.button("Set it and sign in").click()
    expect(desk.heading("Queue")).to_be_visible()


def test_expired_password_challenge_restarts_sign_in(open_page: Open, stack: DeployedStack) -> None:
    cognito = stack.stack.client("cognito-idp")
    pool = stack.description["user_pool_id"]
    cognito.admin_create_user(
        UserPoolId=pool, Username="slow", TemporaryPassword="Temporary-Pass1", MessageAction="SUPPRESS"
    )
    desk = ReviewPage(open_page("review.html"))
    desk.sign_in("slow", "Temporary-Pass1")
    desk.page.get_by_label("New password").fill("A-longer-Password-2")
    expired = {"__type": "NotAuthorizedException", "message": "Invalid session for the user."}
    desk.page.route(
        stack.stack.endpoint + "/", lambda route: route.fulfill(status=400, json=expired), times=1
    )
    desk.button("Set it and sign in").click()
    expect(desk.page.get_by_role("alert")).to_contain_text("The sign-in timed out.")
    desk.console_errors.expect("400")
    expect(desk.page.get_by_label("Name")).to_have_value("slow")
    desk.page.get_by_label("Password", exact=True).fill("Temporary-Pass1")
    desk.button("Sign in").click()
    expect(desk.page.get_by_label("New password")).to_be_visible()


def test_signing_out_clears_the_tab(open_page: Open, stack: DeployedStack) -> None:
    desk = ReviewPage(open_page("review.html"))
    desk.sign_in("robin", reviewer_credentials(stack, "robin")["password"])
    expect(desk.heading("Queue")).to_be_visible()
    assert "eyJ" not in desk.page.evaluate("JSON.stringify(localStorage) + document.cookie")
    desk.button("Sign out").click()
    expect(desk.page.get_by_label("Password")).to_be_visible()
    kept = desk.page.evaluate("JSON.stringify([sessionStorage, localStorage])")
    assert "Token" not in kept
    assert "eyJ" not in kept


def test_every_view_is_accessible_in_both_themes_and_on_a_phone(
    open_page: Open, stack: DeployedStack
) -> None:
    down = removed_upload(stack, "sasha")
    stack.app().answer("POST", "/v1/appeals", json={"account_id": down.account_id, "statement": "Mine."})
    (appeal,) = stack.reviewer().answer("GET", "/v1/review/appeals")["appeals"]
    case_id = reported(stack, "trent", "rocket")
    stack.reviewer("noor").claim(case_id)
    views = {
        # Headings of consecutive views must begin differently, or the previous view passes for the next. The
        # queue is shown first.
        "nothing": "No waiting cases",
        "queue": "Queue",
        f"case/{case_id}": "Case",
        f"account/alpha/{down.account_id}": "Account",
        f"appeals/{appeal['appeal_id']}": "Appeal",
        f"case/{down.case_id}": "Case",
        "appeals": "Appeals",
        f"audit/{down.case_id}": "Audit",
        "bank": "Bank",
        "metrics": "Metrics",
        "pause": "Take your time",
    }
    desk = ReviewPage.signed_in(open_page, stack, "noor")
    for view, heading in views.items():
        desk.page.evaluate("(hash) => { location.hash = hash }", f"#/{view}")
        expect(desk.page.get_by_role("heading", level=1, name=heading)).to_be_focused()
        found = axe_violations(desk.page)
        desk.page.evaluate("document.documentElement.dataset.theme = 'dark'")
        desk.page.set_viewport_size({"width": 390, "height": 844})
        found += axe_violations(desk.page, "color-contrast", "target-size", "scrollable-region-focusable")
        wider = desk.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert (found, wider) == ([], 0), view
        desk.page.evaluate("document.documentElement.dataset.theme = 'light'")
        desk.page.set_viewport_size({"width": 1280, "height": 900})
    stack.reviewer("kim").answer(
        "POST",
        f"/v1/review/appeals/{appeal['appeal_id']}/decision",
        json={"outcome": "rejected", "reasons": "No."},
    )


def test_many_reports_are_shown_ten_at_a_time(open_page: Open, stack: DeployedStack, case: str) -> None:
    (upload,) = stack.reviewer("kim").case(case)["uploads"]
    for _ in range(11):
        stack.person().report(upload["upload_id"])
    robin = ReviewPage.at_case(open_page, stack, "robin", case)
    shown = robin.page.locator(".report")
    expect(shown).to_have_count(10)
    robin.button("Show more (2 left)").click()
    expect(shown).to_have_count(12)
    expect(robin.button("Show more")).to_have_count(0)


def test_a_senior_blocks_an_account_and_lifts_the_block(open_page: Open, stack: DeployedStack) -> None:
    desk = ReviewPage.signed_in(open_page, stack, "noor")
    desk.page.get_by_role("link", name="Accounts").click()
    desk.button("Find").click()
    expect(desk.page.get_by_role("alert")).to_contain_text("Enter the platform and the account ID.")
    desk.page.get_by_label("Platform").fill("alpha")
    desk.page.get_by_label("Account ID", exact=True).fill("someone")
    desk.button("Find").click()
    expect(desk.page.get_by_role("main").get_by_text("Active")).to_be_visible()
    desk.page.get_by_label("Reasons").fill("Threatens people.")
    desk.button("Block the account").click()
    expect(desk.page.get_by_role("main").get_by_text("Blocked", exact=True)).to_be_visible()
    assert stack.app().account("someone")["state"] == "blocked"
    desk.button("Lift the block").click()
    expect(desk.page.get_by_role("main").get_by_text("Active")).to_be_visible()
    assert stack.app().account("someone")["state"] == "active"


def test_restricted_group_sees_locked_cases_without_images(
    open_page: Open, stack: DeployedStack, case: str
) -> None:
    stack.reviewer("kim").claim(case)
    stack.reviewer("kim").decide(case, "suspected_child")
    page = open_page("review.html", script=sign_in_script(stack, "charlie"))
    expect(page.get_by_role("heading", name="Locked cases")).to_be_visible()
    assert page.get_by_role("button", name="Next case").is_hidden()
    assert page.get_by_role("link", name="Queue").count() == 0
    page.locator(f"a[href$='{case}']").click()
    expect(page.get_by_text("This case is locked.")).to_be_visible()
    assert page.locator(".stage").count() == 0
    assert axe_violations(page) == []


def test_recused_reviewer_never_gets_the_case_again(
    open_page: Open, stack: DeployedStack, alone: None, case: str
) -> None:
    desk = ReviewPage.at_case(open_page, stack, "robin", case)
    desk.button("I have a conflict of interest").click()
    desk.page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert state(stack, case) == "open"
    desk.button("I have a conflict of interest").click()
    desk.page.get_by_role("dialog").get_by_role("button", name="Give the case to others").click()
    expect(desk.heading("No waiting cases")).to_be_visible()
    desk.page.goto(desk.page.url.partition("#")[0] + f"#/case/{case}")
    expect(desk.page.get_by_role("alert")).to_contain_text("conflict of interest")
    desk.console_errors.expect("403")
    assert stack.reviewer("kim").claim(case)["claimed_by_you"]


def test_upload_is_shown_aligned_with_its_match(open_page: Open, stack: DeployedStack) -> None:
    down = removed_upload(stack, "sasha")
    copy = stack.app().upload("copier", down.picture)
    stack.drain()
    stack.person().report(copy)
    desk = ReviewPage.at_case(open_page, stack, "robin", stack.app().status(copy)["case_ids"][-1])
    expect(desk.page.get_by_text("The same file")).to_be_visible()
    desk.button("Compare the images, blurred").click()
    drawing = desk.page.get_by_role("img", name="The reference image and the uploaded image")
    expect(drawing).to_be_visible()
    assert drawing.evaluate("(one) => one.naturalWidth") > 500
    desk.page.set_viewport_size({"width": 390, "height": 844})
    fits = "(one) => one.getBoundingClientRect().right <= innerWidth && one.clientWidth === one.scrollWidth"
    assert desk.page.locator(".compared").evaluate(fits)
    desk.page.set_viewport_size({"width": 1280, "height": 900})
    desk.button("Enlarge").click()
    large = desk.page.get_by_role("dialog").get_by_role("img")
    width = "(one) => one.clientWidth"
    assert large.evaluate(width) > 2 * desk.page.locator(".card .compared img").evaluate(width)
    desk.button("Close").click()
    assert axe_violations(desk.page) == []
    assert recorded_reveals(stack, desk.case_id) == [False, False]


def test_overturned_dismissal_states_what_the_image_shows(
    open_page: Open, stack: DeployedStack, case: str
) -> None:
    shown = reported_by(stack)
    stack.reviewer("kim").claim(shown.case_id)
    stack.reviewer("kim").decide(shown.case_id, "not_violating")
    shown.person.appeal("It is me.")
    desk = ReviewPage.signed_in(open_page, stack, "robin")
    desk.open_appeal()
    expect(desk.heading("Statement of the reporter")).to_be_visible()
    desk.outcome("upheld").check()
    desk.page.get_by_label("Reasons").fill("It is them.")
    desk.button("Decide").click()
    expect(desk.page.get_by_role("alert")).to_contain_text("What is shown")
    desk.fill("upheld", "It is them.")
    desk.button("Decide").click()
    desk.send_now()
    assert stack.reviewer("noor").case(shown.case_id)["decision"]["outcome"] == "violating"


def test_senior_finds_an_image_in_the_bank_without_uploading_it(
    open_page: Open, stack: DeployedStack
) -> None:
    down = removed_upload(stack, "sasha")
    desk = ReviewPage.signed_in(open_page, stack, "noor")
    sent: list[int] = []
    desk.page.on("request", lambda request: sent.append(len(request.post_data_buffer or b"")))
    desk.page.get_by_role("link", name="Bank").click()
    expect(desk.heading("Bank")).to_be_focused()
    chosen = {"name": "mine.jpg", "mimeType": "image/jpeg", "buffer": down.picture}
    desk.page.get_by_label("Or an image").set_input_files(chosen)  # type: ignore[arg-type]
    expect(desk.page.get_by_text("1 entry within 31 bits.").first).to_be_visible()
    assert sum(sent) == 0
    desk.button("Disable").first.click()
    dialog = desk.page.get_by_role("dialog")
    dialog.get_by_label("Reason").select_option("wrong_image")
    assert axe_violations(desk.page) == []
    dialog.get_by_role("button", name="Disable").click()
    expect(desk.page.get_by_text("No longer in force")).to_be_visible()
    stack.drain()
    assert stack.app().status(down.upload_id)["state"] in {"published", "removed"}
    desk.page.get_by_label("PDQ hash").fill("none")
    desk.button("Find").click()
    expect(desk.page.get_by_role("alert")).to_contain_text("64 letters and digits")


def test_senior_finds_a_case_by_its_report_number(open_page: Open, stack: DeployedStack) -> None:
    scene = reported_by(stack)
    desk = ReviewPage.signed_in(open_page, stack, "noor")
    desk.page.get_by_role("link", name="Audit").click()
    desk.button("Find").click()
    expect(desk.page.get_by_role("alert")).to_contain_text("Enter a case ID")
    desk.page.get_by_label("Case ID").fill(scene.person.case_number)
    desk.button("Find").click()
    expect(desk.page.get_by_role("link", name=scene.case_id)).to_be_visible()
    expect(desk.page.get_by_text("looked up by case number")).to_be_visible()
    assert axe_violations(desk.page) == []


def test_reviewers_cannot_open_senior_views(open_page: Open, stack: DeployedStack) -> None:
    desk = ReviewPage.signed_in(open_page, stack, "robin")
    assert desk.page.get_by_role("link", name="Audit").count() == 0
    desk.page.evaluate("() => { location.hash = '#/audit/none' }")
    expect(desk.page.get_by_role("alert")).to_contain_text("not allowed")
    desk.console_errors.expect("403")


def test_a_second_opinion_is_given_without_seeing_the_decision(
    open_page: Open, stack: DeployedStack, case: str
) -> None:
    robin = ReviewPage.at_case(open_page, stack, "robin", case)
    robin.fill(reasons="Robin's own reasons.")
    robin.page.get_by_label("I am not sure").check()
    robin.button("Decide").last.click()
    robin.send_now()
    assert stack.reviewer("robin").case(case)["state"] == "decided"
    kim = ReviewPage.signed_in(open_page, stack, "kim")
    kim.page.get_by_role("link", name="Opinions").click()
    expect(kim.heading("Second opinions")).to_be_focused()
    assert axe_violations(kim.page) == []
    kim.page.get_by_role("link", name="Give the next one").click()
    expect(kim.page.get_by_text("Blurred and grey.")).to_be_visible()
    assert "Robin's own reasons." not in kim.page.locator("main").inner_text()
    assert axe_violations(kim.page) == []
    kim.fill("not_violating", "It is a drawing.")
    kim.button("Decide").last.click()
    kim.send_now()
    sasha = ReviewPage.signed_in(open_page, stack, "sasha")
    sasha.page.get_by_role("link", name="Appeals").click()
    expect(sasha.page.get_by_text("Senior reviewers only")).to_be_visible()
    sasha.page.get_by_role("rowheader").get_by_role("link").first.click()
    expect(sasha.page.get_by_text("A senior reviewer makes the final decision")).to_be_visible()
    assert sasha.outcome("rejected").count() == 0
    noor = ReviewPage.signed_in(open_page, stack, "noor")
    noor.open_appeal()
    expect(noor.heading("Reasons of the second opinion")).to_be_visible()
    noor.outcome("rejected").check()
    noor.page.get_by_label("Reasons").fill("It is no drawing.")
    noor.button("Decide").click()
    noor.send_now()
    assert stack.reviewer("robin").case(case)["state"] == "decided"
