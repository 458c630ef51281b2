"""Look-ups by keypoints: `python -m tools.benchmarks.keypoint_candidates --sizes 100 1000 10000`.

The bank has photographs, and crops of others, each rotated and with another gamma. The uploads are edited
copies of photographs in the bank, and photographs that are not. Times are processor time of one thread, so
that other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
from PIL import Image
from staydown.imaging.decode import decode
from staydown.imaging.feature_bytes import features_from_bytes, features_to_bytes
from staydown.imaging.features import QueryFeatures
from staydown.imaging.keypoints import query_features, reference_features
from staydown.imaging.limits import Limits
from staydown.matching.keypoint_index import KeypointIndex
from staydown.matching.keypoint_snapshot import read_keypoints, write_keypoints

from tools.benchmarks.attacks import ATTACKS, Attack, as_jpeg
from tools.benchmarks.edits_geometry import cropped, flipped
from tools.benchmarks.edits_tones import gamma
from tools.benchmarks.photographs import choose_photographs, in_parallel
from tools.photographs import photograph_file, photograph_image

_OWN, _UNRELATED, _FILLERS = 60, 30, 210
_EVERY = 13
"""Each photograph is looked up with every 13th edit, from another start."""
_FILLER = Attack("filler", (cropped(0.25, 0.6), gamma, flipped(Image.Transpose.ROTATE_90)))


def _no_preparation() -> None:
    cv2.setNumThreads(1)


def _filler(task: tuple[str, int]) -> bytes:
    name, number = task
    data = _FILLER(photograph_image(name), f"{name} {number}", ())
    return features_to_bytes(reference_features(decode(data, Limits())))


def _asked(data: bytes) -> QueryFeatures:
    return query_features(decode(data, Limits()))[0]


def _id(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def _timed(index: KeypointIndex, asked: Sequence[QueryFeatures]) -> tuple[list[float], list[list[str]]]:
    times, found = [], []
    for features in asked:
        start = time.process_time()
        candidates = index.candidates(features)
        times.append(1000 * (time.process_time() - start))
        found.append([candidate.entry_id for candidate in candidates])
    return times, found


def main() -> None:
    parser = argparse.ArgumentParser(description="Candidates by keypoints, by size of the bank.")
    parser.add_argument("--sizes", type=int, nargs="*", default=[100, 1_000, 10_000])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="JSON file for the figures")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    chosen = choose_photographs(_OWN, given.seed, share=0.3)
    unrelated, fillers = chosen.split_others(_UNRELATED, _FILLERS)
    partners = tuple(photograph_image(name) for name in unrelated)
    copies = [
        (name, _asked(attack(photograph_image(name), f"{given.seed} {name}", partners)))
        for place, name in enumerate(chosen.banked)
        for attack in ATTACKS[place % _EVERY :: _EVERY]
    ]
    innocent = [_asked(as_jpeg(photograph_image(name), 85)) for name in unrelated]
    own = [(_id(name), reference_features(decode(photograph_file(name), Limits()))) for name in chosen.banked]
    random.Random(given.seed).shuffle(own)
    tasks = [(fillers[n % len(fillers)], n) for n in range(max(given.sizes) - len(own))]
    others = list(in_parallel(_no_preparation, (), _filler, tasks))
    rows: list[dict[str, Any]] = []
    for size in given.sizes:
        pictures = [*own, *((str(uuid.UUID(int=n)), features_from_bytes(d)) for n, d in enumerate(others))]
        index = KeypointIndex.from_pictures(pictures[:size])
        data = write_keypoints(index)
        start = time.process_time()
        read_keypoints(data)
        load = time.process_time() - start
        times, found = _timed(index, [asked for _, asked in copies])
        idle, none = _timed(index, innocent)
        rows.append(
            {
                "pictures": len(index),
                "ms_copy": statistics.median(times),
                "ms_unrelated": statistics.median(idle),
                "candidates_unrelated": statistics.mean(len(each) for each in none),
                "among_five": statistics.mean(
                    _id(name) in each for (name, _), each in zip(copies, found, strict=True)
                ),
                "megabytes": index.nbytes / 1e6,
                "snapshot_megabytes": len(data) / 1e6,
                "load_seconds": load,
            }
        )
        print(json.dumps(rows[-1]), flush=True)
    if given.out:
        given.out.write_text(json.dumps({"seed": given.seed, "rows": rows}, indent=1))


if __name__ == "__main__":
    main()
