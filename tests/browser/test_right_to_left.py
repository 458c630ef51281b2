"""The pages from right to left, as some languages need them. (The text stays English in these tests.)"""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.report_pages import ALL_DECLARATIONS, ReportFormPage
from tests.browser.review_pages import sign_in_script
from tests.journeys.deployed import DeployedStack
from tests.journeys.reported_uploads import removed_upload, reported_upload

RIGHT_TO_LEFT = """
new MutationObserver(() => { if (document.documentElement) document.documentElement.dir = "rtl"; })
  .observe(document, { childList: true });
"""
FIND_OVERFLOWING = """() => {
  const scrolls = (one) => one
    && (/auto|scroll|hidden/.test(getComputedStyle(one).overflowX) || scrolls(one.parentElement));
  const beyond = ({ left, right, width }) => width > 0 && (left < -1 || right > innerWidth + 1);
  return [...document.body.querySelectorAll("*")]
    .filter((one) => !one.closest(".visually-hidden, .skip") && !scrolls(one.parentElement))
    .filter((one) => beyond(one.getBoundingClientRect()))
    .map((one) => `${one.tagName}.${one.className}`);
}"""
"""Finds elements beyond the edges of the window, outside of scrollable parts."""


def overflowing(page: Page) -> list[str]:
    page.locator("main h1").wait_for()
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    found = page.evaluate(FIND_OVERFLOWING)
    return [*found, "the page scrolls sideways"] if wide else list(found)


def test_a_person_reads_and_reports_on_a_phone(open_page: Open, stack: DeployedStack) -> None:
    page = open_page("index.html", phone=True, script=RIGHT_TO_LEFT)
    assert overflowing(page) == []
    page.goto(page.url.replace("index.html", "form.html"))
    form = ReportFormPage(page, stack)
    found = overflowing(page)
    form.locate_image("It was posted")
    found += overflowing(page)
    form.links("https://app.example/a-long-address/without-any-place-to-break-it/" + "x" * 60)
    found += overflowing(page)
    form.declare(*ALL_DECLARATIONS)
    form.statement("I never agreed.")
    found += overflowing(page)
    form.contact()
    form.recovery_phrase()
    found += overflowing(page)
    number, secret = form.submit()
    found += overflowing(page)
    page.get_by_role("link", name="See the status of your report").click()
    found += overflowing(page)
    page.fill("#number", number)
    page.fill("#secret", secret)
    page.click("#open")
    page.locator(".timeline").wait_for()
    assert found + overflowing(page) == []


def test_every_reviewer_view_fits_desk_and_phone(open_page: Open, stack: DeployedStack) -> None:
    decided, waiting = removed_upload(stack), reported_upload(stack)
    page = open_page("review.html", script=RIGHT_TO_LEFT + sign_in_script(stack, "noor"))
    found: dict[str, list[str]] = {}

    def check(view: str) -> None:
        for width, height in ((390, 844), (1280, 900)):
            page.set_viewport_size({"width": width, "height": height})
            found[f"{view}, {width}"] = overflowing(page)

    check("queue")
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
        "metrics",
    ):
        page.locator("main h1").evaluate("(old) => { old.textContent = '' }")
        page.evaluate("(hash) => { location.hash = hash }", f"#/{view}")
        page.locator("main h1:focus:not(:empty)").wait_for()
        check(view)
        if view == f"case/{waiting.case_id}":
            page.get_by_role("button", name="Claim this case").click()
            expect(page.get_by_text("Blurred and grey.")).to_be_visible()
            check("claimed")
    assert {view: spills for view, spills in found.items() if spills} == {}


def test_overflow_is_detected(open_page: Open) -> None:
    """This shows that the other tests can fail."""
    page = open_page("status.html", phone=True, script=RIGHT_TO_LEFT)
    page.evaluate("document.querySelector('main h1').style.inlineSize = '500px'")
    assert overflowing(page) == ["H1.", "the page scrolls sideways"]
