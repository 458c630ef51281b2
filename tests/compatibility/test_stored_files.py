"""Files of an earlier release (snapshots, segments, features, encrypted answers) are read completely."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.idempotency import IdempotentHandler
from staydown.api.response_encryption import EncryptedResponseSerializer, ResponseDecryptionFailed
from staydown.aws.codec import Codec
from staydown.aws.stack import Stack
from staydown.domain.bank.entry import BankEntry
from staydown.imaging.feature_bytes import features_from_bytes, features_to_bytes
from staydown.imaging.features import ReferenceFeatures
from staydown.matching.arrays_file import SnapshotDamaged, read_arrays, write_arrays
from staydown.matching.bank_snapshot import read_segment, write_segment
from staydown.matching.content_segment import read_content, write_content
from staydown.matching.keypoint_snapshot import read_keypoints, write_keypoints

from tests.compatibility.golden_data import canonical, golden, golden_bytes
from tests.support.botocore_hooks import Answer, Call, Watcher
from tests.support.clock import Clock
from tests.support.cloud import memory_cloud

EXPECTED: dict[str, Any] = golden("stored_files")
"""The expected content of each file."""


def test_golden_bank_snapshot_holds_its_entries() -> None:
    segment = read_segment(golden_bytes("bank_snapshot"))
    assert segment.seq == EXPECTED["bank_snapshot"]["seq"]
    found = [Codec(BankEntry).dump(entry) for entry in segment]
    assert canonical(found) == canonical(EXPECTED["bank_snapshot"]["entries"])


def test_golden_bank_snapshot_keeps_its_standings() -> None:
    expected = EXPECTED["bank_snapshot"]["standings"]
    segment = read_segment(golden_bytes("bank_snapshot"))
    assert [entry.standing.value for entry in segment] == expected["by_entry"]
    assert segment.standings().tolist() == expected["by_array"]


def test_golden_bank_snapshot_is_rewritten_as_it_was() -> None:
    data = golden_bytes("bank_snapshot")
    assert write_segment(read_segment(data)) == data


def test_damaged_golden_bank_snapshot_is_rejected() -> None:
    data = bytearray(golden_bytes("bank_snapshot"))
    data[len(data) // 2] ^= 1
    with pytest.raises(SnapshotDamaged):
        read_segment(bytes(data))


def test_golden_content_segment_holds_its_uploads() -> None:
    data, expected = golden_bytes("content_segment"), EXPECTED["content_segment"]
    segment = read_content(data)
    assert segment.upload_ids() == expected["upload_ids"]
    assert segment.ids.tobytes() == expected["ids"]
    assert segment.sha256.tobytes() == expected["sha256"]
    assert segment.views.tobytes() == expected["views"]
    assert segment.counts.tolist() == expected["counts"]
    wanted = np.frombuffer(expected["views"][:32], np.uint8).reshape(1, 32)
    assert segment.uploads_within(wanted, (), 0) == expected["near_first_view"]
    assert write_content(segment) == data


def test_golden_features_hold_their_keypoints() -> None:
    data, expected = golden_bytes("features"), EXPECTED["features"]
    features = features_from_bytes(data)
    assert canonical(_contents(features)) == canonical(expected)
    assert features_to_bytes(features) == data


def test_golden_keypoint_snapshot_holds_its_pictures() -> None:
    data, expected = golden_bytes("keypoint_snapshot"), EXPECTED["keypoint_snapshot"]
    index = read_keypoints(data)
    ids, arrays = index.contents()
    assert (index.seq, ids) == (expected["seq"], expected["ids"])
    assert sorted(array.tobytes() for array in arrays.values()) == sorted(expected["arrays"].values())
    assert write_keypoints(index) == data


def test_golden_arrays_file_is_read_and_rewritten() -> None:
    data, expected = golden_bytes("arrays_file"), EXPECTED["arrays_file"]
    layout = [(name, np.dtype(kind), tuple(shape)) for name, kind, shape in expected["layout"]]
    meta, arrays = read_arrays(expected["magic"], expected["version"], data, lambda _: layout)
    assert dict(meta) == expected["meta"]
    assert {name: array.tolist() for name, array in arrays.items()} == expected["arrays"]
    assert write_arrays(expected["magic"], expected["version"], meta, layout, arrays) == data


def test_golden_sealed_answer_opens() -> None:
    sealed = EXPECTED["sealed"]
    assert EncryptedResponseSerializer(tuple(sealed["parts"])).from_dict(sealed["stored"]) == sealed["answer"]


def test_golden_sealed_answer_opens_to_no_other_request() -> None:
    sealed = EXPECTED["sealed"]
    with pytest.raises(ResponseDecryptionFailed):
        EncryptedResponseSerializer((*sealed["parts"][:-1], None)).from_dict(sealed["stored"])


class _TableWithOneItem(Watcher):
    """The idempotency table with one item. Rejects every put, and records the items of these puts."""

    def __init__(self, item: dict[str, Any]) -> None:
        self._item = item
        self.puts: list[dict[str, Any]] = []

    def before(self, call: Call) -> Answer | None:
        if call.operation != "PutItem":
            return None
        self.puts.append(call.params["Item"])
        error = {"Code": "ConditionalCheckFailedException", "Message": ""}
        return Answer({"Error": error, "Item": self._item}, 400)


def test_golden_idempotent_answer_is_given_again() -> None:
    kept = EXPECTED["idempotency"]
    store = _TableWithOneItem(kept["item"])
    with memory_cloud() as cloud, cloud.wire.watched_by(store):
        calls = IdempotentHandler(Stack(cloud.settings, cloud.session, now=Clock()), _never)
        assert calls(kept["event"], LambdaContext()) == kept["answer"]
    (put,) = store.puts
    assert {name: put[name] for name in ("id", "validation")} == {
        name: kept["item"][name] for name in ("id", "validation")
    }


def _never(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    raise AssertionError(f"the request was repeated: {json.dumps(event)}")


def _contents(features: ReferenceFeatures) -> dict[str, Any]:
    points = features.keypoints
    return {
        "width": features.width,
        "height": features.height,
        "positions": points.positions.tolist(),
        "angles": points.angles.tobytes(),
        "levels": points.levels.tobytes(),
        "descriptors": points.descriptors.tobytes(),
        "tiles": features.tiles.tobytes(),
        "qualities": features.qualities.tobytes(),
    }
