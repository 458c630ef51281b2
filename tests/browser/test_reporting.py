"""Somebody reports a picture on a phone, follows the report, completes it, takes it back."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.conftest import Open
from tests.browser.opened import Complaints
from tests.browser.reporting import DECLARED, FilledForm, alert, chosen, faults, hasher_is_there, heading
from tests.journeys.clients import FACTORS, appeal_decision
from tests.journeys.deployed import Deployed
from tests.journeys.scenes import new_account, new_picture, own_hash, published, reported

KEPT = "() => [localStorage.length, sessionStorage.length, document.cookie]"
NOTHING = [0, 0, ""]
NO_UPLOAD = "01a20706-0000-7000-8000-000000000000"


def opened_status(page: Page, number: str, secret: str) -> None:
    page.fill("#number", number)
    page.fill("#secret", secret)
    page.click("#open")


@pytest.mark.law("US1")
def test_a_report_from_a_phone_is_followed_completed_and_taken_back(
    open_page: Open, stack: Deployed, tmp_path: Path
) -> None:
    upload_id = published(stack, new_account(), new_picture())
    page = open_page("index.html", phone=True)
    page.get_by_role("link", name="Start a report").click()
    form = FilledForm(page, stack)
    form.where("It was posted")
    form.links(f"{stack.app().status(upload_id)['url']}?share=1")
    found = faults(page)
    form.you("intimate", "without_consent")
    form.words("It was taken in my own bathroom.")
    form.contact(signed=False)
    form.way_back("four old green horses")
    found += faults(page)
    assert "four old" not in page.locator("main").inner_text()
    assert "your signature" in page.locator(".missing").inner_text()
    number, secret = form.sent()
    found += faults(page)
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

    page.get_by_role("link", name="See where the report stands").click()
    assert secret not in page.content(), "it is shown once"
    opened_status(page, number.lower().replace("-", " "), secret.lower())
    page.locator(".timeline").wait_for()
    found += faults(page)
    assert "your signature" in page.locator(".missing").inner_text()
    page.locator("[value=subject_or_representative]").check()
    page.locator("[value=good_faith]").check()
    page.get_by_role("button", name="Look again").click()
    page.locator("h1:focus").wait_for()
    assert page.locator("[value=good_faith]").is_checked(), "looking again loses nothing"
    page.fill("#signature", form.signature)
    page.get_by_role("button", name="Add it").click()
    page.locator(".notice.success", has_text="Thank you. It was added.").wait_for()
    assert "It will be decided by" in page.locator("main").inner_text()
    assert "What was missing was added." in page.locator(".timeline").inner_text()
    (case_id,) = stack.app().status(upload_id)["case_ids"]
    (report,) = stack.reviewer().case(case_id)["reports"]
    assert report["statement"] == "It was taken in my own bathroom."

    page.get_by_text("How we reach you").click()
    page.get_by_label("Nothing: send no e-mail").check()
    page.get_by_role("button", name="Change it").click()
    page.locator(".notice.success", has_text="It was changed.").wait_for()
    page.get_by_text("How we reach you").click()
    assert page.get_by_label("Nothing: send no e-mail").is_checked()

    page.get_by_role("button", name="Take the report back").click()
    found += faults(page)
    page.get_by_role("button", name="No, leave it").click()
    assert page.get_by_text("You took this report back.").count() == 0
    page.get_by_role("button", name="Take the report back").click()
    page.get_by_role("button", name="Yes, take it back").click()
    page.get_by_text("You took this report back.").wait_for()
    assert found + faults(page) == []
    assert stack.reviewer().case(case_id)["state"] == "withdrawn"
    assert page.evaluate(KEPT) == NOTHING


def test_a_picture_is_hashed_without_a_connection_and_its_hash_alone_is_sent(
    open_page: Open, stack: Deployed
) -> None:
    picture = new_picture()
    page = open_page("form.html", phone=True)
    form, asked = FilledForm(page, stack), list[Request]()
    form.where("I have it on this device")

    def note(request: Request) -> None:
        asked.append(request)

    hasher_is_there(page)
    page.on("request", note)
    page.context.set_offline(True)
    page.set_input_files("#pictures", chosen("IMG_2034.jpg", picture))
    code = page.locator(".pictures code").inner_text()
    stack.watch.entrust(code)
    assert code == own_hash(picture)["pdq"], "of these pixels the server makes the same"
    assert page.get_by_text("offline now").is_visible()
    assert faults(page) == []
    form.go_on()
    form.you(*DECLARED)
    form.words()
    form.contact()
    form.way_back()
    assert asked == [], "nothing was asked of anybody between the choice and the sending"
    form.go_on()
    assert "There is no connection." in alert(page)
    page.context.set_offline(False)
    form.sent()
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
    Complaints.of(page).expect("ERR_INTERNET_DISCONNECTED")


def tab_to(page: Page, selector: str) -> None:
    for _ in range(60):
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_the_keyboard_alone_is_enough(open_page: Open, stack: Deployed) -> None:
    upload_id = published(stack, new_account(), new_picture())
    page = open_page("form.html")
    keys = page.keyboard

    def go_on() -> None:
        tab_to(page, "#go-on")
        keys.press("Enter")

    go_on()
    assert "Choose one of the three." in alert(page)
    assert page.evaluate("document.activeElement.innerText").startswith("Please look at this again")
    tab_to(page, ".errors a")
    keys.press("Enter")
    assert page.evaluate("document.activeElement.value") == "posted"
    keys.press("Space")
    go_on()
    assert page.evaluate("document.activeElement.tagName") == "H1", "who listens hears the new step"
    tab_to(page, "#links")
    keys.insert_text(upload_id)
    go_on()
    tab_to(page, "#relation")
    keys.press("Space")
    for one in DECLARED:
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
    page.locator(".keepsake").first.wait_for()
    assert "Nothing is missing" in page.locator("main").inner_text()


def test_leaving_opens_an_everyday_page_and_back_does_not_return(open_page: Open, stack: Deployed) -> None:
    for way in ("button", "Escape twice"):
        page = open_page("index.html", phone=True)
        page.context.route("https://www.bbc.com/**", lambda route: route.fulfill(body="sunny"))
        page.get_by_role("link", name="Start a report").click()
        form = FilledForm(page, stack)
        form.where("It was posted")
        form.links("a-name-to-forget")
        if way == "button":
            page.get_by_role("button", name="Leave now").click()
        else:
            page.keyboard.press("Escape")
            page.keyboard.press("Escape")
        page.wait_for_url("https://www.bbc.com/weather")
        page.go_back()
        assert page.url == "about:blank", way


def test_no_page_lies_behind_another_when_somebody_leaves(open_page: Open, stack: Deployed) -> None:
    page = open_page("index.html", phone=True)
    page.context.route("https://www.bbc.com/**", lambda route: route.fulfill(body="sunny"))
    for link in ("Form", "Status", "Form"):
        page.get_by_role("link", name=link, exact=True).click()
        page.wait_for_url(f"**/{link.lower()}.html")
    FilledForm(page, stack).where("It was posted")
    page.get_by_role("link", name="Support").click()
    page.get_by_role("link", name="Start a report").wait_for()
    page.get_by_role("button", name="Leave now").click()
    page.wait_for_url("https://www.bbc.com/weather")
    page.go_back()
    assert page.url == "about:blank"


def test_escape_once_stays_whatever_is_typed_then(open_page: Open) -> None:
    page = open_page("form.html")
    for key in ("Escape", "Tab", "Escape"):
        page.keyboard.press(key)
    assert heading(page).inner_text() == "Where is the picture?"


def test_a_lost_answer_and_a_service_that_is_down_lose_nothing_and_file_one_report(
    open_page: Open, stack: Deployed
) -> None:
    upload_id = published(stack, new_account(), new_picture())
    page = open_page("form.html", phone=True)
    form, keys = FilledForm(page, stack), list[str]()
    form.posted(upload_id)
    page.route("**/v1/reports", lambda route: route.fulfill(status=503, body="{}"))
    form.go_on()
    assert "Our service does not answer." in alert(page)
    assert faults(page) == []
    page.unroute("**/v1/reports")

    def lose(route: Route) -> None:
        """The first answer: it was carried out, and nobody heard."""
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/v1/reports", lose)
    number, _ = form.sent()
    assert len(keys) == 2
    assert len(set(keys)) == 1
    (case_id,) = stack.app().status(upload_id)["case_ids"]
    assert len(stack.reviewer().case(case_id)["reports"]) == 1
    assert number.startswith("SD-")
    Complaints.of(page).expect("503|ERR_FAILED")


def test_back_is_a_step_back_with_all_that_was_typed(open_page: Open, stack: Deployed) -> None:
    page = open_page("form.html", phone=True)
    form = FilledForm(page, stack)
    form.where("It was posted")
    form.links("first-line", "second-line")
    form.you()
    assert heading(page).inner_text() == "In your own words"
    page.go_back()
    assert heading(page).inner_text() == "You and the picture"
    page.go_back()
    assert page.input_value("#links") == "first-line\nsecond-line"
    expect(page.locator("#links-odd")).to_contain_text("“first-line” looks like neither")
    page.fill("#links", "example.org/7")
    expect(page.locator("#links-odd")).to_be_empty()
    page.get_by_role("button", name="One step back").click()
    assert page.get_by_label("It was posted").is_checked()


def test_answers_are_kept_on_the_device_only_while_somebody_asks_for_it(
    open_page: Open, stack: Deployed
) -> None:
    page = open_page("form.html", phone=True)
    form = FilledForm(page, stack)
    form.where("It was posted")
    page.fill("#links", "not-kept")
    assert page.evaluate(KEPT) == NOTHING
    page.reload()
    form.where("It was posted")
    assert page.input_value("#links") == ""
    page.get_by_label("Keep my answers on this device").check()
    page.fill("#links", "kept")
    assert '"phrase"' not in page.evaluate("localStorage.getItem('answers')")
    page.reload()
    assert page.get_by_label("It was posted").is_checked()
    form.go_on()
    assert page.input_value("#links") == "kept"
    page.get_by_role("button", name="One step back").click()
    page.get_by_role("button", name="Forget them").click()
    assert page.evaluate(KEPT) == NOTHING
    assert not page.get_by_label("It was posted").is_checked()


def test_what_is_wrong_is_said_and_loses_nothing(open_page: Open, stack: Deployed) -> None:
    page = open_page("form.html", phone=True)
    form = FilledForm(page, stack)
    form.where("Both")
    form.links(*(f"line-{n}" for n in range(11)))
    assert "These are 11; a report takes 10 at most." in alert(page)
    form.links(NO_UPLOAD)
    form.go_on()
    assert "Choose at least one picture." in alert(page)
    hasher_is_there(page)
    large = bytearray(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (10_000).to_bytes(4) * 2 + b"\x08\0\0\0\0")
    page.set_input_files(
        "#pictures",
        [
            chosen("letter.txt", b"Dear Sir or Madam"),
            chosen("large.png", bytes(large)),
            chosen("holiday.jpg", new_picture()),
        ],
    )
    page.locator(".pictures code").wait_for()
    said = page.locator("main").inner_text()
    assert "letter.txt is not a picture that we know." in said
    assert "large.png has 100 megapixels" in said
    assert "Requests that this page has made since you chose it: 0." in said
    assert faults(page) == []
    form.go_on()
    form.you(*DECLARED)
    form.words("I never agreed.")
    page.fill("#email", "jane")
    form.go_on()
    assert "does not look like an e-mail address" in alert(page)
    form.contact()
    form.way_back("short")
    assert "too short to be safe" in alert(page)
    form.way_back()
    form.go_on()
    assert f"We can't find “{NO_UPLOAD}”." in alert(page)
    assert faults(page) == []
    page.locator("[role=alert]").get_by_role("button", name="Change").click()
    assert page.input_value("#links") == NO_UPLOAD
    form.links(published(stack, new_account(), new_picture()))
    assert heading(page).inner_text() == "Check and send"
    page.get_by_role("button", name="Change: Where is the picture?").click()
    form.where("It was posted")
    assert heading(page).inner_text() == "Check and send"
    assert "holiday.jpg" not in page.locator(".summary").inner_text()
    form.sent()
    Complaints.of(page).expect("422")


def test_a_wrong_secret_says_what_to_do_and_keeps_what_was_typed(open_page: Open, stack: Deployed) -> None:
    person = stack.person()
    person.report(published(stack, new_account(), new_picture()))
    page = open_page("status.html", phone=True)
    page.click("#open")
    assert "Type the case number." in alert(page)
    opened_status(page, person.case_number, "wrong")
    assert "These two don't open a report." in alert(page)
    assert faults(page) == []
    assert (page.input_value("#number"), page.input_value("#secret")) == (person.case_number, "wrong")
    page.route("**/v1/cases/**", lambda route: route.abort())
    opened_status(page, person.case_number, person.secret)
    page.get_by_text("There is no connection.").wait_for()
    page.unroute("**/v1/cases/**")
    page.click("#open")
    page.locator(".timeline").wait_for()
    assert heading(page).inner_text() == f"Report {person.case_number}"
    Complaints.of(page).expect("404|ERR_FAILED")


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_nothing_runs_out_of_a_narrow_screen(open_page: Open, stack: Deployed, direction: str) -> None:
    page = open_page("form.html", phone=True)
    page.set_viewport_size({"width": 320, "height": 640})
    page.evaluate("(direction) => { document.documentElement.dir = direction; }", direction)
    outside = "() => document.documentElement.scrollWidth > innerWidth"
    form = FilledForm(page, stack)
    form.where("Both")
    form.links(f"https://{'a-long-name.' * 9}example/{'0123456789' * 9}")
    assert not page.evaluate(outside)
    page.set_input_files("#pictures", chosen(f"{'a_long_name_' * 9}.jpg", new_picture()))
    stack.watch.entrust(page.locator(".pictures code").inner_text())
    assert not page.evaluate(outside)
    form.go_on()
    form.you()
    form.words()
    form.contact()
    form.way_back()
    assert not page.evaluate(outside)


@pytest.mark.law("EU4")
def test_a_refusal_is_appealed_and_its_outcome_shown(open_page: Open, stack: Deployed) -> None:
    scene, robin = reported(stack), stack.reviewer()
    robin.claim(scene.case_id)
    robin.decide(scene.case_id, "not_violating")
    stack.drain()
    page = open_page("status.html", phone=True)
    opened_status(page, scene.person.case_number, scene.person.secret)
    page.get_by_text("we did not agree").wait_for()
    assert faults(page) == []
    page.fill("#appeal", "It shows me, in my own bathroom.")
    page.get_by_role("button", name="Look again").click()
    page.locator("h1:focus").wait_for()
    assert page.input_value("#appeal") == "It shows me, in my own bathroom."
    page.get_by_role("button", name="Send the appeal").click()
    page.locator(".notice.success", has_text="We have your appeal.").wait_for()
    assert "waits for a decision" in page.locator("main").inner_text()

    sasha = stack.reviewer("sasha")
    waiting = sasha.answer("GET", "/v1/review/appeals")["appeals"]
    (appeal,) = (one for one in waiting if one["case_id"] == scene.case_id)
    answer = {**appeal_decision("upheld"), "factors": FACTORS}
    sasha.answer("POST", f"/v1/review/appeals/{appeal['appeal_id']}/decision", json=answer)
    stack.drain()
    page.get_by_role("button", name="Look again").click()
    page.get_by_text("we agree with you").wait_for()
    assert page.get_by_text("you were right", exact=True).is_visible()
    assert page.locator("#appeal").count() == 0
    assert faults(page) == []


@pytest.mark.parametrize("path", ["index.html", "form.html", "status.html", "notice.html"])
def test_a_page_for_people_says_who_helps_and_nothing_of_what_it_is_in_its_title(
    open_page: Open, stack: Deployed, path: str
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
def test_the_first_page_says_how_to_ask_for_removal_in_plain_words(open_page: Open) -> None:
    page = open_page("index.html", phone=True)
    words = page.locator("main").inner_text()
    for said in (
        "What makes a report complete",
        "48 hours",
        "as a signature",
        "e-mail address",
        "no account",
    ):
        assert said in words
    assert page.get_by_role("link", name="Start a report").bounding_box()["y"] < 844  # type: ignore[index]
    lengths = [len(sentence.split()) for sentence in re.split(r"[.:;?!]\s|\n", words) if sentence.strip()]
    assert sum(lengths) / len(lengths) < 14, "words in a sentence, on the average"
    assert max(lengths) <= 30


def test_a_report_of_an_address_for_somebody_else_is_opened_again_after_its_secret_was_lost(
    open_page: Open, stack: Deployed
) -> None:
    page = open_page("form.html", phone=True)
    form, address = FilledForm(page, stack), "https://app.example/posts/4711"
    form.where("It was posted")
    form.links(address)
    assert page.get_by_label("They asked me").is_hidden()
    page.get_by_label("I act for the person shown").check()
    page.get_by_label("They asked me").check()
    assert faults(page) == []
    form.you(*DECLARED, who="I act for the person shown")
    form.words()
    form.contact()
    form.way_back("four old green horses")
    number, lost = form.sent()
    assert address in page.locator(".notice.info").inner_text()

    page.get_by_role("link", name="See where the report stands").click()
    page.get_by_text("I chose words of my own for this").click()
    page.fill("#lost-number", number)
    page.fill("#phrase", "four old grey horses")
    page.get_by_role("button", name="Get a new secret").click()
    assert "These two don't give a new secret." in alert(page)
    assert faults(page) == []
    page.fill("#phrase", "Four old green  horses")
    page.get_by_role("button", name="Get a new secret").click()
    again, secret = form.shown()
    stack.watch.entrust(lost, secret)
    assert again == number
    assert secret != lost
    assert faults(page) == []
    page.get_by_role("button", name="See where the report stands").click()
    assert page.input_value("#number") == number
    opened_status(page, number, secret)
    page.locator(".timeline").wait_for()
    assert page.evaluate(KEPT) == NOTHING
    Complaints.of(page).expect("404")
