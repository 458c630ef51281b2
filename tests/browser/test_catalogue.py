"""Every visible text comes from the catalogue: if its texts have brackets, no text is without."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Route

from infra.pages import PAGES
from tests.browser.conftest import Open
from tests.browser.review_pages import reported, sign_in_script
from tests.journeys.deployed import DeployedStack

FIND_UNBRACKETED = r"""() => {
  const found = [];
  const bare = (text) => /\p{L}/u.test(text) && !/\d/.test(text) && !/[⟦⟧]/.test(text);
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.data.trim();
    const exempt = walk.currentNode.parentElement.closest("[translate=no], kbd, noscript, script");
    if (!exempt && bare(text)) found.push(text);
  }
  for (const one of document.querySelectorAll("[aria-label], [placeholder], [alt]")) {
    for (const name of ["aria-label", "placeholder", "alt"]) {
      if (bare(one.getAttribute(name) ?? "")) found.push(`${name}: ${one.getAttribute(name)}`);
    }
  }
  return found;
}"""
"""Text that users wrote has `translate="no"`. Text with a digit may be a date."""

VIEWS = ["index.html", "form.html", "status.html", "notice.html", "review.html"]
REVIEWER_VIEWS = ["", "#/case/{}", "#/appeals", "#/opinions", "#/account", "#/bank", "#/metrics", "#/pause"]


def in_brackets(route: Route) -> None:
    name = route.request.url.split("/console/")[1]
    texts = json.loads((PAGES / name).read_text(encoding="utf-8"))
    marked = {
        key: {form: f"⟦{one}⟧" for form, one in text.items()} if isinstance(text, dict) else f"⟦{text}⟧"
        for key, text in texts.items()
    }
    route.fulfill(json=marked)


@pytest.mark.parametrize("path", VIEWS)
def test_every_word_of_a_page_comes_from_the_catalogue(
    open_page: Open, stack: DeployedStack, path: str
) -> None:
    page = open_page("index.html")
    page.route("**/strings/**/*.json", in_brackets)
    page.goto(stack.description["console_url"] + path)
    page.locator("main h1").first.wait_for()
    assert "⟦" in page.locator("main").inner_text()
    assert page.evaluate(FIND_UNBRACKETED) == []


def test_every_word_of_reviewer_views_comes_from_the_catalogue(open_page: Open, stack: DeployedStack) -> None:
    case_id = reported(stack, "mallory", "coffee")
    stack.reviewer("noor").claim(case_id)
    page = open_page("index.html", script=sign_in_script(stack, "noor"))
    page.route("**/strings/**/*.json", in_brackets)
    for number, view in enumerate(REVIEWER_VIEWS):
        page.goto(f"{stack.description['console_url']}review.html?{number}{view.format(case_id)}")
        page.locator("main h1:focus").wait_for()
        assert "⟦" in page.locator("main").inner_text(), view
        assert page.evaluate(FIND_UNBRACKETED) == [], view
