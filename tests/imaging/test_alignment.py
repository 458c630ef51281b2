"""Alignment: copies agree tile by tile; a shared frame alone is no match."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from staydown.domain.bank.alignment import Alignment, AlignmentPolicy
from staydown.domain.bank.verdicts import Verdict
from staydown.imaging.alignment import align, warp_onto
from staydown.imaging.features import TILES
from staydown.imaging.keypoints import query_features_of_plane, reference_features
from staydown.imaging.luma import Plane

from tests.imaging.sample_planes import as_picture, scene

POLICY = AlignmentPolicy()


def alignment_of(query: Plane, reference: Plane, variant: str = "upright") -> Alignment | None:
    return align(
        query_features_of_plane(np.ascontiguousarray(query)),
        reference_features(as_picture(reference)),
        variant,
    )


def verdict(alignment: Alignment | None) -> Verdict:
    return Verdict.CLEAR if alignment is None else POLICY.judge_alignment(alignment)


def rotated(plane: Plane, degrees: float) -> Plane:
    return np.asarray(Image.fromarray(plane).rotate(degrees, Image.Resampling.BICUBIC, expand=True))


def in_app(plane: Plane) -> Plane:
    """Return the picture between two bars with signs, the same for every picture."""
    signs = scene(999, 640, 200)
    return np.concatenate([signs, plane, signs[::-1]])


def test_same_image_agrees_everywhere() -> None:
    alignment = alignment_of(scene(1), scene(1))
    assert alignment is not None
    assert alignment.comparable_tiles >= 60
    assert alignment.agreeing_tiles(32) == alignment.comparable_tiles
    assert np.allclose(alignment.transform, (1, 0, 0, 0, 1, 0, 0, 0, 1), atol=0.5)
    assert POLICY.judge_alignment(alignment) is Verdict.BLOCK


@pytest.mark.parametrize(
    ("name", "edit"),
    [
        ("half of it", lambda plane: plane[100:440, 120:570]),
        ("a third of it", lambda plane: plane[40:317, 30:400]),
        ("rotated by 17 degrees", lambda plane: rotated(plane, 17)),
        ("upside down", lambda plane: plane[::-1, ::-1]),
        ("in an app", in_app),
        ("half as bright", lambda plane: plane * 0.5),
    ],
)
def test_an_altered_copy_is_blocked(name: str, edit) -> None:  # type: ignore[no-untyped-def]
    assert verdict(alignment_of(edit(scene(2)), scene(2))) is Verdict.BLOCK, name


@pytest.mark.parametrize("variant", ["mirrored", "inverted", "mirrored, inverted"])
def test_mirrored_or_inverted_copy_is_blocked_in_its_variant(variant: str) -> None:
    plane = scene(3)
    altered = plane[:, ::-1] if "mirrored" in variant else plane
    altered = 255 - altered if "inverted" in variant else altered
    alignment = alignment_of(altered, plane, variant)
    assert verdict(alignment) is Verdict.BLOCK
    assert alignment is not None
    assert alignment.mirrored == ("mirrored" in variant)
    assert alignment.inverted == ("inverted" in variant)
    assert verdict(alignment_of(altered, plane)) is Verdict.CLEAR


def test_unrelated_images_are_clear() -> None:
    for seed in range(4, 10):
        assert verdict(alignment_of(scene(seed), scene(seed + 10))) is Verdict.CLEAR


def test_same_app_frame_around_unrelated_images_is_clear() -> None:
    alignment = alignment_of(in_app(scene(20)), in_app(scene(21)))
    assert alignment is not None
    assert alignment.inliers >= 10
    assert POLICY.judge_alignment(alignment) is Verdict.CLEAR


def test_shared_caption_in_different_places_is_clear() -> None:
    caption = scene(998, 640, 200)
    above = np.concatenate([caption, scene(30)])
    below = np.concatenate([scene(31), caption])
    alignment = alignment_of(above, below)
    assert alignment is not None
    assert alignment.agreeing_tiles(64) == alignment.comparable_tiles > 0, "only the caption is comparable"
    assert alignment.overlap < 0.4
    assert POLICY.judge_alignment(alignment) is Verdict.CLEAR


def test_copy_is_found_beside_a_dominant_overlay() -> None:
    reference = np.concatenate([scene(22), scene(999, 640, 160)])
    small = np.asarray(Image.fromarray(scene(22)).resize((448, 336)))
    query = np.full((640, 640), 128, np.float32)
    query[:160] = scene(999, 640, 160)
    query[200:536, 100:548] = small
    alignment = alignment_of(query, reference)
    assert alignment is not None
    assert abs(alignment.transform[0]) > 1.1
    assert alignment.agreeing_tiles(64) >= 3


def test_only_tiles_covered_by_the_query_count() -> None:
    plane = scene(23)
    alignment = alignment_of(plane[:, :330], plane)
    assert alignment is not None
    right = [index for index, tile in enumerate(TILES) if tile.left + tile.width > 0.6]
    left = [index for index, tile in enumerate(TILES) if tile.left + tile.width < 0.45]
    assert all(alignment.tile_distances[index] is None for index in right)
    assert any(alignment.tile_distances[index] is not None for index in left)


def test_plain_images_give_no_alignment() -> None:
    assert alignment_of(np.full((300, 400), 80, np.float32), scene(24)) is None
    assert alignment_of(scene(24), np.full((300, 400), 80, np.float32)) is None


def test_query_is_warped_onto_the_reference_frame() -> None:
    plane = scene(25)
    query, reference = query_features_of_plane(rotated(255 - plane, 9)), reference_features(as_picture(plane))
    alignment = align(query, reference, "inverted")
    assert alignment is not None
    warped = warp_onto(query, reference, alignment, 200, 200).astype(np.float64)
    expected = np.asarray(Image.fromarray(plane).resize((200, 200)), np.float64)
    assert np.corrcoef(warped[20:-20, 20:-20].ravel(), expected[20:-20, 20:-20].ravel())[0, 1] > 0.9


def test_alignment_is_deterministic() -> None:
    assert alignment_of(rotated(scene(26), 5), scene(26)) == alignment_of(rotated(scene(26), 5), scene(26))
