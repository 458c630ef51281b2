"""All text of the pages is in a catalogue, and every catalogue text is used. (Needs no browser.)"""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from html.parser import HTMLParser

import pytest
from staydown.domain.errors import StaydownError
from staydown.services.reports.view_report import INFORMATION_REQUESTED, TIMELINE_TEXT

from infra.pages import LEAVE_URL, PAGES

CATALOGUES = sorted((PAGES / "strings" / "en").glob("*.json"))
SCRIPTS = sorted((PAGES / "scripts").rglob("*.js"))
_KEY = re.compile(r"""["'`]([a-z][a-z0-9_-]*(?:\.[a-z0-9_-]+)+)["'`]""")
_TEMPLATE = re.compile(r"`([a-z][a-z0-9_-]*\.[a-z0-9_.-]*\$\{[^`]*)`")
_PLACE = re.compile(r"\$\{[^}]*\}")
"""`area.kind.${one}` and `area.${one}.title`, but not `${area}.${one}`, which would match every text."""
_PROBLEM = re.compile(r"new Problem\(\"([^\"]+)\"")
_WHOLE = {"common.*", "form.*", "review.*", "status.*", "sign_in.*"}
_CALLED = re.compile(r"""\btn?\(\s*["']([^"']+)["']""")


def texts() -> dict[str, object]:
    found: dict[str, object] = {}
    for file in CATALOGUES:
        catalogue = json.loads(file.read_text(encoding="utf-8"))
        assert not set(catalogue) & set(found), f"{file.name} repeats a key"
        found |= catalogue
    return found


def sources() -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in [*SCRIPTS, *PAGES.glob("*.html")])


def test_every_text_used_by_a_script_exists() -> None:
    assert sorted(set(_CALLED.findall(sources())) - set(texts())) == []


def test_every_text_is_used() -> None:
    patterns = {_PLACE.sub("*", one) for one in _TEMPLATE.findall(sources())} - _WHOLE
    named = set(_KEY.findall(sources()))
    unused = [
        key
        for key in texts()
        if key not in named
        and not any(fnmatchcase(key, pattern) for pattern in patterns)
        and not key.startswith("problem.")
        and key not in {"common.noscript", "common.loading"}
    ]
    assert unused == []


def test_every_timeline_entry_of_a_case_has_a_text() -> None:
    worded = {key.removeprefix("timeline.at.") for key in texts() if key.startswith("timeline.at.")}
    assert worded == {*TIMELINE_TEXT, INFORMATION_REQUESTED[0]}


def slugs(kind: type[StaydownError] = StaydownError) -> set[str]:
    return {kind.slug}.union(*(slugs(one) for one in kind.__subclasses__()))


def test_problem_texts_match_the_existing_problems() -> None:
    """Problems come from the API, from its gateway, and from the pages themselves."""
    worded = {
        key.removeprefix("problem.").removesuffix(".do") for key in texts() if key.startswith("problem.")
    }
    of_pages = set(_PROBLEM.findall(sources())) | {"other", "sign-in.other"}
    of_cognito = {slug for slug in worded if slug.startswith("sign-in.") and f'"{slug[8:]}"' in sources()}
    of_gateway = {f"gateway-{status}" for status in (403, 404, 413, 429, 500, 502, 503, 504)}
    of_idempotency = {"still-running"}
    assert worded - slugs() - of_pages - of_cognito - of_gateway - of_idempotency == set()
    assert of_pages | of_gateway <= worded


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.literal: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside.append(tag)
        attributes = {"title", "alt", "placeholder", "aria-label"}
        self.literal += [value for name, value in attrs if name in attributes and value]

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not {"script", "style"} & set(self._inside):
            self.literal.append(data.strip())


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.html")), ids=lambda page: page.name)
def test_page_has_no_text_outside_the_catalogue(page: object) -> None:
    """Exempt are the texts that are shown without a script, or until the catalogue is loaded."""
    words = _Words()
    source = str(getattr(page, "read_text")(encoding="utf-8"))  # noqa: B009
    words.feed(source)
    attributes = [texts()["common.noscript"], texts()["common.loading"]]
    if getattr(page, "name") != "review.html":  # noqa: B009
        attributes.append(texts()["people.leave"])
        assert f'<a href="{LEAVE_URL}" rel="noreferrer">' in source
    assert words.literal == attributes


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_script_has_no_text_outside_the_catalogue(script: object) -> None:
    """No script puts a literal text into an element."""
    code = str(getattr(script, "read_text")(encoding="utf-8"))  # noqa: B009
    children = re.findall(
        r"""(?:textContent|title|placeholder)\s*[:=]\s*["'`]([^"'`]*[A-Za-z][^"'`]*)["'`]""", code
    )
    children = [text for text in children if not _KEY.fullmatch(f'"{text}"')]
    children += re.findall(r"""\}\s*,\s*["'`]([A-Z][a-z]+[^"'`]*)["'`]""", code)
    assert children == []


def test_styles_use_no_left_and_no_right() -> None:
    for file in (PAGES / "styles").glob("*.css"):
        code = re.sub(r"/\*.*?\*/", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert re.findall(r"(?:^|[\s;{-])(left|right)\s*[:;-]|(?:margin|padding)-(?:left|right)", code) == []


def test_styles_have_no_unused_rules() -> None:
    styles = "\n".join(file.read_text(encoding="utf-8") for file in (PAGES / "styles").glob("*.css"))
    code = re.sub(r"/\*.*?\*/", "", styles, flags=re.DOTALL)
    classes = set(re.findall(r"\.([a-z][a-z0-9-]*)", " ".join(re.findall(r"([^{}]+)\{", code))))
    prefixes = re.findall(r"([a-z]+-)\$\{", sources())
    unused = {one for one in classes if not re.search(rf"\b{one}\b", sources())}
    assert {one for one in unused if not one.startswith(tuple(prefixes))} == set()
    assert {one for one in re.findall(r"(--[a-z0-9-]+):", code) if f"var({one})" not in code} == set()


def test_every_colour_is_a_token() -> None:
    for file in (PAGES / "styles").glob("*.css"):
        if file.name != "tokens.css":
            code = file.read_text(encoding="utf-8")
            assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;\s,)])", code) == [], file.name
