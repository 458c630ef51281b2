"""A bank of the files in a folder: every one of them counts as judged."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from staydown.domain.bank import Entry, Source, Support
from staydown.domain.evidence import EvidencePolicy
from staydown.domain.fingerprints import Fingerprint
from staydown.domain.verdicts import MatchPolicy
from staydown.imaging.decode import Picture
from staydown.imaging.feature_bytes import features_from_bytes
from staydown.imaging.keypoints import ask_features
from staydown.matching import snapshot
from staydown.matching.bank_index import BankIndex
from staydown.matching.keypoint_index import KeypointIndex
from staydown.matching.keypoint_snapshot import read_keypoints, write_keypoints
from staydown.matching.picture_verdicts import picture_matches
from staydown.matching.recognition import Finding, recognise
from staydown.matching.segment import Segment

_JUDGED = Support(Source.CASE, "a file of the bank's folder")


@dataclass(frozen=True, slots=True)
class Policies:
    """What the template's parameters are to the functions."""

    match: MatchPolicy
    evidence: EvidencePolicy


@dataclass(frozen=True, slots=True)
class Judged:
    """A file of the bank's folder. features: see `feature_bytes`."""

    path: str
    image: Fingerprint
    features: bytes


@dataclass(frozen=True, slots=True)
class PackedBank:
    """A bank on its way to other processes. entries, keypoints: snapshots. paths: by the entries' ids."""

    entries: bytes
    keypoints: bytes
    paths: bytes


class Bank:
    """Entries and their keypoints, found as the functions find them."""

    def __init__(self, entries: BankIndex, keypoints: KeypointIndex, paths: dict[str, str]) -> None:
        self._entries, self._keypoints, self._paths = entries, keypoints, paths

    @classmethod
    def unpacked(cls, packed: PackedBank) -> Bank:
        segment = snapshot.read(packed.entries)
        return cls(
            BankIndex.load([segment], seq=segment.seq),
            read_keypoints(packed.keypoints),
            json.loads(packed.paths),
        )

    def path_of(self, entry_id: str) -> str:
        return self._paths[entry_id]

    def judge(self, image: Fingerprint, picture: Picture, policies: Policies) -> Finding:
        """The verdict on a picture that was uploaded, and what it rests on."""
        match = policies.match
        by_hashes = self._entries.match(
            image, distance=match.review_distance, minimum_quality=match.minimum_quality
        )
        return recognise(
            match,
            by_hashes,
            lambda: picture_matches(ask_features(picture), self._keypoints, policies.evidence),
        )


def packed_bank(judged: Iterable[Judged], policy: MatchPolicy) -> PackedBank:
    """The bank of these files. Files that are one entry (the same PDQ) go by the path of the first."""
    entries: dict[str, Entry] = {}
    paths: dict[str, str] = {}
    keypoints = KeypointIndex()
    for one in judged:
        entry = Entry.of_image(one.image, policy.minimum_quality)
        if entry.entry_id in entries:
            continue
        entries[entry.entry_id] = entry.resting_on(_JUDGED)
        paths[entry.entry_id] = one.path
        keypoints.add(entry.entry_id, features_from_bytes(one.features))
    return PackedBank(
        entries=snapshot.write(Segment.of_entries(entries.values(), seq=len(entries))),
        keypoints=write_keypoints(keypoints),
        paths=json.dumps(paths).encode(),
    )
