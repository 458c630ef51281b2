"""Hashes of rotated and mirrored images, approximated from the bits."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staydown.domain.bank.hashes import PdqHash
from staydown.matching.orientations import approximate_orientations

from tests.imaging.golden_images import SOURCE, TURNED, golden_vectors
from tests.matching.sample_hashes import a_hash
from tests.shared_data import shared_files

pdqs = st.builds(PdqHash, a_hash)


@given(pdqs)
def test_the_first_orientation_is_the_hash_itself(pdq: PdqHash) -> None:
    assert next(iter(approximate_orientations(pdq).items())) == ("upright", pdq)


@given(pdqs)
def test_four_quarter_turns_or_two_mirrorings_are_the_identity(pdq: PdqHash) -> None:
    turned = pdq
    for name in ("turned 90", "turned 180", "turned 270", "upright"):
        turned = approximate_orientations(turned)["turned 90"]
        assert turned == approximate_orientations(pdq)[name]
    assert approximate_orientations(approximate_orientations(pdq)["mirrored"])["mirrored"] == pdq


@given(pdqs, st.sampled_from([90, 180, 270]))
def test_mirroring_then_turning_matches_the_name(pdq: PdqHash, degrees: int) -> None:
    mirrored = approximate_orientations(pdq)["mirrored"]
    assert (
        approximate_orientations(mirrored)[f"turned {degrees}"]
        == approximate_orientations(pdq)[f"mirrored, turned {degrees}"]
    )


def _nearest_is(orientation: str, original: PdqHash, turned: PdqHash) -> None:
    distances = {name: pdq.distance(turned) for name, pdq in approximate_orientations(original).items()}
    assert distances.pop(orientation) <= 16
    assert min(distances.values()) > 64


@pytest.mark.parametrize("orientation", [name for name, how in TURNED.items() if how is not None])
def test_hash_of_a_turned_image_is_near_the_turned_hash(orientation: str) -> None:
    vectors = golden_vectors()
    _nearest_is(orientation, vectors[f"photograph: {SOURCE}"].pdq, vectors[f"turned: {orientation}"].pdq)


SHARED_TURNED = {
    "bridge-2-rotate-90": "turned 270",
    "bridge-3-rotate-180": "turned 180",
    "bridge-4-rotate-270": "turned 90",
    "bridge-5-flipx": "mirrored, turned 180",
    "bridge-6-flipy": "mirrored",
    "bridge-7-flip-plus-1": "mirrored, turned 270",
    "bridge-8-flip-minus-1": "mirrored, turned 90",
}
"""The orientation of each shared image. Its rotations are counter-clockwise."""


def test_hashes_of_shared_turned_images_are_near_the_turned_hash() -> None:
    for file in shared_files("pdq/expected.json"):
        expected = json.loads(file.read_text(encoding="utf-8"))
        original, *turned = (
            PdqHash.from_hex(expected[f"pdq/dih/{name}.jpg"]["pdq"])
            for name in ("bridge-1-original", *SHARED_TURNED)
        )
        for orientation, pdq in zip(SHARED_TURNED.values(), turned, strict=True):
            _nearest_is(orientation, original, pdq)
