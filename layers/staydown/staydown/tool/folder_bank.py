"""A bank of the files in a folder: every one of them counts as judged."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from staydown.domain.bank.alignment import AlignmentPolicy
from staydown.domain.bank.entry import BankEntry, Support, SupportSource
from staydown.domain.bank.fingerprints import Fingerprint
from staydown.domain.bank.verdicts import MatchPolicy
from staydown.imaging.decode import Picture
from staydown.imaging.feature_bytes import features_from_bytes
from staydown.imaging.keypoints import query_features
from staydown.matching import bank_snapshot as snapshot
from staydown.matching.alignment_matches import alignment_matches
from staydown.matching.bank_index import BankIndex
from staydown.matching.bank_segment import BankSegment
from staydown.matching.keypoint_index import KeypointIndex
from staydown.matching.keypoint_snapshot import read_keypoints, write_keypoints
from staydown.matching.recognition import RecognitionResult, recognise

_FOLDER_SUPPORT = Support(SupportSource.CASE, "a file of the bank's folder")


@dataclass(frozen=True, slots=True)
class Policies:
    """What the template's parameters are to the functions."""

    match: MatchPolicy
    alignment: AlignmentPolicy


@dataclass(frozen=True, slots=True)
class ReferenceFile:
    """A file of the bank's folder. features: see `feature_bytes`."""

    path: str
    fingerprint: Fingerprint
    features: bytes


@dataclass(frozen=True, slots=True)
class SerialisedBank:
    """A bank on its way to other processes. entries, keypoints: snapshots. paths: by the entries' ids."""

    entries: bytes
    keypoints: bytes
    paths: bytes


class FolderBank:
    """Entries and their keypoints, found as the functions find them."""

    def __init__(self, entries: BankIndex, keypoints: KeypointIndex, paths: dict[str, str]) -> None:
        self._entries, self._keypoints, self._paths = entries, keypoints, paths

    @classmethod
    def deserialise(cls, packed: SerialisedBank) -> FolderBank:
        segment = snapshot.read_segment(packed.entries)
        return cls(
            BankIndex.load([segment], seq=segment.seq),
            read_keypoints(packed.keypoints),
            json.loads(packed.paths),
        )

    def path_of(self, entry_id: str) -> str:
        return self._paths[entry_id]

    def judge(self, fingerprint: Fingerprint, picture: Picture, policies: Policies) -> RecognitionResult:
        """The verdict on a picture that was uploaded, and what it rests on."""
        match = policies.match
        by_hashes = self._entries.match(
            fingerprint, distance=match.review_distance, minimum_quality=match.minimum_quality
        )
        return recognise(
            match,
            by_hashes,
            lambda: alignment_matches(query_features(picture), self._keypoints, policies.alignment),
        )


def serialise_bank(references: Iterable[ReferenceFile], policy: MatchPolicy) -> SerialisedBank:
    """The bank of these files. Files that are one entry (the same PDQ) go by the path of the first."""
    entries: dict[str, BankEntry] = {}
    paths: dict[str, str] = {}
    keypoints = KeypointIndex()
    for one in references:
        entry = BankEntry.of_image(one.fingerprint, policy.minimum_quality)
        if entry.entry_id in entries:
            continue
        entries[entry.entry_id] = entry.with_support(_FOLDER_SUPPORT)
        paths[entry.entry_id] = one.path
        keypoints.add(entry.entry_id, features_from_bytes(one.features))
    return SerialisedBank(
        entries=snapshot.write_segment(BankSegment.of_entries(entries.values(), seq=len(entries))),
        keypoints=write_keypoints(keypoints),
        paths=json.dumps(paths).encode(),
    )
