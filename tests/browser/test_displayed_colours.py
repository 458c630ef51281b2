"""The image that a browser displays is among the hashed views, for every kind of colour metadata."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser
from staydown.domain.bank.hashes import PdqHash
from staydown.imaging.fingerprint import fingerprint_file
from staydown.imaging.formats import identify
from staydown.imaging.pdq import dct16, hash_of, luma

from tests.imaging.colour_profiles import HIDDEN, KINDS, SIZE
from tests.imaging.sample_images import LIMITS, encode

BLOCK_DISTANCE = 31
"""The block distance, in bits of 256."""
FILES = {name: make() for name, make in KINDS.items()} | {"unaltered": encode(HIDDEN, "PNG")}


@pytest.fixture(scope="module")
def displayed(browser: Browser) -> Iterator[dict[str, PdqHash]]:
    """The hash of each file as the browser displays it. All files are on one page."""
    width, height = SIZE
    page = browser.new_page(viewport={"width": width, "height": height * len(FILES)})
    style = f"display: block; width: {width}px; height: {height}px"
    page.set_content("<body style='margin: 0'>" + "".join(_image(data, style) for data in FILES.values()))
    page.evaluate("Promise.all([...document.images].map((image) => image.decode()))")
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    page.close()
    cells = [shot.crop((0, top, width, top + height)) for top in range(0, shot.height, height)]
    hashes = [hash_of(dct16(luma(np.asarray(cell)))) for cell in cells]
    yield dict(zip(FILES, hashes, strict=True))


def _image(data: bytes, style: str) -> str:
    source = f"data:{identify(data).media_type};base64,{base64.b64encode(data).decode()}"
    return f"<img style='{style}' src='{source}'>"


@pytest.mark.parametrize("kind", FILES)
def test_displayed_image_is_among_the_hashed_views(kind: str, displayed: dict[str, PdqHash]) -> None:
    reference = displayed["unaltered"]
    assert displayed[kind].distance(reference) <= BLOCK_DISTANCE, (
        "the browser does not show the hidden image, so the test proves nothing"
    )
    views = fingerprint_file(FILES[kind], LIMITS).views
    assert min(view.pdq.distance(displayed[kind]) for view in views) <= BLOCK_DISTANCE // 2
    assert views[0].pdq.distance(displayed[kind]) <= BLOCK_DISTANCE // 2, (
        "the bank would get the hash of another image"
    )
