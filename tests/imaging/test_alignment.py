"""Laying pictures over each other: copies agree tile by tile, a shared frame alone proves nothing."""

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


def alignment_of(asked: Plane, judged: Plane, variant: str = "upright") -> Alignment | None:
    return align(
        query_features_of_plane(np.ascontiguousarray(asked)), reference_features(as_picture(judged)), variant
    )


def verdict(evidence: Alignment | None) -> Verdict:
    return Verdict.CLEAR if evidence is None else POLICY.judge_alignment(evidence)


def turned(plane: Plane, degrees: float) -> Plane:
    return np.asarray(Image.fromarray(plane).rotate(degrees, Image.Resampling.BICUBIC, expand=True))


def in_app(plane: Plane) -> Plane:
    """A phone's screen around the picture: bars with signs, the same for every picture."""
    signs = scene(999, 640, 200)
    return np.concatenate([signs, plane, signs[::-1]])


def test_same_image_agrees_everywhere() -> None:
    evidence = alignment_of(scene(1), scene(1))
    assert evidence is not None
    assert evidence.comparable_tiles >= 60
    assert evidence.agreeing_tiles(32) == evidence.comparable_tiles
    assert np.allclose(evidence.transform, (1, 0, 0, 0, 1, 0, 0, 0, 1), atol=0.5)
    assert POLICY.judge_alignment(evidence) is Verdict.BLOCK


@pytest.mark.parametrize(
    ("name", "edit"),
    [
        ("half of it", lambda plane: plane[100:440, 120:570]),
        ("a third of it", lambda plane: plane[40:317, 30:400]),
        ("turned by 17 degrees", lambda plane: turned(plane, 17)),
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
    evidence = alignment_of(altered, plane, variant)
    assert verdict(evidence) is Verdict.BLOCK
    assert evidence is not None
    assert evidence.mirrored == ("mirrored" in variant)
    assert evidence.inverted == ("inverted" in variant)
    assert verdict(alignment_of(altered, plane)) is Verdict.CLEAR


def test_unrelated_images_are_clear() -> None:
    for one in range(4, 10):
        assert verdict(alignment_of(scene(one), scene(one + 10))) is Verdict.CLEAR


def test_same_app_frame_around_unrelated_images_is_clear() -> None:
    evidence = alignment_of(in_app(scene(20)), in_app(scene(21)))
    assert evidence is not None
    assert evidence.inliers >= 10
    assert POLICY.judge_alignment(evidence) is Verdict.CLEAR


def test_shared_caption_in_different_places_is_clear() -> None:
    caption = scene(998, 640, 200)
    above = np.concatenate([caption, scene(30)])
    below = np.concatenate([scene(31), caption])
    evidence = alignment_of(above, below)
    assert evidence is not None
    assert evidence.agreeing_tiles(64) == evidence.comparable_tiles > 0, (
        "all that can be compared is the caption"
    )
    assert evidence.overlap < 0.4
    assert POLICY.judge_alignment(evidence) is Verdict.CLEAR


def test_copy_is_found_beside_a_dominant_overlay() -> None:
    judged = np.concatenate([scene(22), scene(999, 640, 160)])
    small = np.asarray(Image.fromarray(scene(22)).resize((448, 336)))
    asked = np.full((640, 640), 128, np.float32)
    asked[:160] = scene(999, 640, 160)
    asked[200:536, 100:548] = small
    evidence = alignment_of(asked, judged)
    assert evidence is not None
    assert abs(evidence.transform[0]) > 1.1
    assert evidence.agreeing_tiles(64) >= 3


def test_only_tiles_covered_by_the_query_count() -> None:
    plane = scene(23)
    evidence = alignment_of(plane[:, :330], plane)
    assert evidence is not None
    right = [index for index, tile in enumerate(TILES) if tile.left + tile.width > 0.6]
    left = [index for index, tile in enumerate(TILES) if tile.left + tile.width < 0.45]
    assert all(evidence.tile_distances[index] is None for index in right)
    assert any(evidence.tile_distances[index] is not None for index in left)


def test_plain_images_give_no_alignment() -> None:
    assert alignment_of(np.full((300, 400), 80, np.float32), scene(24)) is None
    assert alignment_of(scene(24), np.full((300, 400), 80, np.float32)) is None


def test_query_is_warped_onto_the_reference_frame() -> None:
    plane = scene(25)
    asked, judged = query_features_of_plane(turned(255 - plane, 9)), reference_features(as_picture(plane))
    evidence = align(asked, judged, "inverted")
    assert evidence is not None
    drawn = warp_onto(asked, judged, evidence, 200, 200).astype(np.float64)
    expected = np.asarray(Image.fromarray(plane).resize((200, 200)), np.float64)
    assert np.corrcoef(drawn[20:-20, 20:-20].ravel(), expected[20:-20, 20:-20].ravel())[0, 1] > 0.9


def test_alignment_is_deterministic() -> None:
    assert alignment_of(turned(scene(26), 5), scene(26)) == alignment_of(turned(scene(26), 5), scene(26))
