"""What holds for every page: its headers, its weight, its words, its colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, Route, expect

from infra.pages import LEAVE_URL, PAGES
from tests.browser.conftest import Open
from tests.browser.opened import Complaints, findings
from tests.journeys.deployed import Deployed

EVERY_PAGE = sorted(file.name for file in PAGES.glob("*.html"))
FIRST_VIEW = 100_000
"""Bytes, uncompressed, until a page stands."""


@dataclass
class Loaded:
    """A page, what it asked for until it stood, and what each answer weighed."""

    page: Page
    asked: list[str]
    weights: list[int]


@pytest.fixture(params=EVERY_PAGE)
def loaded(request: pytest.FixtureRequest, open_page: Open, stack: Deployed) -> Loaded:
    page = open_page("index.html")
    asked: list[str] = []
    weights: list[int] = []
    page.on("request", lambda sent: asked.append(sent.url))
    page.on("response", lambda response: weights.append(len(response.body())))
    page.goto(stack.description["console_url"] + request.param, wait_until="networkidle")
    return Loaded(page, asked, weights)


def test_a_page_stands_at_once_is_light_and_calls_nobody_but_where_it_came_from(
    loaded: Loaded, stack: Deployed
) -> None:
    assert 0 < sum(loaded.weights) < FIRST_VIEW, loaded.weights
    here = (stack.description["api_url"] + "/", "data:")
    assert loaded.asked
    assert [url for url in loaded.asked if not url.startswith(here)] == []
    shift = """() => new Promise((done) => { let sum = 0; new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value; })
        .observe({type: "layout-shift", buffered: true}); setTimeout(() => done(sum), 50); })"""
    assert loaded.page.evaluate(shift) < 0.01
    assert loaded.page.title()


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_a_page_is_accessible_in_both_themes(open_page: Open, path: str) -> None:
    page = open_page(path)
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert findings(page) == []
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    assert findings(page, "color-contrast") == []


def test_a_page_comes_through_a_weak_connection(open_page: Open, stack: Deployed) -> None:
    page, lost = open_page("review.html"), set[str]()

    def lose_the_first(route: Route) -> None:
        if route.request.url in lost:
            route.continue_()
        else:
            lost.add(route.request.url)
            route.abort()

    page.context.route("**/*.json", lose_the_first)
    page.goto(stack.description["console_url"] + "form.html")
    page.get_by_role("heading", name="Where is the picture?").wait_for()
    assert len(lost) == 4
    Complaints.of(page).expect("ERR_FAILED")


def test_a_page_that_does_not_load_says_so_and_lets_people_leave(open_page: Open, stack: Deployed) -> None:
    page = open_page("index.html")
    page.route("**/config.json", lambda route: route.abort())
    page.goto(stack.description["console_url"] + "form.html")
    expect(page.get_by_text("If nothing more appears here, load the page again.")).to_be_visible()
    expect(page.get_by_role("link", name="Leave now")).to_have_attribute("href", LEAVE_URL)
    with page.expect_event("pageerror"):
        pass
    Complaints.of(page).expect("ERR_FAILED|config.json")


def test_the_pages_have_the_headers_that_the_template_gives_them(stack: Deployed) -> None:
    (policy,) = stack.stack.resolved("AWS::CloudFront::ResponseHeadersPolicy").values()
    config: dict[str, Any] = policy["ResponseHeadersPolicyConfig"]
    for name in ("", "review.html", "styles/base.css", "config.json", "nothing.html"):
        headers = requests.get(stack.description["console_url"] + name, timeout=10).headers
        for item in config["CustomHeadersConfig"]["Items"]:
            assert headers[item["Header"]] == item["Value"], name
        directives = headers["content-security-policy"].split("; ")
        assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"} <= set(directives), name
        assert "unsafe" not in headers["content-security-policy"], name
        assert headers["x-content-type-options"] == "nosniff", name


@pytest.mark.parametrize(
    "path", ["../template.yaml", "..%2ftemplate.yaml", "%2e%2e/template.yaml", "scripts", "%00", "strings/"]
)
def test_nothing_but_the_pages_is_served(stack: Deployed, path: str) -> None:
    request = requests.Request("GET", stack.description["console_url"]).prepare()
    request.url = stack.description["console_url"] + path
    assert requests.Session().send(request, timeout=10).status_code == 404
