"""The keypoint index: it finds added references, erases removed ones, and survives a snapshot."""

from __future__ import annotations

import uuid

import numpy as np
import pytest
from staydown.domain.bank.alignment import AlignmentPolicy
from staydown.domain.bank.verdicts import Verdict
from staydown.imaging.features import QueryFeatures
from staydown.imaging.keypoints import query_features_of_plane, reference_features
from staydown.matching.arrays_file import SnapshotDamaged
from staydown.matching.keypoint_alignment import align_candidates
from staydown.matching.keypoint_index import KeypointIndex
from staydown.matching.keypoint_snapshot import read_keypoints, write_keypoints

from tests.imaging.sample_planes import as_picture, scene

COUNT = 12
IDS = [str(uuid.UUID(int=number + 1)) for number in range(COUNT)]
JUDGED = [reference_features(as_picture(scene(number))) for number in range(COUNT)]


def query(number: int) -> QueryFeatures:
    """Return the features of the middle half of a picture."""
    return query_features_of_plane(np.ascontiguousarray(scene(number)[80:420, 90:550]))


def index(count: int = COUNT) -> KeypointIndex:
    filled = KeypointIndex()
    for entry_id, features in zip(IDS[:count], JUDGED, strict=False):
        filled.add(entry_id, features)
    return filled


def first(found: KeypointIndex, number: int) -> str | None:
    candidates = found.candidates(query(number))
    return candidates[0].entry_id if candidates else None


def test_an_empty_index_proposes_nothing() -> None:
    assert KeypointIndex().candidates(query(0)) == []


def test_each_image_is_the_first_candidate_for_its_copy() -> None:
    filled = index()
    assert len(filled) == COUNT
    assert [first(filled, number) for number in range(COUNT)] == IDS


def test_image_is_found_as_soon_as_it_is_added() -> None:
    growing = KeypointIndex()
    for number in range(COUNT):
        growing.add(IDS[number], JUDGED[number])
        assert first(growing, number) == IDS[number]
        assert first(growing, 0) == IDS[0]


def test_bulk_and_single_additions_answer_alike() -> None:
    at_once = KeypointIndex.from_pictures(
        (entry_id, features) for entry_id, features in zip(IDS, JUDGED, strict=True)
    )
    one_by_one = index()
    for number in range(COUNT):
        one, other = at_once.candidates(query(number))[0], one_by_one.candidates(query(number))[0]
        assert (one.entry_id, one.variant) == (other.entry_id, other.variant)


def test_removed_entry_is_not_found_and_leaves_no_data() -> None:
    filled = index()
    filled.remove(IDS[3])
    assert IDS[3] not in filled
    assert len(filled) == COUNT - 1
    assert IDS[3] not in {candidate.entry_id for candidate in filled.candidates(query(3))}
    assert first(filled, 4) == IDS[4]
    assert JUDGED[3].keypoints.descriptors[:8].tobytes() not in write_keypoints(filled)


def test_removing_an_unknown_entry_does_nothing() -> None:
    filled = index(2)
    filled.remove(IDS[5])
    assert len(filled) == 2


def test_entry_may_have_several_images() -> None:
    filled = KeypointIndex()
    filled.add(IDS[0], JUDGED[0])
    filled.add(IDS[0], JUDGED[1])
    assert first(filled, 0) == first(filled, 1) == IDS[0]


def test_unrelated_image_is_no_match() -> None:
    policy = AlignmentPolicy()
    matches = align_candidates([query(100), query(101)], index())
    assert all(policy.judge_alignment(match.alignment) is Verdict.CLEAR for match in matches)


def test_a_match_names_the_entry_and_the_frame() -> None:
    matches = align_candidates([query(100), query(5)], index())
    blocked = [
        match for match in matches if AlignmentPolicy().judge_alignment(match.alignment) is Verdict.BLOCK
    ]
    assert {(match.entry_id, match.frame) for match in blocked} == {(IDS[5], 1)}


def test_snapshot_restores_the_same_index() -> None:
    filled = index()
    filled.seq = 77
    filled.remove(IDS[1])
    data = write_keypoints(filled)
    again = read_keypoints(data)
    assert again.seq == 77
    assert len(again) == COUNT - 1
    assert write_keypoints(again) == data
    for number in (0, 2, 11):
        assert first(again, number) == first(filled, number)


def test_an_empty_index_has_a_snapshot() -> None:
    again = read_keypoints(write_keypoints(KeypointIndex()))
    assert len(again) == 0
    again.add(IDS[0], JUDGED[0])
    assert first(again, 0) == IDS[0]


@pytest.mark.parametrize("at", [0, 9, 13, 20, 50, 5_000, -40, -1])
def test_damaged_snapshot_is_rejected(at: int) -> None:
    data = bytearray(write_keypoints(index(2)))
    data[at] ^= 1
    with pytest.raises(SnapshotDamaged):
        read_keypoints(bytes(data))


@pytest.mark.parametrize("length", [0, 10, 71, 5_000])
def test_truncated_snapshot_is_rejected(length: int) -> None:
    with pytest.raises(SnapshotDamaged):
        read_keypoints(write_keypoints(index(2))[:length])
