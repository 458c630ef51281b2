"""The part of a page that becomes the reference."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw
from staydown.imaging.borders import Crop
from staydown.imaging.luma import Grey
from staydown.imaging.page_picture import PAGE_PICTURE, page_picture

from tests.imaging.sample_images import bordered, scene
from tests.imaging.test_views import box, grey, jpeg


def page(*pictures: tuple[Image.Image, int, int], fill: str = "white", ink: str = "black") -> Image.Image:
    """Return a phone page of 480 x 800 with a bar, three lines of text, and pictures at (x, y)."""
    canvas = Image.new("RGB", (480, 800), fill)
    draw = ImageDraw.Draw(canvas)
    draw.rectangle((10, 10, 470, 34), outline=ink, width=3)
    for line in range(3):
        for word in range(8):
            draw.rectangle((20 + 50 * word, 660 + 30 * line, 55 + 50 * word, 672 + 30 * line), fill=ink)
    for picture, x, y in pictures:
        canvas.paste(picture, (x, y))
    return canvas


def near(found: Crop | None, expected: tuple[int, int, int, int]) -> bool:
    return found is not None and bool(np.abs(np.subtract(box(found), expected)).max() <= 3)


@pytest.mark.parametrize(("fill", "ink"), [("white", "black"), ("#101014", "#d8d8dc")])
def test_image_on_an_app_page_is_found(fill: str, ink: str) -> None:
    found = page_picture(grey(jpeg(page((scene(), 80, 200), fill=fill, ink=ink))))
    assert near(found, (80, 200, 400, 440))
    assert found is not None
    assert found.name == PAGE_PICTURE


def test_neither_of_two_images_on_a_page_is_cropped() -> None:
    found = page_picture(grey(page((scene(), 80, 60), (scene(), 80, 380))))
    assert found is not None
    assert found.top <= 60
    assert found.bottom >= 620


def test_border_is_cropped_to_the_pixel() -> None:
    found = page_picture(grey(bordered(scene(), 16, 12, 16, 12, "#20c040")))
    assert near(found, (16, 12, 336, 252))


def test_image_that_fills_the_page_stays_whole() -> None:
    assert page_picture(grey(scene())) is None


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (900, 3), (40, 40)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_plain_or_tiny_image_stays_whole(shape: tuple[int, int], level: int) -> None:
    plain: Grey = np.full(shape, level, np.uint8)
    assert page_picture(plain) is None
