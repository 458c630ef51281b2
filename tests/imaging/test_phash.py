"""pHash equals that of imagehash bit for bit, since partners make their lists with imagehash."""

from __future__ import annotations

import imagehash
import numpy as np
import pytest
import scipy.fftpack
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image
from staydown.imaging.phash import cosine_transform, from_integer, phash, stored_distance, to_integer

from tests.imaging.sample_images import scene
from tests.shared_data import shared_files
from tests.support.photographs import PHOTOGRAPHS, reduced, with_quarters

Bytes2d = NDArray[np.uint8]


def grey_photographs() -> dict[str, Image.Image]:
    """Return photographs of packages in three sizes, and the shared ones, as grey images by name."""
    grey = {
        f"{name}, at most {longest} pixels": reduced(image, longest).convert("L")
        for name, image in with_quarters(PHOTOGRAPHS).items()
        for longest in (1_500, 333, 100)
    }
    return grey | {file.name: Image.open(file).convert("L") for file in shared_files("photos/*.jpg")}


def test_photographs_hash_like_imagehash() -> None:
    photographs = grey_photographs()
    assert len(photographs) >= 200
    differing = [
        name for name, grey in photographs.items() if phash(np.asarray(grey)) != imagehash.phash(grey)
    ]
    assert differing == []


@settings(max_examples=300, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 70), st.integers(1, 70))))
def test_any_array_hashes_like_imagehash(plane: Bytes2d) -> None:
    assert phash(plane) == imagehash.phash(Image.fromarray(plane))


@settings(max_examples=200, deadline=None)
@given(arrays(np.uint8, (16, 16), elements=st.sampled_from([0, 1, 128, 255])), st.booleans(), st.booleans())
def test_symmetric_arrays_hash_like_imagehash(quarter: Bytes2d, across: bool, down: bool) -> None:
    right = np.fliplr(quarter) if across else quarter
    top = np.hstack([quarter, right])
    plane = np.vstack([top, np.flipud(top) if down else top])
    assert phash(plane) == imagehash.phash(Image.fromarray(plane))


@pytest.mark.parametrize("grey", [0, 1, 127, 255])
@pytest.mark.parametrize("shape", [(8, 8), (32, 32), (33, 300)])
def test_plain_images_hash_like_imagehash(grey: int, shape: tuple[int, int]) -> None:
    plane = np.full(shape, grey, np.uint8)
    assert phash(plane) == imagehash.phash(Image.fromarray(plane))


@pytest.mark.parametrize("width", [1, 2, 4, 8, 16])
def test_stripes_and_checks_hash_like_imagehash(width: int) -> None:
    y, x = np.mgrid[0:64, 0:64] // width
    for pattern in (x % 2, y % 2, (x + y) % 2):
        plane = (pattern * 255).astype(np.uint8)
        assert phash(plane) == imagehash.phash(Image.fromarray(plane))


def test_transform_equals_scipy_to_the_last_bit() -> None:
    rows = np.random.default_rng(3).integers(0, 256, (500, 32)).astype(np.float64)
    assert np.array_equal(cosine_transform(rows), scipy.fftpack.dct(rows, axis=1))


def test_pinned_image_keeps_its_hash() -> None:
    assert str(phash(np.asarray(scene().convert("L")))) == PINNED


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_stored_form_keeps_every_bit(first: int, second: int) -> None:
    assert to_integer(from_integer(first)) == first
    assert str(from_integer(first)) == f"{first:016x}"
    assert from_integer(first) == imagehash.hex_to_hash(f"{first:016x}")
    assert stored_distance(first, second) == (first ^ second).bit_count()


def test_stored_form_of_more_than_64_bits_is_rejected() -> None:
    with pytest.raises(OverflowError):
        from_integer(2**64)


PINNED = "abd56e3c308a9993"
