"""Rules for every page: security headers, size, accessibility, and behaviour on a weak connection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, Route, expect

from infra.pages import LEAVE_URL, PAGES
from tests.browser.conftest import Open
from tests.browser.page_checks import ConsoleErrors, axe_violations, poll
from tests.journeys.deployed import DeployedStack

EVERY_PAGE = sorted(file.name for file in PAGES.glob("*.html"))
MAX_FIRST_VIEW_BYTES = 100_000
"""The maximum size of all files of the first view, uncompressed."""


@dataclass
class LoadedPage:
    """A loaded page, the URLs that it requested, and the size of each response in bytes."""

    page: Page
    requested_urls: list[str]
    weights: list[int]


@pytest.fixture(params=EVERY_PAGE)
def loaded(request: pytest.FixtureRequest, open_page: Open, stack: DeployedStack) -> LoadedPage:
    # The clock of the page is paused, so that the hasher, which it loads later, is never counted.
    page = open_page("index.html", clock=True)
    page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))
    asked: list[str] = []
    weights: list[int] = []
    page.on("request", lambda sent: asked.append(sent.url))
    page.on("response", lambda response: weights.append(len(response.body())))
    page.goto(stack.description["console_url"] + request.param, wait_until="networkidle")
    page.clock.resume()
    return LoadedPage(page, list(asked), list(weights))


def test_page_is_fast_light_and_calls_only_its_own_origin(loaded: LoadedPage, stack: DeployedStack) -> None:
    assert 0 < sum(loaded.weights) < MAX_FIRST_VIEW_BYTES, loaded.weights
    here = (stack.description["api_url"] + "/", "data:")
    assert loaded.requested_urls
    assert [url for url in loaded.requested_urls if not url.startswith(here)] == []
    shift = """() => new Promise((done) => { let sum = 0; new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value; })
        .observe({type: "layout-shift", buffered: true}); setTimeout(() => done(sum), 50); })"""
    assert loaded.page.evaluate(shift) < 0.01
    assert loaded.page.title()


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_a_page_is_accessible_in_both_themes(open_page: Open, path: str) -> None:
    page = open_page(path)
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert axe_violations(page) == []
    page.emulate_media(color_scheme="dark")
    poll(page, "document.documentElement.dataset.theme === 'dark'")
    assert axe_violations(page, "color-contrast") == []


def test_page_loads_over_a_weak_connection(open_page: Open, stack: DeployedStack) -> None:
    page, lost = open_page("review.html"), set[str]()

    def lose_the_first(route: Route) -> None:
        if route.request.url in lost:
            route.continue_()
        else:
            lost.add(route.request.url)
            route.abort()

    page.context.route("**/*.json", lose_the_first)
    page.goto(stack.description["console_url"] + "form.html")
    page.get_by_role("heading", name="Where is the image?").wait_for()
    assert len(lost) == 4
    ConsoleErrors.of(page).expect("ERR_FAILED")


def test_page_that_fails_to_load_explains_and_offers_exit(open_page: Open, stack: DeployedStack) -> None:
    page = open_page("index.html")
    page.route("**/config.json", lambda route: route.abort())
    page.goto(stack.description["console_url"] + "form.html")
    expect(page.get_by_text("If nothing else appears here, reload the page.")).to_be_visible()
    expect(page.get_by_role("link", name="Leave now")).to_have_attribute("href", LEAVE_URL)
    with page.expect_event("pageerror"):
        pass
    ConsoleErrors.of(page).expect("ERR_FAILED|config.json")


def test_pages_have_the_security_headers_of_the_template(stack: DeployedStack) -> None:
    (policy,) = stack.stack.resources_of_type("AWS::CloudFront::ResponseHeadersPolicy").values()
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
def test_only_pages_are_served(stack: DeployedStack, path: str) -> None:
    request = requests.Request("GET", stack.description["console_url"]).prepare()
    request.url = stack.description["console_url"] + path
    assert requests.Session().send(request, timeout=10).status_code == 404
