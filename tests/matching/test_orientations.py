"""Turned and mirrored hashes, of the bits alone."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staydown.domain.bank.hashes import PdqHash
from staydown.matching.orientations import approximate_orientations

from tests.matching.sample_hashes import a_hash
from tests.shared_data import SHARED, needs_shared_data

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


@needs_shared_data
@pytest.mark.parametrize(
    ("picture", "orientation"),
    [
        ("bridge-2-rotate-90", "turned 270"),
        ("bridge-3-rotate-180", "turned 180"),
        ("bridge-4-rotate-270", "turned 90"),
        ("bridge-5-flipx", "mirrored, turned 180"),
        ("bridge-6-flipy", "mirrored"),
        ("bridge-7-flip-plus-1", "mirrored, turned 270"),
        ("bridge-8-flip-minus-1", "mirrored, turned 90"),
    ],
)
def test_rotated_reference_image_has_about_the_rotated_hash(picture: str, orientation: str) -> None:
    """Its rotations are counter-clockwise."""
    expected = json.loads((SHARED / "pdq" / "expected.json").read_text())
    original, turned = (
        PdqHash.from_hex(expected[f"pdq/dih/{name}.jpg"]["pdq"]) for name in ("bridge-1-original", picture)
    )
    distances = {name: pdq.distance(turned) for name, pdq in approximate_orientations(original).items()}
    assert distances.pop(orientation) <= 16
    assert min(distances.values()) > 64
