"""A person reports an image, follows the report, completes it and withdraws it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.conftest import Open
from tests.browser.page_checks import ConsoleErrors
from tests.browser.report_pages import (
    ALL_DECLARATIONS,
    ReportFormPage,
    alert,
    axe_violations_in_both_themes,
    file_payload,
    heading,
    wait_for_hasher,
)
from tests.journeys.clients import FACTORS, appeal_decision
from tests.journeys.deployed import DeployedStack
from tests.journeys.reported_uploads import (
    new_account,
    new_picture,
    own_hash,
    reported_upload,
    upload_and_publish,
)

READ_STORAGE = "() => [localStorage.length, sessionStorage.length, document.cookie]"
EMPTY_STORAGE = [0, 0, ""]
UNKNOWN_UPLOAD_ID = "01a20706-0000-7000-8000-000000000000"


def opened_status(page: Page, number: str, secret: str) -> None:
    page.fill("#number", number)
    page.fill("#secret", secret)
    page.click("#open")


@pytest.mark.law("US1")
def test_report_from_a_phone_is_followed_updated_and_withdrawn(
    open_page: Open, stack: DeployedStack, tmp_path: Path
) -> None:
    upload_id = upload_and_publish(stack, new_account(), new_picture())
    page = open_page("index.html", phone=True)
    page.get_by_role("link", name="Start a report").click()
    form = ReportFormPage(page, stack)
    form.locate_image("It was posted")
    form.links(f"{stack.app().status(upload_id)['url']}?share=1")
    found = axe_violations_in_both_themes(page)
    form.declare("intimate", "without_consent")
    form.statement("It was taken in my own bathroom.")
    form.contact(signed=False)
    form.recovery_phrase("four old green horses")
    found += axe_violations_in_both_themes(page)
    assert "four old" not in page.locator("main").inner_text()
    assert "your signature" in page.locator(".missing").inner_text()
    number, secret = form.submit()
    found += axe_violations_in_both_themes(page)
    assert re.fullmatch(r"SD-\w{4}-\w{4}", number)
    assert "your signature" in page.locator("main").inner_text()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy both").click()
    page.get_by_text("Copied.").first.wait_for()
    assert secret in page.evaluate("navigator.clipboard.readText()")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a text file").click()
    assert download.value.suggested_filename == "notes.txt"
    download.value.save_as(tmp_path / "notes.txt")
    kept = (tmp_path / "notes.txt").read_text(encoding="utf-8")
    assert number in kept
    assert secret in kept

    page.get_by_role("link", name="See the status of your report").click()
    assert secret not in page.content(), "the secret must be shown only once"
    opened_status(page, number.lower().replace("-", " "), secret.lower())
    page.locator(".timeline").wait_for()
    found += axe_violations_in_both_themes(page)
    assert "your signature" in page.locator(".missing").inner_text()
    page.locator("[value=subject_or_representative]").check()
    page.locator("[value=good_faith]").check()
    page.get_by_role("button", name="Refresh").click()
    page.locator("h1:focus").wait_for()
    assert page.locator("[value=good_faith]").is_checked(), "a refresh must keep the input"
    page.fill("#signature", form.signature)
    page.get_by_role("button", name="Add it").click()
    page.locator(".notice.success", has_text="Thank you. It was added.").wait_for()
    assert "A reviewer will decide by" in page.locator("main").inner_text()
    assert "The missing information was added." in page.locator(".timeline").inner_text()
    (case_id,) = stack.app().status(upload_id)["case_ids"]
    (report,) = stack.reviewer().case(case_id)["reports"]
    assert report["statement"] == "It was taken in my own bathroom."

    page.get_by_text("How we reach you").click()
    page.get_by_label("Nothing: send no email").check()
    page.get_by_role("button", name="Change it").click()
    page.locator(".notice.success", has_text="Your contact settings were changed.").wait_for()
    page.get_by_text("How we reach you").click()
    assert page.get_by_label("Nothing: send no email").is_checked()

    page.get_by_role("button", name="Withdraw the report").click()
    found += axe_violations_in_both_themes(page)
    page.get_by_role("button", name="No, keep it").click()
    assert page.get_by_text("You withdrew this report.").count() == 0
    page.get_by_role("button", name="Withdraw the report").click()
    page.get_by_role("button", name="Yes, withdraw it").click()
    page.get_by_text("You withdrew this report.").wait_for()
    assert found + axe_violations_in_both_themes(page) == []
    assert stack.reviewer().case(case_id)["state"] == "withdrawn"
    assert page.evaluate(READ_STORAGE) == EMPTY_STORAGE


def test_image_is_hashed_offline_and_only_its_hash_is_sent(open_page: Open, stack: DeployedStack) -> None:
    picture = new_picture()
    page = open_page("form.html", phone=True)
    form, asked = ReportFormPage(page, stack), list[Request]()
    form.locate_image("I have it on this device")

    def record(request: Request) -> None:
        asked.append(request)

    wait_for_hasher(page)
    page.on("request", record)
    page.context.set_offline(True)
    page.set_input_files("#pictures", file_payload("IMG_2034.jpg", picture))
    code = page.locator(".pictures code").inner_text()
    stack.watch.add_private(code)
    assert code == own_hash(picture)["pdq"], "the server must compute the same hash"
    assert page.get_by_text("offline now").is_visible()
    assert axe_violations_in_both_themes(page) == []
    form.continue_()
    form.declare(*ALL_DECLARATIONS)
    form.statement()
    form.contact()
    form.recovery_phrase()
    assert asked == [], "no request is allowed before sending"
    form.continue_()
    assert "There is no connection." in alert(page)
    page.context.set_offline(False)
    form.submit()
    sent = [one for one in asked if one.failure is None]
    assert [(one.method, one.url.rpartition("/v1/")[2]) for one in sent] == [("POST", "reports")]
    body = sent[0].post_data_buffer or b""
    assert json.loads(body)["hashes"] == [own_hash(picture)]
    assert b"IMG_2034" not in body
    assert len(body) < 1000 < len(picture)
    stack.drain()
    held = stack.app().upload(new_account(), picture)
    stack.drain()
    assert stack.app().status(held)["state"] == "held"
    ConsoleErrors.of(page).expect("ERR_INTERNET_DISCONNECTED")


def tab_to(page: Page, selector: str) -> None:
    for _ in range(60):
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_form_works_with_the_keyboard_alone(open_page: Open, stack: DeployedStack) -> None:
    upload_id = upload_and_publish(stack, new_account(), new_picture())
    page = open_page("form.html")
    keys = page.keyboard

    def go_on() -> None:
        tab_to(page, "#go-on")
        keys.press("Enter")

    go_on()
    assert "Choose one of the three answers." in alert(page)
    assert page.evaluate("document.activeElement.innerText").startswith("Please check these answers")
    tab_to(page, ".errors a")
    keys.press("Enter")
    assert page.evaluate("document.activeElement.value") == "posted"
    keys.press("Space")
    go_on()
    assert page.evaluate("document.activeElement.tagName") == "H1", (
        "the focus must announce the new step to screen readers"
    )
    tab_to(page, "#links")
    keys.insert_text(upload_id)
    go_on()
    tab_to(page, "#relation")
    keys.press("Space")
    for one in ALL_DECLARATIONS:
        tab_to(page, f"[value={one}]")
        keys.press("Space")
    go_on()
    go_on()
    tab_to(page, "#email")
    keys.insert_text("jane@example.org")
    tab_to(page, "#signature")
    keys.insert_text("Jane Roe")
    go_on()
    go_on()
    go_on()
    page.locator(".credential").first.wait_for()
    assert "Nothing is missing" in page.locator("main").inner_text()


def test_leaving_opens_a_neutral_page_without_way_back(open_page: Open, stack: DeployedStack) -> None:
    for way in ("button", "Escape twice"):
        page = open_page("index.html", phone=True)
        page.context.route("https://www.bbc.com/**", lambda route: route.fulfill(body="sunny"))
        page.get_by_role("link", name="Start a report").click()
        form = ReportFormPage(page, stack)
        form.locate_image("It was posted")
        form.links("a-name-to-forget")
        if way == "button":
            page.get_by_role("button", name="Leave now").click()
        else:
            page.keyboard.press("Escape")
            page.keyboard.press("Escape")
        page.wait_for_url("https://www.bbc.com/weather")
        page.go_back()
        assert page.url == "about:blank", way


def test_leaving_removes_the_pages_from_the_history(open_page: Open, stack: DeployedStack) -> None:
    page = open_page("index.html", phone=True)
    page.context.route("https://www.bbc.com/**", lambda route: route.fulfill(body="sunny"))
    for link in ("Form", "Status", "Form"):
        page.get_by_role("link", name=link, exact=True).click()
        page.wait_for_url(f"**/{link.lower()}.html")
    ReportFormPage(page, stack).locate_image("It was posted")
    page.get_by_role("link", name="Support").click()
    page.get_by_role("link", name="Start a report").wait_for()
    page.get_by_role("button", name="Leave now").click()
    page.wait_for_url("https://www.bbc.com/weather")
    page.go_back()
    assert page.url == "about:blank"


def test_escape_pressed_once_stays_on_the_page(open_page: Open) -> None:
    page = open_page("form.html")
    for key in ("Escape", "Tab", "Escape"):
        page.keyboard.press(key)
    assert heading(page).inner_text() == "Where is the image?"


def test_lost_answer_or_outage_files_exactly_one_report(open_page: Open, stack: DeployedStack) -> None:
    upload_id = upload_and_publish(stack, new_account(), new_picture())
    page = open_page("form.html", phone=True)
    form, keys = ReportFormPage(page, stack), list[str]()
    form.fill_report_of(upload_id)
    page.route("**/v1/reports", lambda route: route.fulfill(status=503, body="{}"))
    form.continue_()
    assert "Our service is not responding." in alert(page)
    assert axe_violations_in_both_themes(page) == []
    page.unroute("**/v1/reports")

    def lose(route: Route) -> None:
        """Lose the first response, after the server has processed the request."""
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/v1/reports", lose)
    number, _ = form.submit()
    assert len(keys) == 2
    assert len(set(keys)) == 1
    (case_id,) = stack.app().status(upload_id)["case_ids"]
    assert len(stack.reviewer().case(case_id)["reports"]) == 1
    assert number.startswith("SD-")
    ConsoleErrors.of(page).expect("503|ERR_FAILED")


def test_back_returns_one_step_and_keeps_all_input(open_page: Open, stack: DeployedStack) -> None:
    page = open_page("form.html", phone=True)
    form = ReportFormPage(page, stack)
    form.locate_image("It was posted")
    form.links("first-line", "second-line")
    form.declare()
    assert heading(page).inner_text() == "In your own words"
    page.go_back()
    assert heading(page).inner_text() == "You and the image"
    page.go_back()
    assert page.input_value("#links") == "first-line\nsecond-line"
    expect(page.locator("#links-odd")).to_contain_text("“first-line” does not look like")
    page.fill("#links", "example.org/7")
    expect(page.locator("#links-odd")).to_be_empty()
    page.get_by_role("button", name="Previous step").click()
    assert page.get_by_label("It was posted").is_checked()


def test_answers_are_stored_on_the_device_only_on_request(open_page: Open, stack: DeployedStack) -> None:
    page = open_page("form.html", phone=True)
    form = ReportFormPage(page, stack)
    form.locate_image("It was posted")
    page.fill("#links", "not-kept")
    assert page.evaluate(READ_STORAGE) == EMPTY_STORAGE
    page.reload()
    form.locate_image("It was posted")
    assert page.input_value("#links") == ""
    page.get_by_label("Save my answers on this device").check()
    page.fill("#links", "kept")
    assert '"phrase"' not in page.evaluate("localStorage.getItem('answers')")
    page.reload()
    assert page.get_by_label("It was posted").is_checked()
    form.continue_()
    assert page.input_value("#links") == "kept"
    page.get_by_role("button", name="Previous step").click()
    page.get_by_role("button", name="Delete the saved answers").click()
    assert page.evaluate(READ_STORAGE) == EMPTY_STORAGE
    assert not page.get_by_label("It was posted").is_checked()


def test_form_errors_are_shown_and_lose_no_input(open_page: Open, stack: DeployedStack) -> None:
    page = open_page("form.html", phone=True)
    form = ReportFormPage(page, stack)
    form.locate_image("Both")
    form.links(*(f"line-{n}" for n in range(11)))
    assert "You entered 11. A report can have at most 10." in alert(page)
    form.links(UNKNOWN_UPLOAD_ID)
    form.continue_()
    assert "Choose at least one image." in alert(page)
    wait_for_hasher(page)
    large = bytearray(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (10_000).to_bytes(4) * 2 + b"\x08\0\0\0\0")
    page.set_input_files(
        "#pictures",
        [
            file_payload("letter.txt", b"Dear Sir or Madam"),
            file_payload("large.png", bytes(large)),
            file_payload("holiday.jpg", new_picture()),
        ],
    )
    page.locator(".pictures code").wait_for()
    said = page.locator("main").inner_text()
    assert "letter.txt is not an image that we know." in said
    assert "large.png has 100 megapixels" in said
    assert "Requests that this page has made since you chose the image: 0." in said
    assert axe_violations_in_both_themes(page) == []
    form.continue_()
    form.declare(*ALL_DECLARATIONS)
    form.statement("I never agreed.")
    page.fill("#email", "jane")
    form.continue_()
    assert "does not look like an email address" in alert(page)
    form.contact()
    form.recovery_phrase("short")
    assert "too short to be safe" in alert(page)
    form.recovery_phrase()
    form.continue_()
    assert f"We can't find “{UNKNOWN_UPLOAD_ID}”." in alert(page)
    assert axe_violations_in_both_themes(page) == []
    page.locator("[role=alert]").get_by_role("button", name="Change").click()
    assert page.input_value("#links") == UNKNOWN_UPLOAD_ID
    form.links(upload_and_publish(stack, new_account(), new_picture()))
    assert heading(page).inner_text() == "Check and send"
    page.get_by_role("button", name="Change: Where is the image?").click()
    form.locate_image("It was posted")
    assert heading(page).inner_text() == "Check and send"
    assert "holiday.jpg" not in page.locator(".summary").inner_text()
    form.submit()
    ConsoleErrors.of(page).expect("422")


def test_wrong_secret_is_explained_and_input_is_kept(open_page: Open, stack: DeployedStack) -> None:
    person = stack.person()
    person.report(upload_and_publish(stack, new_account(), new_picture()))
    page = open_page("status.html", phone=True)
    page.click("#open")
    assert "Enter the case number." in alert(page)
    opened_status(page, person.case_number, "wrong")
    assert "This case number and secret don't match." in alert(page)
    assert axe_violations_in_both_themes(page) == []
    assert (page.input_value("#number"), page.input_value("#secret")) == (person.case_number, "wrong")
    page.route("**/v1/cases/**", lambda route: route.abort())
    opened_status(page, person.case_number, person.secret)
    page.get_by_text("There is no connection.").wait_for()
    page.unroute("**/v1/cases/**")
    page.click("#open")
    page.locator(".timeline").wait_for()
    assert heading(page).inner_text() == f"Report {person.case_number}"
    ConsoleErrors.of(page).expect("404|ERR_FAILED")


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_nothing_overflows_a_narrow_screen(open_page: Open, stack: DeployedStack, direction: str) -> None:
    page = open_page("form.html", phone=True)
    page.set_viewport_size({"width": 320, "height": 640})
    page.evaluate("(direction) => { document.documentElement.dir = direction; }", direction)
    outside = "() => document.documentElement.scrollWidth > innerWidth"
    form = ReportFormPage(page, stack)
    form.locate_image("Both")
    form.links(f"https://{'a-long-name.' * 9}example/{'0123456789' * 9}")
    assert not page.evaluate(outside)
    page.set_input_files("#pictures", file_payload(f"{'a_long_name_' * 9}.jpg", new_picture()))
    stack.watch.add_private(page.locator(".pictures code").inner_text())
    assert not page.evaluate(outside)
    form.continue_()
    form.declare()
    form.statement()
    form.contact()
    form.recovery_phrase()
    assert not page.evaluate(outside)


@pytest.mark.law("EU4")
def test_dismissal_is_appealed_and_its_outcome_shown(open_page: Open, stack: DeployedStack) -> None:
    scene, robin = reported_upload(stack), stack.reviewer()
    robin.claim(scene.case_id)
    robin.decide(scene.case_id, "not_violating")
    stack.drain()
    page = open_page("status.html", phone=True)
    opened_status(page, scene.person.case_number, scene.person.secret)
    page.get_by_text("We did not agree").wait_for()
    assert axe_violations_in_both_themes(page) == []
    page.fill("#appeal", "It shows me, in my own bathroom.")
    page.get_by_role("button", name="Refresh").click()
    page.locator("h1:focus").wait_for()
    assert page.input_value("#appeal") == "It shows me, in my own bathroom."
    page.get_by_role("button", name="Send the appeal").click()
    page.locator(".notice.success", has_text="We received your appeal.").wait_for()
    assert "Waiting for a decision" in page.locator("main").inner_text()

    sasha = stack.reviewer("sasha")
    waiting = sasha.answer("GET", "/v1/review/appeals")["appeals"]
    (appeal,) = (one for one in waiting if one["case_id"] == scene.case_id)
    answer = {**appeal_decision("upheld"), "factors": FACTORS}
    sasha.answer("POST", f"/v1/review/appeals/{appeal['appeal_id']}/decision", json=answer)
    stack.drain()
    page.get_by_role("button", name="Refresh").click()
    page.get_by_text("We agree with you").wait_for()
    assert page.get_by_text("Appeal granted", exact=True).is_visible()
    assert page.locator("#appeal").count() == 0
    assert axe_violations_in_both_themes(page) == []


@pytest.mark.parametrize("path", ["index.html", "form.html", "status.html", "notice.html"])
def test_public_page_lists_help_and_has_a_neutral_title(
    open_page: Open, stack: DeployedStack, path: str
) -> None:
    page = open_page(path, phone=True)
    assert page.title() in {"Support", "Form", "Status", "Notice"}
    lines = stack.person().answer("GET", "/v1/report-form")["help"]
    assert len(lines) >= 4
    for line in lines:
        link = page.locator("footer").get_by_role("link", name=line["name"])
        assert link.get_attribute("href") == line["url"]
    assert page.get_by_role("button", name="Leave now").is_visible()


@pytest.mark.law("US5")
def test_first_page_explains_removal_requests_in_plain_words(open_page: Open) -> None:
    page = open_page("index.html", phone=True)
    words = page.locator("main").inner_text()
    for said in (
        "What makes a report complete",
        "48 hours",
        "as a signature",
        "email address",
        "no account",
    ):
        assert said in words
    assert page.get_by_role("link", name="Start a report").bounding_box()["y"] < 844  # type: ignore[index]
    lengths = [len(sentence.split()) for sentence in re.split(r"[.:;?!]\s|\n", words) if sentence.strip()]
    assert sum(lengths) / len(lengths) < 14, "the average sentence is too long"
    assert max(lengths) <= 30


def test_third_party_address_report_opens_after_secret_recovery(
    open_page: Open, stack: DeployedStack
) -> None:
    page = open_page("form.html", phone=True)
    form, address = ReportFormPage(page, stack), "https://app.example/posts/4711"
    form.locate_image("It was posted")
    form.links(address)
    assert page.get_by_label("The person asked me").is_hidden()
    page.get_by_label("I act for the person shown").check()
    page.get_by_label("The person asked me").check()
    assert axe_violations_in_both_themes(page) == []
    form.declare(*ALL_DECLARATIONS, who="I act for the person shown")
    form.statement()
    form.contact()
    form.recovery_phrase("four old green horses")
    number, lost = form.submit()
    assert address in page.locator(".notice.info").inner_text()

    page.get_by_role("link", name="See the status of your report").click()
    page.get_by_text("I set a recovery phrase").click()
    page.fill("#lost-number", number)
    page.fill("#phrase", "four old grey horses")
    page.get_by_role("button", name="Get a new secret").click()
    assert "This case number and recovery phrase don't match." in alert(page)
    assert axe_violations_in_both_themes(page) == []
    page.fill("#phrase", "Four old green  horses")
    page.get_by_role("button", name="Get a new secret").click()
    again, secret = form.case_credentials()
    stack.watch.add_private(lost, secret)
    assert again == number
    assert secret != lost
    assert axe_violations_in_both_themes(page) == []
    page.get_by_role("button", name="See the status of your report").click()
    assert page.input_value("#number") == number
    opened_status(page, number, secret)
    page.locator(".timeline").wait_for()
    assert page.evaluate(READ_STORAGE) == EMPTY_STORAGE
    ConsoleErrors.of(page).expect("404")
