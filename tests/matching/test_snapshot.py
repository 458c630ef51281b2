"""The file of a segment: comes back the same, or not at all."""

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
from staydown.domain.bank import Entry
from staydown.matching import snapshot
from staydown.matching.arrays_file import SnapshotDamaged
from staydown.matching.segment import Segment

from tests.matching.known_hashes import A_PARTNER, entries_by_id, entry


def small_file() -> bytes:
    entries = [
        entry(1, b"\x11" * 32, quality=90, sha256=b"\x22" * 32, phash=2**64 - 1),
        entry(2, b"\x33" * 32, supports=frozenset({A_PARTNER}), suspended=True),
        entry(3, sha256=b"\x44" * 32, supports=frozenset(), quality=0),
    ]
    return snapshot.write(Segment.of_entries(entries, seq=77))


@given(entries_by_id, st.integers(0, 2**53))
def test_a_segment_comes_back_as_it_was(entries: list[Entry], seq: int) -> None:
    segment = Segment.of_entries(entries, seq=seq)
    again = snapshot.read(snapshot.write(segment))
    assert list(again) == list(segment)
    assert again.seq == seq


@given(entries_by_id)
def test_writing_what_was_read_gives_the_same_bytes(entries: list[Entry]) -> None:
    data = snapshot.write(Segment.of_entries(entries, seq=9))
    assert snapshot.write(snapshot.read(data)) == data
    assert snapshot.write(Segment.of_entries(reversed(entries), seq=9)) == data


def test_the_file_is_laid_out_as_documented() -> None:
    data = small_file()
    magic, version, length = struct.unpack_from("<8sII", data)
    assert (magic, version) == (b"\x93SDBANK\n", 1)
    meta = json.loads(data[16 : 16 + length])
    assert (meta["count"], meta["seq"], meta["sha256_count"]) == (3, 77, 2)
    segment = snapshot.read(data)
    ids = (16 + length + 63) // 64 * 64
    assert data[ids : ids + 48] == segment.ids.tobytes()
    assert data[ids + 64 : ids + 160] == segment.hashes.tobytes()
    assert data[-32:] == hashlib.sha256(data[:-32]).digest()


def test_every_changed_byte_is_noticed() -> None:
    data = small_file()
    for place in range(len(data)):
        for change in (0x01, 0x80, 0xFF):
            damaged = bytearray(data)
            damaged[place] ^= change
            with pytest.raises(SnapshotDamaged):
                snapshot.read(bytes(damaged))


def test_a_file_cut_short_anywhere_or_too_long_is_noticed() -> None:
    data = small_file()
    for length in range(len(data)):
        with pytest.raises(SnapshotDamaged):
            snapshot.read(data[:length])
    with pytest.raises(SnapshotDamaged):
        snapshot.read(data + b"\x00")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "too few"),
        (b"PK\x03\x04" + bytes(200), "does not begin as"),
        (small_file().replace(b"\n", b"\r\n", 1), "does not begin as"),
        (small_file()[:8] + struct.pack("<I", 2) + small_file()[12:], "format version 2, where 1"),
        (small_file()[:-33] + small_file()[-32:], "checksum"),
    ],
)
def test_what_is_wrong_is_said(data: bytes, what: str) -> None:
    with pytest.raises(SnapshotDamaged, match=what):
        snapshot.read(data)


def with_meta(**changes: Any) -> bytes:
    """A file whose checksum fits, but whose JSON was written by a faulty writer."""
    data = small_file()
    _, _, length = struct.unpack_from("<8sII", data)
    meta = json.loads(data[16 : 16 + length])
    text = json.dumps({k: v for k, v in {**meta, **changes}.items() if v is not ...}).encode()
    body = data[:12] + struct.pack("<I", len(text)) + text
    arrays = data[(16 + length + 63) // 64 * 64 : -32]
    body += bytes(-len(body) % 64) + arrays
    return body + hashlib.sha256(body).digest()


def test_the_json_as_it_was_is_accepted() -> None:
    assert len(snapshot.read(with_meta())) == 3


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
def test_contents_that_contradict_each_other_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(SnapshotDamaged, match="inconsistent"):
        snapshot.read(with_meta(**changes))


def test_more_than_the_arrays_is_refused() -> None:
    body = small_file()[:-32] + bytes(64)
    with pytest.raises(SnapshotDamaged, match="inconsistent"):
        snapshot.read(body + hashlib.sha256(body).digest())


def test_a_text_longer_than_the_file_is_refused() -> None:
    body = struct.pack("<8sII", snapshot.MAGIC, snapshot.VERSION, 2**32 - 1) + bytes(64)
    with pytest.raises(SnapshotDamaged, match="inconsistent"):
        snapshot.read(body + hashlib.sha256(body).digest())


def test_a_file_can_be_mapped(tmp_path: Path) -> None:
    path = tmp_path / "segment"
    path.write_bytes(small_file())
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    assert list(snapshot.read(memoryview(mapped))) == list(snapshot.read(small_file()))


def test_the_bytes_read_are_not_copied() -> None:
    assert not snapshot.read(small_file()).hashes.flags.owndata
