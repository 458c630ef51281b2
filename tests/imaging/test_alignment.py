"""Laying pictures over each other: copies agree tile by tile, a shared frame alone proves nothing."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from staydown.domain.evidence import Evidence, EvidencePolicy
from staydown.domain.verdicts import Verdict
from staydown.imaging.alignment import align, drawn_over
from staydown.imaging.features import TILES
from staydown.imaging.keypoints import ask_plane, bank_features
from staydown.imaging.luma import Plane

from tests.imaging.scenes import as_picture, scene

POLICY = EvidencePolicy()


def laid_over(asked: Plane, judged: Plane, variant: str = "upright") -> Evidence | None:
    return align(ask_plane(np.ascontiguousarray(asked)), bank_features(as_picture(judged)), variant)


def verdict(evidence: Evidence | None) -> Verdict:
    return Verdict.CLEAR if evidence is None else POLICY.judge(evidence)


def turned(plane: Plane, degrees: float) -> Plane:
    return np.asarray(Image.fromarray(plane).rotate(degrees, Image.Resampling.BICUBIC, expand=True))


def in_app(plane: Plane) -> Plane:
    """A phone's screen around the picture: bars with signs, the same for every picture."""
    signs = scene(999, 640, 200)
    return np.concatenate([signs, plane, signs[::-1]])


def test_the_same_picture_agrees_everywhere() -> None:
    evidence = laid_over(scene(1), scene(1))
    assert evidence is not None
    assert evidence.visible >= 60
    assert evidence.agreeing(32) == evidence.visible
    assert evidence.spread == 16
    assert np.allclose(evidence.transform, (1, 0, 0, 0, 1, 0, 0, 0, 1), atol=0.5)
    assert POLICY.judge(evidence) is Verdict.BLOCK


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
    assert verdict(laid_over(edit(scene(2)), scene(2))) is Verdict.BLOCK, name


@pytest.mark.parametrize("variant", ["mirrored", "inverted", "mirrored, inverted"])
def test_a_mirrored_or_inverted_copy_is_blocked_when_taken_so(variant: str) -> None:
    plane = scene(3)
    altered = plane[:, ::-1] if "mirrored" in variant else plane
    altered = 255 - altered if "inverted" in variant else altered
    evidence = laid_over(altered, plane, variant)
    assert verdict(evidence) is Verdict.BLOCK
    assert evidence is not None
    assert evidence.mirrored == ("mirrored" in variant)
    assert evidence.inverted == ("inverted" in variant)
    assert verdict(laid_over(altered, plane)) is Verdict.CLEAR


def test_unrelated_pictures_are_clear() -> None:
    for one in range(4, 10):
        assert verdict(laid_over(scene(one), scene(one + 10))) is Verdict.CLEAR


def test_the_same_app_around_unrelated_pictures_is_clear_though_keypoints_agree() -> None:
    evidence = laid_over(in_app(scene(20)), in_app(scene(21)))
    assert evidence is not None
    assert evidence.inliers >= 10
    assert POLICY.judge(evidence) is Verdict.CLEAR


def test_a_caption_at_the_head_of_one_and_the_foot_of_the_other_is_clear() -> None:
    caption = scene(998, 640, 200)
    above = np.concatenate([caption, scene(30)])
    below = np.concatenate([scene(31), caption])
    evidence = laid_over(above, below)
    assert evidence is not None
    assert evidence.agreeing(64) == evidence.visible > 0, "all that can be compared is the caption"
    assert evidence.overlap < 0.4
    assert POLICY.judge(evidence) is Verdict.CLEAR


def test_a_copy_is_found_beside_an_overlay_that_outvotes_it() -> None:
    judged = np.concatenate([scene(22), scene(999, 640, 160)])
    small = np.asarray(Image.fromarray(scene(22)).resize((448, 336)))
    asked = np.full((640, 640), 128, np.float32)
    asked[:160] = scene(999, 640, 160)
    asked[200:536, 100:548] = small
    evidence = laid_over(asked, judged)
    assert evidence is not None
    assert abs(evidence.transform[0]) > 1.1
    assert evidence.agreeing(64) >= 3


def test_only_tiles_that_the_asked_picture_covers_count() -> None:
    plane = scene(23)
    evidence = laid_over(plane[:, :330], plane)
    assert evidence is not None
    right = [index for index, tile in enumerate(TILES) if tile.left + tile.width > 0.6]
    left = [index for index, tile in enumerate(TILES) if tile.left + tile.width < 0.45]
    assert all(evidence.tiles[index] is None for index in right)
    assert any(evidence.tiles[index] is not None for index in left)


def test_plain_pictures_propose_nothing() -> None:
    assert laid_over(np.full((300, 400), 80, np.float32), scene(24)) is None
    assert laid_over(scene(24), np.full((300, 400), 80, np.float32)) is None


def test_the_asked_picture_can_be_drawn_in_the_judged_ones_frame() -> None:
    plane = scene(25)
    asked, judged = ask_plane(turned(255 - plane, 9)), bank_features(as_picture(plane))
    evidence = align(asked, judged, "inverted")
    assert evidence is not None
    drawn = drawn_over(asked, judged, evidence, 200, 200).astype(np.float64)
    expected = np.asarray(Image.fromarray(plane).resize((200, 200)), np.float64)
    assert np.corrcoef(drawn[20:-20, 20:-20].ravel(), expected[20:-20, 20:-20].ravel())[0, 1] > 0.9


def test_the_answer_is_the_same_every_time() -> None:
    assert laid_over(turned(scene(26), 5), scene(26)) == laid_over(turned(scene(26), 5), scene(26))
