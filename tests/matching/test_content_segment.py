"""Lines of the content log as a file: all are kept and found."""

from __future__ import annotations

import uuid

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from staydown.domain.uploads.content_log import LogLine
from staydown.matching.arrays_file import SnapshotDamaged
from staydown.matching.content_segment import (
    ContentSegment,
    concatenate_segments,
    read_content,
    write_content,
)

lines = st.builds(
    LogLine,
    upload_id=st.uuids().map(str),
    sha256=st.binary(min_size=32, max_size=32),
    views=st.integers(0, 3).flatmap(lambda n: st.binary(min_size=32 * n, max_size=32 * n)),
)


def as_lines(segment: ContentSegment) -> list[LogLine]:
    ends = np.cumsum(segment.counts)
    return [
        LogLine(
            str(uuid.UUID(bytes=segment.ids[row].tobytes())),
            segment.sha256[row].tobytes(),
            segment.views[end - count : end].tobytes(),
        )
        for row, (end, count) in enumerate(zip(ends, segment.counts, strict=True))
    ]


@given(st.lists(lines), st.lists(lines))
def test_lines_survive_a_file_and_joining_of_files(some: list[LogLine], others: list[LogLine]) -> None:
    one, other = ContentSegment.from_lines(some), ContentSegment.from_lines(others)
    assert as_lines(read_content(write_content(one))) == some
    assert as_lines(read_content(write_content(concatenate_segments([one, other])))) == some + others


@given(st.lists(lines, min_size=1), st.data())
def test_near_search_equals_brute_force(some: list[LogLine], data: st.DataObject) -> None:
    hashes = data.draw(st.lists(st.binary(min_size=32, max_size=32), max_size=3))
    hashes += [line.views[:32] for line in some if line.views and data.draw(st.booleans())]
    digests = {line.sha256 for line in some if data.draw(st.booleans())}
    distance = data.draw(st.sampled_from([0, 31, 100, 128]))
    wanted = np.frombuffer(b"".join(hashes), np.uint8).reshape(-1, 32)
    expected = [
        line.upload_id
        for line in some
        if line.sha256 in digests
        or any(
            (int.from_bytes(line.views[at : at + 32]) ^ int.from_bytes(one)).bit_count() <= distance
            for at in range(0, len(line.views), 32)
            for one in hashes
        )
    ]
    found = ContentSegment.from_lines(some).uploads_within(wanted, digests, distance)
    assert found == list(dict.fromkeys(expected))


def test_changed_byte_is_detected() -> None:
    whole = write_content(ContentSegment.from_lines([LogLine(str(uuid.uuid4()), b"s" * 32, b"v" * 64)]))
    for place in range(0, len(whole), 7):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        with pytest.raises(SnapshotDamaged):
            read_content(bytes(damaged))
    with pytest.raises(SnapshotDamaged):
        read_content(whole[:-1])
