"""The sidebar of a case: notes, other viewers, legal holds and erasure."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Open
from tests.browser.page_checks import axe_violations
from tests.browser.report_pages import axe_violations_in_both_themes
from tests.browser.review_pages import ReviewPage, sign_in_script
from tests.journeys.deployed import DeployedStack
from tests.journeys.reported_uploads import removed_upload, reported_upload, upload_and_publish
from tests.journeys.sample_images import mirrored


@pytest.fixture
def case(stack: DeployedStack) -> str:
    return reported_upload(stack).case_id


def at(open_page: Open, stack: DeployedStack, name: str, case_id: str) -> ReviewPage:
    """Open a case as a signed-in reviewer."""
    desk = ReviewPage(
        open_page(f"review.html#/case/{case_id}", script=sign_in_script(stack, name), clock=True)
    )
    expect(desk.heading("Case")).to_be_focused()
    return desk


def notes(desk: ReviewPage) -> Locator:
    return desk.page.locator(".notes li")


def test_a_note_is_written_by_keyboard_and_read_by_others(
    open_page: Open, stack: DeployedStack, case: str
) -> None:
    robin, kim = at(open_page, stack, "robin", case), at(open_page, stack, "kim", case)
    robin.button("Claim this case").click()
    robin.page.get_by_label("Reasons").fill("Half a reason")
    robin.heading("Your decision").click()
    robin.page.keyboard.press("w")
    expect(robin.page.get_by_label("Write a note")).to_be_focused()
    robin.page.keyboard.type("<b>Compare</b> the wallpaper.")
    robin.page.keyboard.press("Tab")
    robin.page.keyboard.press("Enter")
    expect(notes(robin)).to_contain_text("by you")
    expect(robin.page.get_by_label("Write a note")).to_have_value("")
    expect(robin.page.get_by_label("Reasons")).to_have_value("Half a reason")
    assert axe_violations(robin.page) == []
    # Other viewers get the note without a reload, and keep their own input.
    kim.page.get_by_label("Write a note").fill("What I am typing")
    kim.page.clock.run_for(31_000)
    expect(notes(kim)).to_contain_text("<b>Compare</b> the wallpaper.")
    expect(kim.page.get_by_label("Write a note")).to_have_value("What I am typing")
    expect(kim.page.get_by_role("status").last).to_have_text("Another reviewer added a note.")
    kim.page.reload()
    expect(kim.page.get_by_label("Write a note")).to_have_value("What I am typing")


def test_too_long_note_is_rejected_before_sending(open_page: Open, stack: DeployedStack, case: str) -> None:
    desk = at(open_page, stack, "robin", case)
    desk.page.get_by_label("Write a note").fill("\u00e9" * 501)
    expect(desk.page.locator(".notes")).to_contain_text("Too long by 2.")
    desk.button("Add the note").click()
    assert stack.reviewer("robin").case(case)["notes"] == []
    desk.page.get_by_label("Write a note").fill("\u00e9" * 500)
    desk.button("Add the note").click()
    expect(notes(desk)).to_have_count(1)


def test_reviewer_sees_others_who_have_the_case_open(
    open_page: Open, stack: DeployedStack, case: str
) -> None:
    robin = at(open_page, stack, "robin", case)
    expect(robin.page.get_by_text("Also open with")).to_have_count(0)
    kim = at(open_page, stack, "kim", case)
    expect(kim.page.get_by_text("Also open with")).to_be_visible()
    robin.page.clock.run_for(31_000)
    expect(robin.page.get_by_text("Also open with")).to_be_visible()


def test_releasing_a_legal_hold_takes_two_seniors(open_page: Open, stack: DeployedStack) -> None:
    case_id = removed_upload(stack).case_id
    noor = at(open_page, stack, "noor", case_id)
    noor.page.get_by_label("Reason for the hold").select_option("A court")
    noor.button("Place a legal hold").click()
    expect(noor.page.get_by_text("Legal hold for a court since")).to_be_visible()
    expect(noor.button("Erase the images now")).to_have_count(0)
    noor.button("Ask to release the hold").click()
    expect(noor.page.get_by_text("Another person has to confirm it.")).to_be_visible()
    expect(noor.page.locator(".preservation").get_by_role("button")).to_have_count(0)
    ada = at(open_page, stack, "ada", case_id)
    assert axe_violations(ada.page) == []
    ada.button("Confirm the release").click()
    expect(ada.button("Place a legal hold")).to_be_visible()
    assert stack.reviewer("ada").case(case_id)["hold"]["held"] is False


def test_erasing_images_needs_a_typed_confirmation(open_page: Open, stack: DeployedStack) -> None:
    case_id = removed_upload(stack).case_id
    noor = at(open_page, stack, "noor", case_id)
    noor.button("Erase the images now").click()
    dialog = noor.page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Erase the images now")).to_be_disabled()
    noor.page.keyboard.press("Escape")
    assert stack.reviewer("noor").case(case_id)["hold"]["erasure_asked"] is False
    noor.button("Erase the images now").click()
    dialog.get_by_role("textbox").fill("erase")
    noor.page.keyboard.press("Enter")
    expect(noor.page.get_by_text("The images are being erased, or are already erased.")).to_be_visible()
    assert stack.reviewer("noor").case(case_id)["hold"]["erasure_asked"] is True
    robin = at(open_page, stack, "robin", case_id)
    expect(robin.page.locator(".preservation")).to_have_count(0)


def test_reporter_can_preserve_the_case_or_erase_the_image(open_page: Open, stack: DeployedStack) -> None:
    for button, done in (
        ("Erase the image now", "The image is being erased, or is already erased"),
        ("Keep everything for the police", "Everything is kept"),
    ):
        person = removed_upload(stack).person
        page = open_page("status.html", phone=True)
        page.fill("#number", person.case_number)
        page.fill("#secret", person.secret)
        page.click("#open")
        page.get_by_role("button", name=button).click()
        if button.startswith("Erase"):
            page.get_by_role("button", name="Yes, erase it").click()
        expect(page.get_by_text(done, exact=True)).to_be_visible()
        assert axe_violations_in_both_themes(page) == []
        expect(page.get_by_role("button", name="Erase the image now")).to_have_count(0)


def test_senior_finds_erasure_request_by_one_of_two_reporters(open_page: Open, stack: DeployedStack) -> None:
    scene = reported_upload(stack)
    other = stack.person()
    other.report(scene.upload_id)
    stack.reviewer("robin").claim(scene.case_id)
    stack.reviewer("robin").decide(scene.case_id, "violating")
    stack.drain()
    assert scene.person.request_retention("erase")["cases"][0]["erasure_waits"] is True
    noor = ReviewPage.signed_in(open_page, stack, "noor")
    noor.page.get_by_role("link", name="Erasure requests").click()
    expect(noor.heading("Erasure requests")).to_be_visible()
    assert axe_violations(noor.page) == []
    noor.page.get_by_role("rowheader").get_by_role("link").click()
    expect(noor.button("Erase the images now")).to_be_visible()
    robin = ReviewPage.signed_in(open_page, stack, "robin")
    expect(robin.page.get_by_role("link", name="Erasure requests")).to_have_count(0)


def test_reviewer_sees_reported_addresses_and_authority(open_page: Open, stack: DeployedStack) -> None:
    address = "https://example.org/<b>album</b>/17"
    person = stack.person()
    person.report(addresses=[address], relation="representative", authority="lawyer")
    (listed,) = (
        one
        for one in stack.reviewer("robin").answer("GET", "/v1/review/queue")["cases"]
        if one["uploads"] == 0
    )
    desk = at(open_page, stack, "robin", listed["case_id"])
    expect(desk.page.get_by_text(address)).to_be_visible()
    expect(desk.page.get_by_text("as their lawyer")).to_be_visible()
    assert desk.page.get_by_role("link", name="example.org").count() == 0
    desk.button("Claim this case").click()
    expect(desk.page.get_by_text("No one has uploaded it here yet. The report says where")).to_be_visible()


def test_image_is_split_into_its_own_case_by_keyboard(open_page: Open, stack: DeployedStack) -> None:
    scene = reported_upload(stack)
    near = upload_and_publish(stack, "another", mirrored(scene.picture))
    stack.person().report(near)
    stack.reviewer("robin").claim(scene.case_id)
    desk = at(open_page, stack, "robin", scene.case_id)
    desk.button("Image 2 is a different image").press("Enter")
    expect(desk.page.get_by_role("dialog")).to_contain_text("You can't undo this.")
    assert axe_violations(desk.page) == []
    desk.button("Split the case").press("Enter")
    link = desk.page.get_by_role("link", name="Open the other case")
    expect(link).to_be_focused()
    expect(desk.page.get_by_text("is a different image")).to_have_count(0)
    (remaining,) = stack.reviewer("robin").case(scene.case_id)["uploads"]
    assert remaining["upload_id"] == scene.upload_id
    link.press("Enter")
    expect(link).to_have_count(0)
    expect(desk.heading("Your decision")).to_be_visible()
    (case_id,) = stack.app().status(near)["case_ids"]
    assert desk.page.url.endswith(f"#/case/{case_id}")
    assert axe_violations(desk.page) == []
