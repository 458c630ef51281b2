"""What a case has beside the decision: notes, who else has it open, what is held and what is erased."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Open
from tests.browser.opened import findings
from tests.browser.reporting import faults
from tests.browser.reviewing import Desk, signed_in
from tests.journeys.deployed import Deployed
from tests.journeys.pictures import mirrored
from tests.journeys.scenes import published, reported, taken_down


@pytest.fixture
def case(stack: Deployed) -> str:
    return reported(stack).case_id


def at(open_page: Open, stack: Deployed, name: str, case_id: str) -> Desk:
    """Somebody at the page of a case."""
    desk = Desk(open_page(f"review.html#/case/{case_id}", script=signed_in(stack, name), clock=True))
    expect(desk.heading("Case")).to_be_focused()
    return desk


def notes(desk: Desk) -> Locator:
    return desk.page.locator(".notes li")


def test_a_note_is_written_by_keyboard_and_read_by_others(
    open_page: Open, stack: Deployed, case: str
) -> None:
    robin, kim = at(open_page, stack, "robin", case), at(open_page, stack, "kim", case)
    robin.button("Work on it").click()
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
    assert findings(robin.page) == []
    # It comes to whoever has the case open, without a reload, and touches nothing else.
    kim.page.get_by_label("Write a note").fill("What I am typing")
    kim.page.clock.run_for(31_000)
    expect(notes(kim)).to_contain_text("<b>Compare</b> the wallpaper.")
    expect(kim.page.get_by_label("Write a note")).to_have_value("What I am typing")
    expect(kim.page.get_by_role("status").last).to_have_text("Somebody left a note.")
    kim.page.reload()
    expect(kim.page.get_by_label("Write a note")).to_have_value("What I am typing")


def test_a_note_that_is_too_long_is_told_before_it_is_sent(
    open_page: Open, stack: Deployed, case: str
) -> None:
    desk = at(open_page, stack, "robin", case)
    desk.page.get_by_label("Write a note").fill("\u00e9" * 501)
    expect(desk.page.locator(".notes")).to_contain_text("Too long by 2.")
    desk.button("Leave the note").click()
    assert stack.reviewer("robin").case(case)["notes"] == []
    desk.page.get_by_label("Write a note").fill("\u00e9" * 500)
    desk.button("Leave the note").click()
    expect(notes(desk)).to_have_count(1)


def test_a_reviewer_sees_who_else_has_the_case_open(open_page: Open, stack: Deployed, case: str) -> None:
    robin = at(open_page, stack, "robin", case)
    expect(robin.page.get_by_text("Also open with")).to_have_count(0)
    kim = at(open_page, stack, "kim", case)
    expect(kim.page.get_by_text("Also open with")).to_be_visible()
    robin.page.clock.run_for(31_000)
    expect(robin.page.get_by_text("Also open with")).to_be_visible()


def test_it_takes_two_seniors_to_let_a_held_case_go(open_page: Open, stack: Deployed) -> None:
    case_id = taken_down(stack).case_id
    noor = at(open_page, stack, "noor", case_id)
    noor.page.get_by_label("Hold it for").select_option("a court")
    noor.button("Hold the case").click()
    expect(noor.page.get_by_text("Held for a court since")).to_be_visible()
    expect(noor.button("Erase the images now")).to_have_count(0)
    noor.button("Ask to let it go").click()
    expect(noor.page.get_by_text("Somebody else has to confirm it.")).to_be_visible()
    expect(noor.page.locator(".keeping").get_by_role("button")).to_have_count(0)
    ada = at(open_page, stack, "ada", case_id)
    assert findings(ada.page) == []
    ada.button("Confirm: let it go").click()
    expect(ada.button("Hold the case")).to_be_visible()
    assert stack.reviewer("ada").case(case_id)["hold"]["held"] is False


def test_a_senior_has_images_erased_by_a_word_and_never_by_one_click(
    open_page: Open, stack: Deployed
) -> None:
    case_id = taken_down(stack).case_id
    noor = at(open_page, stack, "noor", case_id)
    noor.button("Erase the images now").click()
    dialog = noor.page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Erase the images now")).to_be_disabled()
    noor.page.keyboard.press("Escape")
    assert stack.reviewer("noor").case(case_id)["hold"]["erasure_asked"] is False
    noor.button("Erase the images now").click()
    dialog.get_by_role("textbox").fill("erase")
    noor.page.keyboard.press("Enter")
    expect(noor.page.get_by_text("The images are being erased, or are gone.")).to_be_visible()
    assert stack.reviewer("noor").case(case_id)["hold"]["erasure_asked"] is True
    robin = at(open_page, stack, "robin", case_id)
    expect(robin.page.locator(".keeping")).to_have_count(0)


def test_who_reported_has_everything_kept_or_the_picture_erased(open_page: Open, stack: Deployed) -> None:
    for button, done in (
        ("Erase the picture now", "The picture is being erased, or is gone"),
        ("Keep everything for the police", "Everything is kept"),
    ):
        person = taken_down(stack).person
        page = open_page("status.html", phone=True)
        page.fill("#number", person.case_number)
        page.fill("#secret", person.secret)
        page.click("#open")
        page.get_by_role("button", name=button).click()
        if button.startswith("Erase"):
            page.get_by_role("button", name="Yes, erase it").click()
        expect(page.get_by_text(done, exact=True)).to_be_visible()
        assert faults(page) == []
        expect(page.get_by_role("button", name="Erase the picture now")).to_have_count(0)


def test_a_senior_finds_what_one_of_several_wants_erased(open_page: Open, stack: Deployed) -> None:
    scene = reported(stack)
    other = stack.person()
    other.report(scene.upload_id)
    stack.reviewer("robin").claim(scene.case_id)
    stack.reviewer("robin").decide(scene.case_id, "violating")
    stack.drain()
    assert scene.person.ask("erase")["cases"][0]["erasure_waits"] is True
    noor = Desk.of(open_page, stack, "noor")
    noor.page.get_by_role("link", name="Erasures").click()
    expect(noor.heading("Erasures that wait")).to_be_visible()
    assert findings(noor.page) == []
    noor.page.get_by_role("rowheader").get_by_role("link").click()
    expect(noor.button("Erase the images now")).to_be_visible()
    robin = Desk.of(open_page, stack, "robin")
    expect(robin.page.get_by_role("link", name="Erasures")).to_have_count(0)


def test_a_reviewer_reads_where_a_picture_is_said_to_be_shown_and_by_what_they_act(
    open_page: Open, stack: Deployed
) -> None:
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
    desk.button("Work on it").click()
    expect(desk.page.get_by_text("nobody has uploaded it here yet. Where it is said")).to_be_visible()


def test_another_picture_is_taken_out_by_keyboard_and_judged_by_itself(
    open_page: Open, stack: Deployed
) -> None:
    scene = reported(stack)
    near = published(stack, "another", mirrored(scene.picture))
    stack.person().report(near)
    stack.reviewer("robin").claim(scene.case_id)
    desk = at(open_page, stack, "robin", scene.case_id)
    desk.button("Picture 2 is another picture").press("Enter")
    expect(desk.page.get_by_role("dialog")).to_contain_text("There is no way back.")
    assert findings(desk.page) == []
    desk.button("Take it out").press("Enter")
    link = desk.page.get_by_role("link", name="Open the other case")
    expect(link).to_be_focused()
    expect(desk.page.get_by_text("is another picture")).to_have_count(0)
    (left,) = stack.reviewer("robin").case(scene.case_id)["uploads"]
    assert left["upload_id"] == scene.upload_id
    link.press("Enter")
    expect(link).to_have_count(0)
    expect(desk.heading("Your decision")).to_be_visible()
    (case_id,) = stack.app().status(near)["case_ids"]
    assert desk.page.url.endswith(f"#/case/{case_id}")
    assert findings(desk.page) == []
