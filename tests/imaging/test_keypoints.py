"""Keypoints of references and queries, and their file format."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from staydown.imaging.feature_bytes import FeaturesDamaged, features_from_bytes, features_to_bytes
from staydown.imaging.features import TILES, VARIANTS, Keypoints, ReferenceFeatures
from staydown.imaging.keypoints import (
    QUERY_KEYPOINTS,
    REFERENCE_KEYPOINTS,
    query_features,
    query_features_of_plane,
    reference_features,
    to_working_size,
)

from tests.imaging.sample_planes import as_picture, scene


def distances(one: Keypoints, other: Keypoints) -> NDArray[np.int64]:
    """Return the bits that differ between each descriptor of both."""
    differing = np.bitwise_count(one.descriptors[:, None] ^ other.descriptors[None])
    return np.asarray(differing.sum(axis=2), np.int64)


def shared_keypoints(one: Keypoints, other: Keypoints) -> float:
    """Return the share of the keypoints of `other` that `one` has too."""
    return float((distances(one, other).min(axis=0) <= 40).mean())


def test_reference_keeps_at_most_450_keypoints_and_all_tiles() -> None:
    features = reference_features(as_picture(scene(1)))
    assert 300 <= len(features.keypoints) <= REFERENCE_KEYPOINTS
    assert features.tiles.shape == (len(TILES), 32)
    assert features.qualities.shape == (len(TILES),)
    assert int(features.qualities[-1]) >= 50


def test_features_are_deterministic() -> None:
    once, again = (features_to_bytes(reference_features(as_picture(scene(2)))) for _ in range(2))
    assert once == again


def test_every_variant_has_the_same_points() -> None:
    query = query_features_of_plane(scene(3))
    assert len(query.variants) == len(VARIANTS)
    assert 500 <= len(query.variants[0]) <= QUERY_KEYPOINTS
    for variant in query.variants:
        assert np.array_equal(variant.positions, query.variants[0].positions)


@pytest.mark.parametrize(("index", "name"), list(enumerate(VARIANTS)))
def test_mirrored_or_inverted_image_matches_its_variant(index: int, name: str) -> None:
    plane = scene(4)
    reference = reference_features(as_picture(plane)).keypoints
    altered = plane[:, ::-1] if "mirrored" in name else plane
    altered = 255 - altered if "inverted" in name else altered
    shares = [
        shared_keypoints(variant, reference)
        for variant in query_features_of_plane(np.ascontiguousarray(altered)).variants
    ]
    assert shares[index] > 0.6
    assert max(share for other, share in enumerate(shares) if other != index) < 0.3


def test_plain_image_has_no_keypoints_and_no_error() -> None:
    features = reference_features(as_picture(np.full((300, 400), 90, np.float32)))
    assert len(features.keypoints) == 0
    assert not features.qualities.any()
    assert len(query_features_of_plane(np.full((300, 400), 90, np.float32)).variants[3]) == 0


def test_dark_plain_room_has_keypoints_everywhere() -> None:
    dim = 20 + scene(5) * np.float32(0.1)
    points = reference_features(as_picture(dim)).keypoints.points
    cells = {(int(x) // 214, int(y) // 160) for x, y in points}
    assert len(points) > 200
    assert len(cells) >= 6


def test_reference_features_ignore_the_border() -> None:
    plane = scene(6)
    bordered = np.pad(plane, 60, constant_values=255)
    assert np.abs(np.array([reference_features(as_picture(bordered)).width, 0]) - (640, 0)).max() < 20
    within = reference_features(as_picture(bordered))
    without = reference_features(as_picture(plane))
    distance = np.bitwise_count(within.tiles[-1] ^ without.tiles[-1]).sum()
    assert distance <= 20


def test_images_are_processed_at_one_size() -> None:
    for shape in ((240, 320), (960, 1280), (1900, 500), (8, 2_000), (9, 9)):
        height, width = to_working_size(np.zeros(shape, np.float32)).shape
        assert height * width <= 640 * 480 * 1.02
        assert max(height, width) <= 1_800


def test_every_frame_is_queried() -> None:
    query = query_features(as_picture(scene(7), scene(8)))
    assert len(query) == 2
    assert shared_keypoints(query[0].variants[0], query[1].variants[0]) < 0.2


def test_features_survive_serialisation() -> None:
    features = reference_features(as_picture(scene(9)))
    data = features_to_bytes(features)
    assert len(data) < 24_000
    again = features_from_bytes(data)
    for field in dataclasses.fields(Keypoints):
        assert np.array_equal(getattr(again.keypoints, field.name), getattr(features.keypoints, field.name))
    assert (again.width, again.height) == (features.width, features.height)
    assert np.array_equal(again.tiles, features.tiles)
    assert features_to_bytes(again) == data


def small_features() -> ReferenceFeatures:
    features = reference_features(as_picture(scene(10)))
    cut = Keypoints(*(getattr(features.keypoints, f.name)[:3] for f in dataclasses.fields(Keypoints)))
    return dataclasses.replace(features, keypoints=cut)


DATA = features_to_bytes(small_features())


@given(at=st.integers(0, len(DATA) - 1), change=st.integers(1, 255))
def test_changed_byte_is_detected(at: int, change: int) -> None:
    damaged = bytearray(DATA)
    damaged[at] ^= change
    with pytest.raises(FeaturesDamaged):
        features_from_bytes(bytes(damaged))


@given(length=st.integers(0, len(DATA) - 1))
def test_truncated_bytes_are_rejected(length: int) -> None:
    with pytest.raises(FeaturesDamaged):
        features_from_bytes(DATA[:length])
