"""Verdicts from alignments: each threshold on its own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from staydown.domain.bank.alignment import Alignment, AlignmentPolicy, AlignmentThreshold
from staydown.domain.bank.entry import Standing
from staydown.domain.bank.verdicts import Verdict

POLICY = AlignmentPolicy()


def evidence(
    agreeing: int, visible: int, confirmed: int, cells: int, *, inliers: int = 40, overlap: float = 1.0
) -> Alignment:
    tiles = (10,) * agreeing + (110,) * (visible - agreeing) + (None,) * (66 - visible)
    cell_values = (True,) * confirmed + (False,) * (cells - confirmed) + (None,) * (64 - cells)
    identity = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
    return Alignment(identity, False, False, 100, inliers, overlap, tiles, cell_values)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (evidence(66, 66, 60, 60), Verdict.BLOCK),
        (evidence(40, 66, 39, 60), Verdict.BLOCK),
        (evidence(40, 66, 38, 60), Verdict.REVIEW),  # the same text across two different images
        (evidence(28, 66, 48, 60), Verdict.BLOCK),  # a large sticker
        (evidence(28, 66, 21, 26), Verdict.REVIEW),  # a page around a low-detail image
        (evidence(36, 64, 33, 35), Verdict.REVIEW),  # half of a collage; the other half has little detail
        (evidence(2, 2, 14, 16), Verdict.BLOCK),  # a small crop
        (evidence(2, 2, 8, 16), Verdict.REVIEW),
        (evidence(33, 66, 20, 60), Verdict.REVIEW),
        (evidence(18, 66, 45, 60), Verdict.REVIEW),  # scribbled over everywhere
        (evidence(18, 66, 30, 60), Verdict.CLEAR),  # the same frame around a different image
        (evidence(0, 66, 60, 60), Verdict.CLEAR),
        (evidence(0, 0, 0, 0), Verdict.CLEAR),
        (evidence(66, 66, 60, 60, inliers=7), Verdict.CLEAR),
        (evidence(66, 66, 60, 60, inliers=9), Verdict.REVIEW),
        (evidence(6, 6, 14, 14, overlap=0.3), Verdict.CLEAR),  # the same caption at a different position
    ],
)
def test_agreement_decides_the_verdict(found: Alignment, verdict: Verdict) -> None:
    assert POLICY.judge_alignment(found) is verdict


def test_only_a_confirmed_entry_blocks_by_alignment() -> None:
    found = evidence(66, 66, 60, 60)
    assert POLICY.judge_alignment(found, Standing.UNVERIFIED) is Verdict.REVIEW
    assert POLICY.judge_alignment(found, Standing.INACTIVE) is Verdict.CLEAR
    assert POLICY.judge_alignment(found, Standing.ALLOWED) is Verdict.CLEAR


def test_tile_agrees_up_to_the_distance_and_not_beyond() -> None:
    found = replace(evidence(0, 0, 0, 0), tile_distances=(64, 65, None))
    assert (found.agreeing_tiles(64), found.comparable_tiles, found.nearest_tile_distance) == (1, 2, 64)
    assert evidence(0, 0, 0, 0).nearest_tile_distance is None


def test_more_agreement_never_gives_a_milder_verdict() -> None:
    rank = {Verdict.CLEAR: 0, Verdict.REVIEW: 1, Verdict.BLOCK: 2}
    for visible in (1, 2, 4, 20, 66):
        verdicts = [
            rank[POLICY.judge_alignment(evidence(count, visible, 50, 60))] for count in range(visible + 1)
        ]
        assert verdicts == sorted(verdicts)


@pytest.mark.parametrize("change", [{"inliers": 0}, {"tiles": 0}, {"tile_share": 1.2}, {"overlap": -0.1}])
def test_thresholds_out_of_range_are_rejected(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        replace(AlignmentThreshold(10, 3, 0.6, 0.5), **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "contradicts"),
    [
        (evidence(29, 66, 24, 40), True),  # a different photograph on the same page
        (evidence(30, 66, 24, 40), False),
        (evidence(0, 66, 24, 40, inliers=9), False),
        (evidence(0, 11, 24, 40), False),
        (evidence(0, 0, 0, 0), False),
    ],
)
def test_aligned_but_different_image_contradicts_the_match(found: Alignment, contradicts: bool) -> None:
    assert POLICY.contradicts(found) is contradicts


def test_distance_out_of_range_is_rejected() -> None:
    with pytest.raises(ValueError, match="agree_distance"):
        AlignmentPolicy(agree_distance=129)
