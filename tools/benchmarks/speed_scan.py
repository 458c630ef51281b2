"""Time of a complete scan, both stages, against 10,000 references and a million hashes.

The references are the photographs, repeated. In each repetition every fifth bit of the descriptors is random,
so that they spread over the tables as those of other images.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from staydown.domain.bank.entry import BankEntry, Support, SupportSource
from staydown.domain.bank.hashes import PdqHash
from staydown.imaging.decode import decode
from staydown.imaging.features import ReferenceFeatures
from staydown.imaging.fingerprint import fingerprint_picture
from staydown.imaging.keypoints import query_features, reference_features
from staydown.imaging.limits import Limits
from staydown.matching.bank_index import BankIndex
from staydown.matching.bank_segment import BankSegment
from staydown.matching.bank_snapshot import read_segment, write_segment
from staydown.matching.keypoint_alignment import align_candidates
from staydown.matching.keypoint_index import KeypointIndex
from staydown.matching.keypoint_snapshot import read_keypoints, write_keypoints

from tools.benchmarks.timing import memory_mb, row, timed, write_or_print
from tools.photographs import mosaic_file, photograph_file, photograph_names

LIMITS = Limits()
REFERENCES = 10**4
HASHES = 10**6


def measure() -> dict[str, Any]:
    cv2.setNumThreads(1)
    large = mosaic_file()
    bank, hash_snapshot = _bank()
    pictures, reference_snapshot = _pictures(_features_of_photographs(), REFERENCES)
    (whole,) = timed(lambda: _scan(large, bank, pictures), runs=15)
    what = f"scan of a 12-megapixel JPEG, against {REFERENCES:,} references and {HASHES:,} hashes"
    return {
        "scan": row(what, whole),
        "snapshots": [hash_snapshot, reference_snapshot],
        "memory_mb": memory_mb(),
    }


def _scan(data: bytes, bank: BankIndex, pictures: KeypointIndex) -> object:
    picture = decode(data, LIMITS)
    found = bank.match(fingerprint_picture(picture, data), distance=47, minimum_quality=50)
    return found, align_candidates(query_features(picture), pictures)


def _bank() -> tuple[BankIndex, dict[str, Any]]:
    random = np.random.default_rng(2)
    hashes = random.integers(0, 256, (HASHES, 32), dtype=np.uint8)
    supports = frozenset({Support(SupportSource.PARTNER, "a-partner")})
    entries = (
        BankEntry(str(uuid.UUID(int=number)), PdqHash(one.tobytes()), 100, None, None, supports)
        for number, one in enumerate(hashes)
    )
    data = write_segment(BankSegment.of_entries(entries, seq=HASHES))
    (load_time,) = timed(lambda: BankIndex.load([read_segment(data)], seq=HASHES), runs=3)
    bank = BankIndex.load([read_segment(data)], seq=HASHES)
    return bank, {"what": f"{HASHES:,} hashes", "mb": len(data) / 1e6, "load_ms": load_time.median}


def _pictures(real: list[ReferenceFeatures], count: int) -> tuple[KeypointIndex, dict[str, Any]]:
    many = ((str(uuid.UUID(int=number)), one) for number, one in enumerate(_repeated(real, count)))
    data = write_keypoints(KeypointIndex.from_pictures(many))
    (load_time,) = timed(lambda: read_keypoints(data), runs=3)
    return read_keypoints(data), {
        "what": f"{count:,} references",
        "mb": len(data) / 1e6,
        "load_ms": load_time.median,
    }


def _repeated(real: list[ReferenceFeatures], count: int) -> Iterator[ReferenceFeatures]:
    random = np.random.default_rng(3)
    for number in range(count):
        one = real[number % len(real)]
        if number >= len(real):
            points = replace(one.keypoints, descriptors=_with_noise(random, one.keypoints.descriptors))
            one = replace(one, keypoints=points)
        yield one


def _with_noise(random: np.random.Generator, descriptors: NDArray[np.uint8]) -> NDArray[np.uint8]:
    drawn = random.random((len(descriptors), 256)) < 0.2
    noise = random.integers(0, 256, descriptors.shape, dtype=np.uint8)
    mask = np.packbits(drawn, axis=1)
    return (descriptors & ~mask) | (noise & mask)


def _features_of_photographs() -> list[ReferenceFeatures]:
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(_features_of, photograph_names(), chunksize=8))


def _features_of(name: str) -> ReferenceFeatures:
    return reference_features(decode(photograph_file(name), LIMITS))


if __name__ == "__main__":
    write_or_print(measure())
