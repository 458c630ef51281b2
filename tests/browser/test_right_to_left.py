"""The pages written from right to left, as a language may want them. (The words stay English here.)"""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.reporting import DECLARED, FilledForm
from tests.browser.reviewing import signed_in
from tests.journeys.deployed import Deployed
from tests.journeys.scenes import reported, taken_down

RIGHT_TO_LEFT = """
new MutationObserver(() => { if (document.documentElement) document.documentElement.dir = "rtl"; })
  .observe(document, { childList: true });
"""
SPILLED = """() => {
  const scrolls = (one) => one
    && (/auto|scroll|hidden/.test(getComputedStyle(one).overflowX) || scrolls(one.parentElement));
  const beyond = ({ left, right, width }) => width > 0 && (left < -1 || right > innerWidth + 1);
  return [...document.body.querySelectorAll("*")]
    .filter((one) => !one.closest(".visually-hidden, .skip") && !scrolls(one.parentElement))
    .filter((one) => beyond(one.getBoundingClientRect()))
    .map((one) => `${one.tagName}.${one.className}`);
}"""
"""What is beyond the window's edges, other than in a part that scrolls by itself."""


def spilled(page: Page) -> list[str]:
    page.locator("main h1").wait_for()
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    found = page.evaluate(SPILLED)
    return [*found, "the page scrolls sideways"] if wide else list(found)


def test_a_person_reads_and_reports_on_a_phone(open_page: Open, stack: Deployed) -> None:
    page = open_page("index.html", phone=True, script=RIGHT_TO_LEFT)
    assert spilled(page) == []
    page.goto(page.url.replace("index.html", "form.html"))
    form = FilledForm(page, stack)
    found = spilled(page)
    form.where("It was posted")
    found += spilled(page)
    form.links("https://app.example/a-long-address/without-any-place-to-break-it/" + "x" * 60)
    found += spilled(page)
    form.you(*DECLARED)
    form.words("I never agreed.")
    found += spilled(page)
    form.contact()
    form.way_back()
    found += spilled(page)
    number, secret = form.sent()
    found += spilled(page)
    page.get_by_role("link", name="See where the report stands").click()
    found += spilled(page)
    page.fill("#number", number)
    page.fill("#secret", secret)
    page.click("#open")
    page.locator(".timeline").wait_for()
    assert found + spilled(page) == []


def test_a_reviewer_works_through_every_view_at_a_desk_and_on_a_phone(
    open_page: Open, stack: Deployed
) -> None:
    decided, waiting = taken_down(stack), reported(stack)
    page = open_page("review.html", script=RIGHT_TO_LEFT + signed_in(stack, "noor"))
    found: dict[str, list[str]] = {}

    def look(view: str) -> None:
        for width, height in ((390, 844), (1280, 900)):
            page.set_viewport_size({"width": width, "height": height})
            found[f"{view}, {width}"] = spilled(page)

    look("queue")
    for view in (
        f"case/{waiting.case_id}",
        f"case/{decided.case_id}",
        "appeals",
        "opinions",
        "erasures",
        "misuse",
        f"account/alpha/{decided.account_id}",
        "bank",
        f"audit/{decided.case_id}",
        "figures",
    ):
        page.locator("main h1").evaluate("(old) => { old.textContent = '' }")
        page.evaluate("(hash) => { location.hash = hash }", f"#/{view}")
        page.locator("main h1:focus:not(:empty)").wait_for()
        look(view)
        if view == f"case/{waiting.case_id}":
            page.get_by_role("button", name="Work on it").click()
            expect(page.get_by_text("Blurred and grey.")).to_be_visible()
            look("claimed")
    assert {view: spills for view, spills in found.items() if spills} == {}


def test_what_spills_is_seen(open_page: Open) -> None:
    """A guard of these tests."""
    page = open_page("status.html", phone=True, script=RIGHT_TO_LEFT)
    page.evaluate("document.querySelector('main h1').style.inlineSize = '500px'")
    assert spilled(page) == ["H1.", "the page scrolls sideways"]
