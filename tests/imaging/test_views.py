"""The hashed parts of a picture, and their names."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from staydown.domain.bank.fingerprints import ORIENTATIONS
from staydown.domain.bank.hashes import PdqHash
from staydown.imaging.borders import Crop, border_crops
from staydown.imaging.luma import Grey
from staydown.imaging.pdq import dct16, hash_of, luma
from staydown.imaging.views import all_views, basic_views

from tests.imaging.golden_images import golden_image
from tests.imaging.sample_images import bordered, encode, pixels, scene
from tests.shared_data import shared_files
from tests.support.photographs import PHOTOGRAPHS, SCENES, photograph, reduced, with_quarters


def grey(image: Image.Image) -> Grey:
    return np.asarray(image.convert("L"))


def jpeg(image: Image.Image, quality: int = 70) -> Image.Image:
    return Image.open(io.BytesIO(encode(image, "JPEG", quality=quality)))


def box(crop: Crop) -> tuple[int, int, int, int]:
    return crop.left, crop.top, crop.right, crop.bottom


COLOURS = ["black", "white", "#7f7f7f", "#20c040", "#ffee00"]


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(
    "sides",
    [(16, 12, 16, 12), (0, 40, 0, 40), (60, 0, 60, 0), (0, 0, 0, 25), (9, 0, 0, 0), (5, 80, 31, 2)],
    ids=["frame", "letterbox", "pillars", "foot", "left", "uneven"],
)
def test_border_of_any_colour_on_any_side_is_found(colour: str, sides: tuple[int, int, int, int]) -> None:
    left, top, _, _ = sides
    found = list(border_crops(grey(bordered(scene(), *sides, colour))))
    assert box(found[0]) == (left, top, left + 320, top + 240)
    assert found[0].name == "trimmed"


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("quality", [30, 75])
def test_border_is_found_after_compression(colour: str, quality: int) -> None:
    found = list(border_crops(grey(jpeg(bordered(scene(), 21, 50, 33, 70, colour), quality))))
    assert np.abs(np.subtract(box(found[0]), (21, 50, 341, 290))).max() <= 3


def test_a_noisy_border_is_found() -> None:
    framed = np.asarray(bordered(scene(), 40, 40, 40, 40, "#606060").convert("L"), np.float64)
    noisy = framed + np.random.default_rng(1).normal(0, 4, framed.shape)
    (found, *_) = border_crops(np.clip(noisy, 0, 255).astype(np.uint8))
    assert np.abs(np.subtract(box(found), (40, 40, 360, 280))).max() <= 2


def test_sides_may_have_different_colours() -> None:
    letterboxed = bordered(scene(), 0, 30, 0, 50, "black")
    found = list(border_crops(grey(bordered(letterboxed, 40, 0, 40, 0, "white"))))
    assert box(found[-1]) == (40, 30, 360, 270)


def test_nested_border_is_found() -> None:
    framed = bordered(bordered(scene(), 0, 30, 0, 30, "black"), 10, 10, 10, 10, "white")
    found = list(border_crops(grey(framed)))
    assert [crop.name for crop in found] == ["trimmed", "trimmed twice"]
    assert box(found[0]) == (10, 10, 330, 310)
    assert box(found[1]) == (10, 40, 330, 280)


def test_image_without_a_border_stays_unchanged() -> None:
    assert list(border_crops(grey(scene()))) == []


@pytest.mark.parametrize("size", [(1, 1), (8, 8), (300, 200)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_plain_image_has_no_border(size: tuple[int, int], level: int) -> None:
    assert list(border_crops(np.full(size, level, np.uint8))) == []


def test_small_object_on_a_plain_page_is_not_cropped() -> None:
    assert list(border_crops(grey(bordered(scene(40, 30), 200, 200, 200, 200, "white")))) == []


def test_whole_image_comes_first_in_its_eight_orientations() -> None:
    plane = luma(pixels(scene()))
    found = list(all_views(plane))
    assert tuple(view.name for view in found[:8]) == ORIENTATIONS
    assert found[0].pdq == hash_of(dct16(plane))
    assert {view.quality for view in found[:8]} == {100}


def test_plain_views_are_the_first_views() -> None:
    plane = luma(pixels(bordered(scene(), 0, 40, 0, 40, "black")))
    few, all_of_them = list(basic_views(plane)), list(all_views(plane))
    assert few == all_of_them[:16]


def test_parts_follow_in_their_eight_orientations() -> None:
    found = list(all_views(luma(pixels(bordered(scene(), 0, 40, 0, 40, "black")))))
    names = [view.name for view in found]
    assert names[8:16] == ["trimmed", *(f"trimmed, {orientation}" for orientation in ORIENTATIONS[1:])]
    assert found[8].pdq == hash_of(dct16(luma(pixels(scene()))))


def test_view_names_include_their_source() -> None:
    names = [view.name for view in all_views(luma(pixels(scene())), source="frame 3")]
    assert names[:2] == ["frame 3", "frame 3, turned 90"]
    assert all(name.startswith("frame 3") for name in names)


@pytest.mark.parametrize("seed", range(5))
def test_number_of_views_is_bounded(seed: int) -> None:
    """Each view is a bank query and is stored with the upload. The maximum is 24 + 8 + 12 x 8 + 48."""
    assert len(list(all_views(luma(pixels(scene(seed=seed)))))) <= 176


def test_letterboxed_photograph_is_trimmed() -> None:
    files = shared_files("pdq/letterboxed_sample-b.jpg")
    for image in (golden_image("copy: letterboxed"), *map(Image.open, files)):
        assert "trimmed" in {view.name for view in all_views(luma(pixels(image)))}


@pytest.mark.parametrize("colour", ["black", "white", "#808080"])
@pytest.mark.parametrize("share", [0.05, 0.15])
def test_bordered_photographs_are_found(colour: str, share: float) -> None:
    """With a border and as JPEG, most photographs are within 31 bits of the original."""
    own = [reduced(image, 481) for image in with_quarters(SCENES).values()]
    shared = [Image.open(file).convert("RGB") for file in shared_files("photos/*.jpg")[:60]]
    assert len(own) > 50
    for images, least in ((own, 0.9), (shared, 0.95)):
        found = 0
        for image in images:
            original = hash_of(dct16(luma(pixels(image))))
            x, y = round(image.width * share), round(image.height * share)
            copy = luma(pixels(jpeg(bordered(image, x, y, x, y, colour))))
            found += nearest(copy, original) <= 31
        assert found >= least * len(images)


def nearest(plane: NDArray[np.float32], original: PdqHash) -> int:
    return min(view.pdq.distance(original) for view in basic_views(plane))


def test_unrelated_photographs_stay_far_apart_in_every_view() -> None:
    """No view is within 60 bits of another photograph, so that the limit of 31 bits has a margin."""
    images = {name: reduced(photograph(name), 481) for name in PHOTOGRAPHS}
    images |= {f"drawn {seed}": scene(480, 320, seed) for seed in range(40)}
    images |= {file.name: Image.open(file) for file in shared_files("photos/*.jpg")[:80]}
    planes = [luma(pixels(image)) for image in images.values()]
    originals = signs([hash_of(dct16(plane)) for plane in planes])
    for index, plane in enumerate(planes):
        mine = signs([view.pdq for view in all_views(plane) if view.quality >= 50])
        distances = (256 - mine @ originals.T) / 2
        distances[:, index] = 256
        assert distances.min(initial=256) > 60, list(images)[index]


def signs(hashes: list[PdqHash]) -> NDArray[np.float32]:
    """Return (n, 256) of +1 and -1. The Hamming distance of two rows is (256 - their product) / 2."""
    rows = np.frombuffer(b"".join(pdq.data for pdq in hashes), np.uint8).reshape(-1, 32)
    return np.unpackbits(rows, axis=1).astype(np.float32) * 2 - 1
