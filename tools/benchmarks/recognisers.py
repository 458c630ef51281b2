"""The compared methods: both stages of Staydown, and plain PDQ."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from staydown.domain.bank.alignment import Alignment, AlignmentPolicy
from staydown.domain.bank.entry import BankChange, BankEntry, Support, SupportSource
from staydown.domain.bank.fingerprints import Fingerprint
from staydown.domain.bank.verdicts import MatchPolicy, Verdict
from staydown.imaging.decode import decode
from staydown.imaging.fingerprint import fingerprint_file
from staydown.imaging.keypoints import query_features, reference_features
from staydown.imaging.limits import Limits
from staydown.matching.alignment_matches import to_matches
from staydown.matching.bank_index import BankIndex
from staydown.matching.keypoint_alignment import AlignedCandidate, align_candidates
from staydown.matching.keypoint_index import KeypointIndex

LIMITS = Limits()
RANK = {Verdict.BLOCK: 2, Verdict.REVIEW: 1, Verdict.CLEAR: 0}
METHODS = ("pdq", "stage_one", "stage_two", "both")


@dataclass(frozen=True, slots=True)
class RecognitionResult:
    """The verdicts on an upload by the name of the reference, for each method.

    nearest: for every reference, the distance from its hash to the nearest view of the upload, in bits.
    """

    nearest: Mapping[str, int]
    pdq: frozenset[str]
    stage_one: Mapping[str, Verdict]
    stage_two: Mapping[str, Verdict]
    both: Mapping[str, Verdict]
    matches: Sequence[AlignedCandidate]

    def verdict(self, method: str, name: str) -> Verdict:
        """Return the verdict of the method on the upload and this reference."""
        if method == "pdq":
            return Verdict.BLOCK if name in self.pdq else Verdict.CLEAR
        found = {"stage_one": self.stage_one, "stage_two": self.stage_two, "both": self.both}[method]
        return found.get(name, Verdict.CLEAR)

    def names(self) -> set[str]:
        return {*self.pdq, *self.stage_one, *self.stage_two}


class Recogniser:
    """A bank of references: one hash and one set of features for each entry."""

    def __init__(self, pictures: Mapping[str, bytes]) -> None:
        """pictures: files by name. All are confirmed references."""
        self._names = {str(uuid.uuid5(uuid.NAMESPACE_URL, name)): name for name in pictures}
        ids = dict(zip(pictures, self._names, strict=True))
        self._hashes = {name: fingerprint_file(data, LIMITS) for name, data in pictures.items()}
        held = b"".join(found.upright.pdq.data for found in self._hashes.values())
        self._held = np.frombuffer(held, np.uint64).reshape(1, -1, 4)
        self._bank = BankIndex()
        self._bank.apply(
            BankChange(seq, _entry(ids[name], found))
            for seq, (name, found) in enumerate(self._hashes.items(), 1)
        )
        self.keypoints = KeypointIndex.from_pictures(
            (ids[name], reference_features(decode(data, LIMITS))) for name, data in pictures.items()
        )
        self.policy, self.evidence = MatchPolicy(), AlignmentPolicy()

    def ask(self, data: bytes) -> RecognitionResult:
        found = fingerprint_file(data, LIMITS)
        matches = self._bank.match(
            found, distance=self.policy.review_distance, minimum_quality=self.policy.minimum_quality
        )
        stage_one = {self._names[match.entry_id]: self.policy.judge_match(match) for match in matches}
        aligned = align_candidates(query_features(decode(data, LIMITS)), self.keypoints)
        stage_two: dict[str, Verdict] = {}
        for match in aligned:
            name, verdict = self._names[match.entry_id], self.evidence.judge_alignment(match.alignment)
            stage_two[name] = max(stage_two.get(name, Verdict.CLEAR), verdict, key=RANK.__getitem__)
        every = [*matches, *to_matches(aligned, self.evidence)]
        both = {
            self._names[entry_id]: self.policy.judge_matches(m for m in every if m.entry_id == entry_id)[0]
            for entry_id in {match.entry_id for match in every}
        }
        return RecognitionResult(
            self._nearest(found), self._plain(found), stage_one, stage_two, both, aligned
        )

    def name_of(self, entry_id: str) -> str:
        return self._names[entry_id]

    def _nearest(self, asked: Fingerprint) -> dict[str, int]:
        views = np.frombuffer(b"".join(view.pdq.data for view in asked.views), np.uint64).reshape(-1, 1, 4)
        bits = np.bitwise_count(views ^ self._held).sum(axis=2, dtype=np.uint16).min(axis=0)
        return dict(zip(self._hashes, bits.tolist(), strict=True))

    def _plain(self, asked: Fingerprint) -> frozenset[str]:
        """Return the references within the block distance of the upright hash."""
        return frozenset(
            name
            for name, held in self._hashes.items()
            if asked.upright.pdq.distance(held.upright.pdq) <= self.policy.block_distance
        )


def alignment_json(evidence: Alignment) -> dict[str, Any]:
    """Return an alignment as JSON, complete enough to judge it by another policy."""
    return {
        "inliers": evidence.inliers,
        "overlap": round(evidence.overlap, 3),
        "tiles": evidence.tile_distances,
        "fields": [evidence.confirmed_cells, evidence.comparable_cells],
    }


def verdict_by_policy(row: Mapping[str, Any], policy: AlignmentPolicy) -> Verdict:
    """Return the verdict of a policy on an alignment from `alignment_json`."""
    confirmed, visible = row["fields"]
    fields = (True,) * confirmed + (False,) * (visible - confirmed)
    return policy.judge_alignment(
        Alignment(
            transform=(),
            mirrored=False,
            inverted=False,
            keypoint_matches=row["inliers"],
            inliers=row["inliers"],
            overlap=row["overlap"],
            tile_distances=tuple(row["tiles"]),
            cells=fields,
        )
    )


def _entry(entry_id: str, found: Fingerprint) -> BankEntry:
    return BankEntry(
        entry_id=entry_id,
        pdq=found.upright.pdq,
        quality=found.upright.quality,
        sha256=found.sha256,
        phash=found.phash,
        supports=frozenset({Support(SupportSource.CASE, "case")}),
    )
