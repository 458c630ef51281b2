"""The file of a segment: it is read back equal, or rejected."""

from __future__ import annotations

import hashlib
import json
import mmap
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staydown.domain.bank.entry import BankEntry
from staydown.matching import bank_snapshot as snapshot
from staydown.matching.arrays_file import SnapshotDamaged
from staydown.matching.bank_segment import BankSegment

from tests.matching.sample_hashes import A_PARTNER, entries_by_id, entry


def small_file() -> bytes:
    entries = [
        entry(1, b"\x11" * 32, quality=90, sha256=b"\x22" * 32, phash=2**64 - 1),
        entry(2, b"\x33" * 32, supports=frozenset({A_PARTNER}), suspended=True),
        entry(3, sha256=b"\x44" * 32, supports=frozenset(), quality=0),
    ]
    return snapshot.write_segment(BankSegment.of_entries(entries, seq=77))


@given(entries_by_id, st.integers(0, 2**53))
def test_segment_survives_a_round_trip(entries: list[BankEntry], seq: int) -> None:
    segment = BankSegment.of_entries(entries, seq=seq)
    again = snapshot.read_segment(snapshot.write_segment(segment))
    assert list(again) == list(segment)
    assert again.seq == seq


@given(entries_by_id)
def test_rewriting_a_read_file_gives_the_same_bytes(entries: list[BankEntry]) -> None:
    data = snapshot.write_segment(BankSegment.of_entries(entries, seq=9))
    assert snapshot.write_segment(snapshot.read_segment(data)) == data
    assert snapshot.write_segment(BankSegment.of_entries(reversed(entries), seq=9)) == data


def test_file_layout_is_as_documented() -> None:
    data = small_file()
    magic, version, length = struct.unpack_from("<8sII", data)
    assert (magic, version) == (b"\x93SDBANK\n", 1)
    meta = json.loads(data[16 : 16 + length])
    assert (meta["count"], meta["seq"], meta["sha256_count"]) == (3, 77, 2)
    segment = snapshot.read_segment(data)
    ids = (16 + length + 63) // 64 * 64
    assert data[ids : ids + 48] == segment.ids.tobytes()
    assert data[ids + 64 : ids + 160] == segment.hashes.tobytes()
    assert data[-32:] == hashlib.sha256(data[:-32]).digest()


def test_every_changed_byte_is_detected() -> None:
    data = small_file()
    for place in range(len(data)):
        for change in (0x01, 0x80, 0xFF):
            damaged = bytearray(data)
            damaged[place] ^= change
            with pytest.raises(SnapshotDamaged):
                snapshot.read_segment(bytes(damaged))


def test_truncated_or_extended_file_is_detected() -> None:
    data = small_file()
    for length in range(len(data)):
        with pytest.raises(SnapshotDamaged):
            snapshot.read_segment(data[:length])
    with pytest.raises(SnapshotDamaged):
        snapshot.read_segment(data + b"\x00")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "too short"),
        (b"PK\x03\x04" + bytes(200), "magic number"),
        (small_file().replace(b"\n", b"\r\n", 1), "magic number"),
        (small_file()[:8] + struct.pack("<I", 2) + small_file()[12:], "format version 2, expected 1"),
        (small_file()[:-33] + small_file()[-32:], "checksum"),
    ],
)
def test_error_names_the_cause(data: bytes, what: str) -> None:
    with pytest.raises(SnapshotDamaged, match=what):
        snapshot.read_segment(data)


def with_meta(**changes: Any) -> bytes:
    """Return a file with the right checksum but inconsistent JSON."""
    data = small_file()
    _, _, length = struct.unpack_from("<8sII", data)
    meta = json.loads(data[16 : 16 + length])
    text = json.dumps({k: v for k, v in {**meta, **changes}.items() if v is not ...}).encode()
    body = data[:12] + struct.pack("<I", len(text)) + text
    arrays = data[(16 + length + 63) // 64 * 64 : -32]
    body += bytes(-len(body) % 64) + arrays
    return body + hashlib.sha256(body).digest()


def test_unchanged_json_is_accepted() -> None:
    assert len(snapshot.read_segment(with_meta())) == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"count": 4},
        {"count": 2},
        {"count": -3},
        {"count": 2**62},
        {"count": "3"},
        {"count": ...},
        {"seq": None},
        {"sha256_count": 1},
        {"sha256_count": 3},
        {"support_sets": []},
        {"support_sets": [[["case"]]]},
        {"support_sets": [[["rumour", "x"]]]},
        {"support_sets": 7},
    ],
)
def test_inconsistent_contents_are_rejected(changes: dict[str, Any]) -> None:
    with pytest.raises(SnapshotDamaged, match="inconsistent"):
        snapshot.read_segment(with_meta(**changes))


def test_data_beyond_the_arrays_is_rejected() -> None:
    body = small_file()[:-32] + bytes(64)
    with pytest.raises(SnapshotDamaged, match="inconsistent"):
        snapshot.read_segment(body + hashlib.sha256(body).digest())


def test_text_longer_than_the_file_is_rejected() -> None:
    body = struct.pack("<8sII", snapshot.MAGIC, snapshot.VERSION, 2**32 - 1) + bytes(64)
    with pytest.raises(SnapshotDamaged, match="inconsistent"):
        snapshot.read_segment(body + hashlib.sha256(body).digest())


def test_file_can_be_memory_mapped(tmp_path: Path) -> None:
    path = tmp_path / "segment"
    path.write_bytes(small_file())
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    assert list(snapshot.read_segment(memoryview(mapped))) == list(snapshot.read_segment(small_file()))


def test_read_bytes_are_not_copied() -> None:
    assert not snapshot.read_segment(small_file()).hashes.flags.owndata
