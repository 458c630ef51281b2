"""PDQ against its reference implementation, by the golden vectors."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image
from staydown.domain.bank.fingerprints import ORIENTATIONS
from staydown.domain.bank.hashes import PdqHash
from staydown.imaging.pdq import dct16, hash_of, luma, orientation_hashes

from tests.imaging.golden_images import GOLDEN_IMAGES, SOURCE, TURNED, Vector, golden_image, golden_vectors
from tests.imaging.sample_images import pixels, scene
from tests.shared_data import SHARED, shared_files


def _shared_vectors() -> dict[str, Vector]:
    """Return the vectors of the shared images by path; none where the shared data is absent."""
    return {
        name: Vector(PdqHash.from_hex(known["pdq"]), known["quality"])
        for file in shared_files("pdq/expected.json")
        for name, known in json.loads(file.read_text(encoding="utf-8")).items()
    }


SHARED_VECTORS = _shared_vectors()
VECTORS = golden_vectors() | SHARED_VECTORS
SHARP = sorted(name for name, vector in VECTORS.items() if vector.quality >= 80)
"""Images whose quality makes their hash reliable."""


def image_of(name: str) -> Image.Image:
    return Image.open(SHARED / name) if name in SHARED_VECTORS else golden_image(name)


def test_every_golden_image_has_a_vector() -> None:
    assert set(golden_vectors()) == set(GOLDEN_IMAGES)
    assert len(golden_vectors()) >= 80
    assert len(set(golden_vectors()) & set(SHARP)) >= 70


@pytest.mark.parametrize("name", SHARP)
def test_images_hash_like_the_reference(name: str) -> None:
    dct = dct16(luma(pixels(image_of(name))))
    assert hash_of(dct).distance(VECTORS[name].pdq) <= 2


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_quality_equals_the_reference(name: str) -> None:
    assert dct16(luma(pixels(image_of(name)))).quality == VECTORS[name].quality


# The orientation that each file of the shared `dih` has.
TURNED_FILES = {
    "bridge-1-original.jpg": "upright",
    "bridge-2-rotate-90.jpg": "turned 270",
    "bridge-3-rotate-180.jpg": "turned 180",
    "bridge-4-rotate-270.jpg": "turned 90",
    "bridge-5-flipx.jpg": "mirrored, turned 180",
    "bridge-6-flipy.jpg": "mirrored",
    "bridge-7-flip-plus-1.jpg": "mirrored, turned 270",
    "bridge-8-flip-minus-1.jpg": "mirrored, turned 90",
}
_SHARED_ORIGINAL = "pdq/dih/bridge-1-original.jpg"
_ORIGINAL = f"photograph: {SOURCE}"
TURNED_VECTORS = [
    *((_ORIGINAL, f"turned: {name}" if TURNED[name] is not None else _ORIGINAL, name) for name in TURNED),
    *(
        (_SHARED_ORIGINAL, f"pdq/dih/{file}", orientation)
        for file, orientation in TURNED_FILES.items()
        if _SHARED_ORIGINAL in SHARED_VECTORS
    ),
]
"""(original, turned image, its orientation): names of vectors."""


@pytest.mark.parametrize(("original", "turned_name", "orientation"), TURNED_VECTORS)
def test_turned_images_hash_near_the_dihedral_hash(original: str, turned_name: str, orientation: str) -> None:
    hashes = dict(orientation_hashes(dct16(luma(pixels(image_of(original))))))
    assert hashes[orientation].distance(VECTORS[turned_name].pdq) <= 8


def test_pinned_image_keeps_its_hash() -> None:
    """The value was checked against the steps of the reference, written out below."""
    dct = dct16(luma(pixels(scene())))
    assert hash_of(dct).hex == PINNED
    assert dct.quality == 100


PINNED = "891dfc448217b54a28dfa1b694c8481b70bffde4bb4ceb2815865d9ee4b382d5"


def pdq_stepwise(plane: NDArray[np.float64]) -> PdqHash:
    """Compute PDQ as its paper describes it, pixel by pixel: slow, and independent of the matrices."""

    def box(row: NDArray[np.float64]) -> NDArray[np.float64]:
        window = (len(row) + 127) // 128
        after = (window + 2) // 2
        return np.array([row[max(0, i + after - window) : i + after].mean() for i in range(len(row))])

    for _ in range(2):
        plane = np.apply_along_axis(box, 1, plane)
        plane = np.apply_along_axis(box, 0, plane)
    rows, columns = (((np.arange(64) + 0.5) * side / 64).astype(int) for side in plane.shape)
    blocks = plane[np.ix_(rows, columns)]
    basis = np.array([[np.cos(np.pi / 128 * k * (2 * j + 1)) for j in range(64)] for k in range(1, 17)])
    flat = (basis @ blocks @ basis.T).ravel()
    bits = flat > np.sort(flat)[127]
    return PdqHash(sum(1 << k for k in range(256) if bits[k]).to_bytes(32))


@pytest.mark.parametrize(("width", "height"), [(320, 240), (64, 64), (40, 33), (129, 517), (20, 300)])
def test_matrices_equal_the_stepwise_computation(width: int, height: int) -> None:
    plane = luma(pixels(scene(width, height)))
    assert hash_of(dct16(plane)).distance(pdq_stepwise(plane.astype(np.float64))) <= 2


def turned(image: Image.Image, orientation: str) -> Image.Image:
    """Rotate and mirror an image by the name of the orientation."""
    if orientation.startswith("mirrored"):
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    degrees = int(orientation.rpartition("turned ")[2]) if "turned" in orientation else 0
    return image.rotate(-degrees, expand=True)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize(("width", "height"), [(320, 240), (512, 512), (199, 301)])
def test_dihedral_hash_equals_the_hash_of_the_rotated_image(
    orientation: str, width: int, height: int
) -> None:
    picture = scene(width, height)
    hashes = dict(orientation_hashes(dct16(luma(pixels(picture)))))
    direct = hash_of(dct16(luma(pixels(turned(picture, orientation)))))
    assert hashes[orientation].distance(direct) <= 2


def test_first_orientation_is_the_image_itself() -> None:
    dct = dct16(luma(pixels(scene())))
    assert orientation_hashes(dct)[0] == ("upright", hash_of(dct))


def test_orientations_differ_from_each_other() -> None:
    hashes = [pdq for _, pdq in orientation_hashes(dct16(luma(pixels(scene()))))]
    apart = [a.distance(b) for i, a in enumerate(hashes) for b in hashes[:i]]
    assert min(apart) > 64


def test_slice_hashes_like_its_copy() -> None:
    plane = luma(pixels(scene()))
    part = plane[20:200, 31:300]
    assert hash_of(dct16(part)) == hash_of(dct16(part.copy()))


@pytest.mark.parametrize("grey", [0, 1, 77, 254, 255])
@pytest.mark.parametrize("shape", [(1, 1), (8, 8), (100, 37), (700, 900)])
def test_plain_image_has_zero_quality_and_no_bits(grey: int, shape: tuple[int, int]) -> None:
    dct = dct16(np.full(shape, grey, np.uint8))
    assert dct.quality == 0
    assert hash_of(dct) == PdqHash(bytes(32))


@settings(max_examples=60, deadline=None)
@given(
    plane=arrays(np.uint8, st.tuples(st.integers(1, 90), st.integers(1, 90))),
    brightness=st.floats(0.3, 0.9),
)
def test_hash_sets_at_most_half_its_bits(plane: NDArray[np.uint8], brightness: float) -> None:
    dct = dct16(plane)
    assert int.from_bytes(hash_of(dct).data).bit_count() <= 128
    assert 0 <= dct.quality <= 100
    darker = dct16(plane.astype(np.float32) * np.float32(brightness))
    assert darker.quality <= dct.quality
