"""`make screens`: screenshots of every page in docs/screens, after two weeks of a story.

The photographs are those of the demo: a cup of coffee, a cat, a rocket and the sky.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from infra.demo.photos import (
    ALTERATIONS,
    HASH_REPORTED_PHOTO,
    OVERDUE_PHOTO,
    REPORTED_PHOTO,
    UNRELATED_PHOTO,
    client_side_hash,
    encode_jpeg,
    load_photo,
)
from infra.local.stack import ROOT
from tests.browser.conftest import CHROMIUM
from tests.browser.page_checks import CHROMIUM_ARGUMENTS
from tests.browser.report_pages import ReportFormPage, file_payload
from tests.journeys.clients import decision
from tests.journeys.deployed import DeployedStack, deployed_stack

SCREENS = ROOT / "docs" / "screens"
DESK, PHONE = (1280, 900), (390, 844)


@dataclass(frozen=True)
class Story:
    """Ids of the objects on the screenshots."""

    decided: str
    """The case about the coffee."""
    case: str
    """The case about the rocket, with only a claim in the report."""
    copied: str
    """The case about a copy of the coffee."""
    appeal: str
    upload: str
    link: str
    """The path of a notice."""


def play(stack: DeployedStack) -> Story:
    alpha, beta = stack.app("alpha"), stack.app("beta")
    coffee, cat, rocket = (
        load_photo(REPORTED_PHOTO),
        load_photo(UNRELATED_PHOTO),
        load_photo(HASH_REPORTED_PHOTO),
    )
    posted = alpha.upload("mallory", encode_jpeg(coffee).data)
    stack.drain()
    person = stack.person()
    person.report(posted, statement="That is me, and I never agreed to this.")
    decided = str(stack.reviewer("robin").next()["case_id"])
    stack.stack.clock.advance(timedelta(hours=5))
    stack.reviewer("robin").decide(decided, "violating")
    stack.drain()
    for day, (_, copied) in enumerate(list(ALTERATIONS.items())):
        stack.stack.clock.advance(timedelta(hours=24))
        for number in range(1 + day % 3):
            file = copied(coffee)
            app = (alpha, beta)[(day + number) % 2]
            app.upload(f"account-{day}-{number}", file.data, file.media_type)
        stack.drain()
        if day % 4 == 1:
            _dismissed_report(stack, encode_jpeg(cat, quality=80 + day).data, hours=3 * day)
    _opinion_and_locked(stack)
    hashed = dict(zip(("pdq", "quality"), client_side_hash(rocket), strict=True))
    stack.person().report(hashes=[hashed], statement="I have not seen it posted yet. Please don't let it be.")
    stack.stack.clock.advance(timedelta(hours=20))
    held = beta.upload("peggy", encode_jpeg(rocket, quality=60).data)
    fresh = alpha.upload("oscar", encode_jpeg(cat).data)
    stack.drain()
    stack.person().report(fresh)
    (case,) = beta.status(held)["case_ids"]
    appeal = {
        "account_id": "mallory",
        "case_id": decided,
        "statement": "It is a photograph of my own coffee.",
    }
    alpha.answer("POST", "/v1/appeals", json=appeal)
    notices = "/v1/accounts/mallory/notices"
    listed = alpha.answer("GET", notices)["notices"]
    statement = next(notice for notice in listed if notice["kind"] == "statement_of_reasons")
    token = alpha.answer("POST", f"{notices}/{statement['notice_id']}/link")["token"]
    (pending,) = stack.reviewer().answer("GET", "/v1/review/appeals")["appeals"]
    stack.reviewer("sasha").note(case, "Posted on beta as well? The caption there names the same place.")
    stack.reviewer("kim").case(case)
    return Story(
        decided, case, _reported_copy(stack, coffee), pending["appeal_id"], fresh, f"notice.html#{token}"
    )


def _reported_copy(stack: DeployedStack, coffee: Image.Image) -> str:
    """Report a copy that the bank has stopped, so that its case shows an alignment. Return the case id."""
    for copied in ("mirrored", "with a caption over it", "in a white frame", "cropped to 70 % of each side"):
        copy = stack.app("beta").upload("walter", ALTERATIONS[copied](coffee).data)
        stack.drain()
    stack.person().report(copy, statement="It is back, in a cropped copy.")
    return str(stack.app("beta").status(copy)["case_ids"][-1])


def _opinion_and_locked(stack: DeployedStack) -> None:
    """Create a case with a pending second opinion, and a locked case."""
    sky = load_photo(OVERDUE_PHOTO)
    half = sky.width // 2
    for outcome, left in (("violating", 0), ("suspected_child", half)):
        picture = encode_jpeg(sky.crop((left, 0, left + half, sky.height))).data
        upload_id = stack.app().upload(f"account-{left}", picture)
        stack.drain()
        stack.person().report(upload_id, statement="That is me.")
        (case_id, *_) = stack.app().status(upload_id)["case_ids"]
        robin = stack.reviewer("robin")
        robin.claim(case_id)
        answer = decision(outcome, second_opinion=outcome == "violating")
        path, read = f"/v1/review/cases/{case_id}/decision", robin.if_match_header(case_id)
        robin.answer("POST", path, json=answer, headers=read)
        stack.drain()


def _dismissed_report(stack: DeployedStack, picture: bytes, *, hours: int) -> None:
    upload_id = stack.app().upload("trent", picture)
    stack.drain()
    stack.person().report(upload_id)
    (case_id,) = stack.app().status(upload_id)["case_ids"]
    stack.reviewer("sasha").claim(case_id)
    stack.stack.clock.advance(timedelta(hours=hours))
    stack.reviewer("sasha").decide(case_id, "not_violating")
    stack.drain()


class Camera:
    def __init__(self, browser: Browser, stack: DeployedStack) -> None:
        self._browser = browser
        self._stack = stack

    def open(self, path: str, theme: Any, size: tuple[int, int], name: str | None = None) -> Page:
        context = self._browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=theme,
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="Europe/London",
            has_touch=size == PHONE,
            is_mobile=size == PHONE,
        )
        if name is not None:
            (token,) = (
                one["token"] for one in self._stack.description["reviewers"] if one["username"] == name
            )
            tokens = json.dumps(json.dumps({"AccessToken": token}))
            context.add_init_script(f"sessionStorage.setItem('staydown:tokens', {tokens})")
        page = context.new_page()
        page.clock.set_fixed_time(self._stack.stack.clock())
        page.goto(self._stack.description["console_url"] + path)
        page.locator("main h1").first.wait_for()
        return page

    def shoot(self, page: Page, name: str, *, whole: bool = False) -> None:
        page.wait_for_load_state("networkidle")
        size = page.viewport_size
        if whole and size is not None:
            # With the whole page in the viewport, the bar at the bottom is at the end of the screenshot.
            height = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": size["width"], "height": height})
        with Image.open(io.BytesIO(page.screenshot())) as picture:
            _of_256_colours(picture.convert("RGB")).save(SCREENS / f"{name}.png", optimize=True)
        if whole and size is not None:
            page.set_viewport_size(size)
        print(f"docs/screens/{name}.png")


def _of_256_colours(picture: Image.Image) -> Image.Image:
    """Reduce an image to 256 colours, for small files.

    Half of the colours are for the photographs. The others are the most frequent ones and the most frequent
    vivid ones, so that the colours of the page itself do not change.
    """
    pixels = np.asarray(picture, dtype=np.int32)
    codes, where, counts = np.unique(
        pixels @ np.array([65536, 256, 1]), return_inverse=True, return_counts=True
    )
    colours = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1)
    often = colours[np.argsort(-counts)]
    vivid = often[np.ptp(often, axis=1) > 24]
    photographs = picture.quantize(128, dither=Image.Dither.NONE).getpalette() or []
    palette = np.concatenate([often[:64], vivid[:64], np.reshape(photographs, (-1, 3))])
    nearest = [
        ((some[:, None] - palette) ** 2).sum(axis=2).argmin(axis=1)
        for some in np.array_split(colours, len(colours) // 2048 + 1)
    ]
    small = Image.fromarray(np.concatenate(nearest)[where].reshape(pixels.shape[:2]).astype(np.uint8))
    small.putpalette(palette.astype(np.uint8).tobytes())
    return small


def reviewing(camera: Camera, story: Story, theme: str) -> None:
    page = camera.open("review.html", theme, DESK)
    camera.shoot(page, f"review-sign-in-{theme}")
    page = camera.open("review.html", theme, DESK, "noor")
    camera.shoot(page, f"review-queue-{theme}")
    go = _navigator(page)
    go(f"case/{story.case}")
    if theme == "light":
        page.get_by_role("button", name="Claim this case").click()
    page.get_by_text("Blurred and grey.").wait_for()
    camera.shoot(page, f"review-case-{theme}")
    page.get_by_role("button", name="Hold to see it sharp").hover()
    page.mouse.down()
    page.get_by_text("Sharp while you hold.").wait_for()
    camera.shoot(page, f"review-case-held-{theme}")
    page.mouse.up()
    page.locator("input[value=violating]").check()
    page.get_by_label("None of these").check()
    page.get_by_label("Private", exact=True).check()
    page.locator("input[name=complainant][value=yes]").check()
    page.get_by_role("button", name="Intimate, no consent").click()
    page.get_by_role("button", name="Decide", exact=False).last.click()
    page.get_by_text("You decided this case. The decision is not sent yet.").wait_for()
    camera.shoot(page, f"review-undo-{theme}")
    page.get_by_role("button", name="Undo").click()
    page.get_by_label("Reasons").wait_for()
    for view in (
        f"case/{story.decided}",
        "appeals",
        f"appeals/{story.appeal}",
        "account/alpha/mallory",
        "bank",
        f"audit/{story.decided}",
        "metrics",
        "pause",
    ):
        go(view)
        kind, _, one = view.partition("/")
        name = {"appeals": "appeal", "case": "decided"}.get(kind, kind) if one else kind
        if name == "decided":
            page.get_by_text("Blurred and grey.").wait_for()
        camera.shoot(page, f"review-{name}-{theme}", whole=name in {"metrics", "decided"})
    page.keyboard.press("?")
    camera.shoot(page, f"review-shortcuts-{theme}")
    page.keyboard.press("Escape")
    go(f"case/{story.copied}")
    if theme == "light":
        page.get_by_role("button", name="Claim this case").click()
    page.get_by_role("button", name="Compare the images").first.click()
    page.locator(".compared img").first.wait_for()
    page.locator(".compared").first.scroll_into_view_if_needed()
    camera.shoot(page, f"review-comparison-{theme}", whole=True)
    go("opinions/next")
    page.get_by_text("Blurred and grey.").wait_for()
    camera.shoot(page, f"review-opinion-{theme}")
    go("misuse")
    page.get_by_role("rowheader").get_by_role("link").first.click()
    page.get_by_role("heading", name="In the last").wait_for()
    camera.shoot(page, f"review-misuse-{theme}")
    page = camera.open("review.html#/locked", theme, DESK, "charlie")
    page.get_by_role("table").wait_for()
    camera.shoot(page, f"review-locked-{theme}")


def _navigator(page: Page) -> Callable[[str], None]:
    def go(view: str) -> None:
        page.locator("main h1").evaluate("(old) => { old.textContent = '' }")
        page.evaluate("(hash) => { location.hash = hash }", f"#/{view}")
        page.locator("main h1:focus:not(:empty)").wait_for()

    return go


def on_a_phone(camera: Camera, stack: DeployedStack, story: Story, theme: str) -> None:
    page = camera.open("index.html", theme, PHONE)
    camera.shoot(page, f"people-start-{theme}")
    page = camera.open("form.html", theme, PHONE)
    camera.shoot(page, f"people-form-{theme}")
    form = ReportFormPage(page, stack)
    form.locate_image("Both")
    camera.shoot(page, f"people-form-where-{theme}")
    form.links(story.upload)
    page.set_input_files(
        "#pictures", file_payload("IMG_2034.jpg", encode_jpeg(load_photo(UNRELATED_PHOTO)).data)
    )
    page.locator(".pictures code").wait_for()
    camera.shoot(page, f"people-form-pictures-{theme}", whole=True)
    form.continue_()
    camera.shoot(page, f"people-form-you-{theme}")
    form.declare("intimate", "without_consent", "subject_or_representative", "good_faith")
    form.statement("I never agreed.")
    form.contact()
    form.recovery_phrase()
    camera.shoot(page, f"people-form-check-{theme}", whole=True)
    number, secret = form.submit()
    camera.shoot(page, f"people-form-sent-{theme}")
    page = camera.open("status.html", theme, PHONE)
    camera.shoot(page, f"people-status-{theme}")
    page.fill("#number", number)
    page.fill("#secret", secret)
    page.click("#open")
    page.locator(".timeline").wait_for()
    camera.shoot(page, f"people-report-{theme}", whole=True)
    page = camera.open(story.link, theme, PHONE)
    page.locator(".letter").first.wait_for()
    camera.shoot(page, f"people-notice-{theme}", whole=True)
    page = camera.open("review.html", theme, PHONE, "sasha")
    camera.shoot(page, f"review-queue-phone-{theme}")


def main() -> int:
    if not Path(CHROMIUM).is_file():
        print(f"no Chromium at {CHROMIUM}: apt-get install chromium", file=sys.stderr)
        return 1
    SCREENS.mkdir(parents=True, exist_ok=True)
    with deployed_stack(LogLevel="ERROR") as stack, sync_playwright() as playwright:
        story = play(stack)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        camera = Camera(browser, stack)
        for theme in ("light", "dark"):
            reviewing(camera, story, theme)
            on_a_phone(camera, stack, story, theme)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
