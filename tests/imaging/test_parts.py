"""Views of a picture in a screenshot, a collage, with a caption or an overlay, cropped or tilted.

Each is found by the hash of the original alone, because entries of a hash list have no image.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageOps
from staydown.imaging.borders import Crop
from staydown.imaging.crop_hypotheses import crop_hypotheses, crop_hypothesis_hashes
from staydown.imaging.inset_pictures import inset_pictures
from staydown.imaging.luma import Grey
from staydown.imaging.page_panels import page_panels
from staydown.imaging.pdq import dct16, hash_of, luma
from staydown.imaging.views import all_views

from tests.imaging.sample_images import bordered, pixels, scene
from tests.imaging.test_views import jpeg
from tests.shared_data import shared_files
from tests.support.photographs import SCENES, photograph, reduced


def grey(image: Image.Image) -> Grey:
    return np.asarray(image.convert("L"))


def off_by(found: Crop, box: tuple[int, int, int, int]) -> int:
    """Return the largest distance between a side and its expected position, in pixels."""
    return int(np.abs(np.subtract((found.left, found.top, found.right, found.bottom), box)).max())


def best(found: list[Crop], box: tuple[int, int, int, int]) -> int:
    return min((off_by(crop, box) for crop in found), default=10_000)


def lines_of_text(page: Image.Image, left: int, top: int, right: int, bottom: int, colour: str) -> None:
    """Draw lines of words, as small bars with gaps."""
    draw, dice = ImageDraw.Draw(page), random.Random(3)
    for y in range(top, bottom - 10, 18):
        x = left
        while x < right - 60:
            word = dice.randint(12, 50)
            for letter in range(x, x + word, 6):
                draw.rectangle((letter, y, letter + 3, y + 9), fill=colour)
            x += word + 8


def screenshot(picture: Image.Image) -> Image.Image:
    """Return a phone screenshot: bars at top and bottom, the picture at full width, and text."""
    shown = picture.resize((400, 400 * picture.height // picture.width), Image.Resampling.LANCZOS)
    page = Image.new("RGB", (400, 840), "white")
    ImageDraw.Draw(page).rectangle((0, 0, 400, 60), fill="#101418")
    lines_of_text(page, 60, 90, 300, 130, "black")
    page.paste(shown, (0, 150))
    lines_of_text(page, 16, 150 + shown.height + 20, 390, 700, "#303030")
    ImageDraw.Draw(page).rectangle((0, 780, 400, 840), fill="#e0e0e0")
    return page


def captioned(picture: Image.Image) -> Image.Image:
    page = bordered(picture, 0, 70, 0, 0, "white")
    lines_of_text(page, 10, 14, picture.width - 10, 60, "black")
    return page


def collage(picture: Image.Image) -> Image.Image:
    size = picture.size
    page = Image.new("RGB", (2 * size[0] + 6, size[1]), "white")
    page.paste(picture, (0, 0))
    page.paste(OTHER.resize(size), (size[0] + 6, 0))
    return page


def side_by_side(picture: Image.Image) -> Image.Image:
    """Return a collage without a gap."""
    page = Image.new("RGB", (2 * picture.width, picture.height))
    page.paste(OTHER.resize(picture.size), (0, 0))
    page.paste(picture, (picture.width, 0))
    return page


def inset(picture: Image.Image) -> Image.Image:
    page = OTHER.resize((700, 560))
    page.paste(
        picture.resize((picture.width * 3 // 4, picture.height * 3 // 4), Image.Resampling.LANCZOS), (130, 90)
    )
    return page


def blurred_surround(picture: Image.Image) -> Image.Image:
    side = max(picture.size)
    page = (
        ImageOps.fit(picture, (side, side)).filter(ImageFilter.GaussianBlur(14)).point(lambda v: v * 3 // 4)
    )
    page.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    return page


def cropped(area: float) -> Callable[[Image.Image], Image.Image]:
    def crop(picture: Image.Image) -> Image.Image:
        dice = random.Random(picture.tobytes()[:99])
        width, height = (round(side * math.sqrt(area)) for side in picture.size)
        left, top = dice.randint(0, picture.width - width), dice.randint(0, picture.height - height)
        return picture.crop((left, top, left + width, top + height))

    return crop


def tilted(degrees: float) -> Callable[[Image.Image], Image.Image]:
    """Return an edit that rotates a picture and crops its empty corners."""

    def tilt(picture: Image.Image) -> Image.Image:
        width, height = picture.size
        turned = picture.rotate(degrees, Image.Resampling.BICUBIC)
        along, off = math.cos(math.radians(degrees)), math.sin(math.radians(abs(degrees)))
        scale = 1 / max(along + off * height / width, along + off * width / height)
        x, y = round(width * (1 - scale) / 2), round(height * (1 - scale) / 2)
        return turned.crop((x, y, width - x, height - y))

    return tilt


OTHER = scene(320, 240, 21)


@pytest.mark.parametrize(
    ("page", "box"),
    [
        (screenshot, (0, 150, 400, 450)),
        (captioned, (0, 70, 320, 310)),
        (collage, (0, 0, 320, 240)),
        (side_by_side, (320, 0, 640, 240)),
    ],
)
def test_image_on_a_page_is_found(
    page: Callable[[Image.Image], Image.Image], box: tuple[int, int, int, int]
) -> None:
    assert best(list(page_panels(grey(page(scene())))), box) <= 2


def test_image_inside_an_image_is_found() -> None:
    found = list(inset_pictures(grey(jpeg(inset(scene()), 85))))
    assert best(found[:2], (130, 90, 370, 270)) <= 2


def test_image_in_a_large_screenshot_is_found_precisely() -> None:
    """The search uses a reduced page. The sides are then refined on the page at full size."""
    large = screenshot(scene()).resize((1200, 2520), Image.Resampling.LANCZOS)
    assert best(list(page_panels(grey(large))), (0, 450, 1200, 1350)) <= 2


@pytest.mark.parametrize("size", [(1, 1), (8, 8), (30, 900), (55, 55), (56, 56), (400, 57), (300, 200)])
@pytest.mark.parametrize("find", [page_panels, inset_pictures])
def test_nothing_is_found_on_a_plain_page(find: Callable[[Grey], list[Crop]], size: tuple[int, int]) -> None:
    assert list(find(np.full(size, 90, np.uint8))) == []


@pytest.mark.parametrize("size", [(56, 56), (57, 400), (300, 61), (480, 481), (2048, 480), (961, 700)])
@pytest.mark.parametrize("find", [page_panels, inset_pictures])
def test_found_parts_lie_within_the_page(find: Callable[[Grey], list[Crop]], size: tuple[int, int]) -> None:
    for seed in range(3):
        noise = np.random.default_rng(seed).integers(0, 256, size, np.uint8)
        blocky = np.kron(noise[:: size[0] // 7, :: size[1] // 7], np.ones((40, 50), np.uint8))
        for page in (noise, blocky, grey(scene(size[1], size[0], seed))):
            found = list(find(page))
            assert len(found) <= 8
            for crop in found:
                assert 0 <= crop.left < crop.right <= page.shape[1]
                assert 0 <= crop.top < crop.bottom <= page.shape[0]


def test_parts_are_numbered_from_one() -> None:
    found = [crop.name for crop in page_panels(grey(collage(scene())))]
    assert found == [f"part {number}" for number in range(1, len(found) + 1)]
    found = [crop.name for crop in inset_pictures(grey(inset(scene())))]
    assert found == [f"inset {number}" for number in range(1, len(found) + 1)]


def test_a_negative_is_found() -> None:
    original = hash_of(dct16(luma(pixels(scene()))))
    negative = luma(pixels(ImageOps.invert(scene())))
    nearest = min(all_views(negative), key=lambda view: view.pdq.distance(original))
    assert (nearest.name, nearest.pdq.distance(original) <= 2) == ("inverted", True)


def test_correct_crop_hypothesis_approximates_the_whole_hash() -> None:
    """The crop is that of the first hypothesis: the middle of the picture, 2% smaller."""
    whole = scene(1000, 800).filter(ImageFilter.GaussianBlur(6))
    copy = whole.crop((10, 8, 990, 792))
    name, pdq = next(iter(crop_hypothesis_hashes(luma(pixels(copy)))))
    assert name == "uncropped"
    assert pdq.distance(hash_of(dct16(luma(pixels(whole))))) <= 10


@pytest.mark.parametrize("degrees", [-4.5, 2.5])
def test_tilted_image_is_straightened(degrees: float) -> None:
    whole = scene(900, 600).filter(ImageFilter.GaussianBlur(6))
    copy = whole.rotate(-degrees, Image.Resampling.BICUBIC, fillcolor="grey")
    original = hash_of(dct16(luma(pixels(whole))))
    name, pdq = min(crop_hypothesis_hashes(luma(pixels(copy))), key=lambda guess: guess[1].distance(original))
    assert name == f"straightened by {-degrees:g}"
    assert pdq.distance(original) <= 31


def test_mirrored_hypotheses_follow_the_others() -> None:
    names = [name for name, _ in crop_hypothesis_hashes(luma(pixels(scene())))]
    half = len(crop_hypotheses(320, 240))
    assert names[half:] == [f"{name}, mirrored" for name in names[:half]]


@pytest.mark.parametrize(
    ("edit", "least"),
    [
        (screenshot, 80),
        (captioned, 75),
        (collage, 75),
        (side_by_side, 75),
        (inset, 75),
        (blurred_surround, 50),
        (cropped(0.95), 80),
        (cropped(0.9), 50),
        (tilted(2), 80),
        (tilted(-5), 20),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_altered_photographs_are_found_by_one_hash(
    edit: Callable[[Image.Image], Image.Image], least: int
) -> None:
    """least: the percentage of photographs with a view within 31 bits, after the edit and as JPEG."""
    own = [reduced(photograph(name), 481) for name in SCENES]
    for images in (own, [Image.open(file).convert("RGB") for file in shared_files("photos/*.jpg")[40:70]]):
        found = 0
        for image in images:
            original = hash_of(dct16(luma(pixels(image))))
            copy = luma(pixels(jpeg(edit(image), 75)))
            found += any(view.pdq.distance(original) <= 31 for view in all_views(copy))
        assert 100 * found >= least * len(images)
