"""Calibration against 10,000 references: `python -m tools.benchmarks.large_bank --out large.json`.

The bank has 60 photographs, and crops of others, each rotated and with another gamma. The uploads are edited
copies of these 60 photographs, and of 60 others without a crop in the bank: matches of the latter are wrong.
The rows have enough to judge each upload by another policy. The curve of recall against wrong matches comes
from them, and the distances of unrelated hashes, for larger banks.
"""

from __future__ import annotations

import argparse
import json
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from staydown.domain.bank.alignment import AlignmentPolicy
from staydown.domain.bank.verdicts import MatchPolicy, Verdict
from staydown.imaging.decode import decode
from staydown.imaging.feature_bytes import features_from_bytes, features_to_bytes
from staydown.imaging.fingerprint import fingerprint_picture
from staydown.imaging.keypoints import query_features, reference_features
from staydown.imaging.limits import Limits
from staydown.imaging.pdq import dct16, hash_of
from staydown.matching.keypoint_alignment import align_candidates
from staydown.matching.keypoint_index import KeypointIndex

from tools.benchmarks.attacks import ATTACKS, Attack, as_jpeg
from tools.benchmarks.edits_geometry import cropped, flipped
from tools.benchmarks.edits_tones import gamma
from tools.benchmarks.photographs import choose_photographs, in_parallel
from tools.benchmarks.recognisers import alignment_json, verdict_by_policy
from tools.photographs import photograph_image

LIMITS = Limits()
OWN, UNRELATED = 60, 60
_PARTNERS, _FILLERS = 30, 150
_EVERY = 13
"""Each photograph is looked up with every 13th edit, from another start."""
_FILLER = Attack("filler", (cropped(0.25, 0.6), gamma, flipped(Image.Transpose.ROTATE_90)))
_RANK = (Verdict.CLEAR, Verdict.REVIEW, Verdict.BLOCK)

Hashes = NDArray[np.uint64]
"""(n, 4): n hashes of 256 bits."""


class _Worker:
    index: KeypointIndex
    hashes: Hashes
    rows: Mapping[str, int]
    partners: tuple[Image.Image, ...]


def _prepare(index: KeypointIndex, hashes: Hashes, rows: Mapping[str, int], partners: Sequence[str]) -> None:
    cv2.setNumThreads(1)
    _Worker.index, _Worker.hashes, _Worker.rows = index, hashes, rows
    _Worker.partners = tuple(photograph_image(name) for name in partners)


def _no_preparation() -> None:
    cv2.setNumThreads(1)


def _banked(task: tuple[str, int | None]) -> tuple[bytes, int, bytes]:
    """Return the hash, quality and features of a photograph, or of its crop with this number."""
    name, number = task
    picture = photograph_image(name)
    data = as_jpeg(picture, 95) if number is None else _FILLER(picture, f"{name} {number}", ())
    decoded = decode(data, LIMITS)
    frame = decoded.frames[0]
    dct = dct16(frame.luma, frame.factor)
    return hash_of(dct).data, dct.quality, features_to_bytes(reference_features(decoded))


def _ask(task: tuple[int, str, int]) -> dict[str, Any]:
    """Look up an edited photograph. `bits` counts its comparisons by distance."""
    attack, name, seed = task
    data = ATTACKS[attack](photograph_image(name), f"{seed} {name}", _Worker.partners)
    picture = decode(data, LIMITS)
    views = fingerprint_picture(picture, data).views
    asked = np.frombuffer(b"".join(view.pdq.data for view in views), np.uint64).reshape(-1, 1, 4)
    trusted = np.array([view.quality >= MatchPolicy().minimum_quality for view in views])
    bits = np.bitwise_count(asked ^ _Worker.hashes).sum(axis=2, dtype=np.uint16)[trusted]
    own_row = _Worker.rows.get(name)
    own = None if own_row is None or not len(bits) else int(bits[:, own_row].min())
    if own_row is not None:
        bits = np.delete(bits, own_row, axis=1)
    matches = align_candidates(query_features(picture), _Worker.index)
    own_id = _id(name)
    return {
        "edit": ATTACKS[attack].name,
        "photo": name,
        "own": own,
        "nearest": int(bits.min()) if bits.size else 256,
        "bits": np.bincount(bits.ravel(), minlength=257).tolist(),
        "laid_own": [alignment_json(match.alignment) for match in matches if match.entry_id == own_id],
        "laid_other": [alignment_json(match.alignment) for match in matches if match.entry_id != own_id],
    }


def _id(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def measure(size: int, seed: int, edits: int) -> dict[str, Any]:
    """Run the benchmark. size: entries of the bank. edits: step between edits of unrelated photographs."""
    chosen = choose_photographs(OWN, seed, share=0.3)
    unrelated, partners, fillers = chosen.split_others(UNRELATED, _PARTNERS, _FILLERS)
    own = len(chosen.banked)
    tasks: list[tuple[str, int | None]] = [(name, None) for name in chosen.banked]
    tasks += [(fillers[number % len(fillers)], number) for number in range(size - own)]
    banked = list(in_parallel(_no_preparation, (), _banked, tasks))
    ids = [*map(_id, chosen.banked), *(str(uuid.UUID(int=number)) for number in range(size - own))]
    index = KeypointIndex.from_pictures(
        (entry_id, features_from_bytes(features))
        for entry_id, (*_, features) in zip(ids, banked, strict=True)
    )
    least = MatchPolicy().minimum_quality
    trusted = [row for row, (_, quality, _) in enumerate(banked) if quality >= least]
    hashes = np.frombuffer(b"".join(banked[row][0] for row in trusted), np.uint64).reshape(-1, 4)
    rows = {chosen.banked[row]: place for place, row in enumerate(trusted) if row < own}
    del banked
    copies = [
        (number, name, seed)
        for place, name in enumerate(chosen.banked)
        for number in range(place % _EVERY, len(ATTACKS), _EVERY)
    ]
    innocent = [(number, name, seed) for name in unrelated for number in range(0, len(ATTACKS), edits)]
    found = list(in_parallel(_prepare, (index, hashes, rows, partners), _ask, copies + innocent))
    bits = np.sum([row.pop("bits") for row in found[len(copies) :]], axis=0)
    for row in found[: len(copies)]:
        del row["bits"]
    return {
        "pictures": size,
        "seed": seed,
        "bits": bits.tolist(),
        "copies": found[: len(copies)],
        "innocent": found[len(copies) :],
    }


def verdict_of(row: Mapping[str, Any], which: str, hashes: MatchPolicy, pictures: AlignmentPolicy) -> Verdict:
    """Return the verdict of the policies on an upload and its reference ("own"), or the rest ("other")."""
    nearest = row["own"] if which == "own" else row["nearest"]
    verdicts = [verdict_by_policy(one, pictures) for one in row[f"laid_{which}"]]
    if nearest is not None and nearest <= hashes.block_distance:
        verdicts.append(Verdict.BLOCK)
    elif nearest is not None and nearest <= hashes.review_distance:
        verdicts.append(Verdict.REVIEW)
    return max(verdicts, key=_RANK.index, default=Verdict.CLEAR)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=10_000)
    parser.add_argument(
        "--every", type=int, default=1, help="step between edits of unrelated photographs; 1: all edits"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="JSON file for the rows")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    found = measure(given.pictures, given.seed, given.every)
    policies = MatchPolicy(), AlignmentPolicy()
    for kind, which in (("copies", "own"), ("innocent", "other")):
        verdicts = [verdict_of(row, which, *policies) for row in found[kind]]
        counts = {str(verdict): verdicts.count(verdict) for verdict in _RANK}
        print(f"{kind}: {len(verdicts)} uploads, {counts}", flush=True)
    print(f"{sum(found['bits']):,} comparisons, the nearest at {np.flatnonzero(found['bits'])[0]} bits")
    if given.out:
        given.out.write_text(json.dumps(found))


if __name__ == "__main__":
    main()
