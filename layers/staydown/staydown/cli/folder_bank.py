"""A bank made of the files in a folder."""

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

_FOLDER_SUPPORT = Support(SupportSource.CASE, "a file of the bank folder")


@dataclass(frozen=True, slots=True)
class Policies:
    """The thresholds of a verdict, in the functions set by the parameters of the template."""

    match: MatchPolicy
    alignment: AlignmentPolicy


@dataclass(frozen=True, slots=True)
class ReferenceFile:
    """A file of the bank folder."""

    path: str
    fingerprint: Fingerprint
    features: bytes
    """In the format of `feature_bytes`."""


@dataclass(frozen=True, slots=True)
class SerialisedBank:
    """A bank as bytes, to send to other processes."""

    entries: bytes
    """A segment, in the format of `bank_snapshot`."""
    keypoints: bytes
    """In the format of `keypoint_snapshot`."""
    paths: bytes
    """A JSON object from entry ids to paths."""


class FolderBank:
    """The entries of a folder with their keypoints, matched as in the deployed functions."""

    def __init__(self, entries: BankIndex, keypoints: KeypointIndex, paths: dict[str, str]) -> None:
        self._entries, self._keypoints, self._paths = entries, keypoints, paths

    @classmethod
    def deserialise(cls, serialised: SerialisedBank) -> FolderBank:
        segment = snapshot.read_segment(serialised.entries)
        return cls(
            BankIndex.load([segment], seq=segment.seq),
            read_keypoints(serialised.keypoints),
            json.loads(serialised.paths),
        )

    def path_of(self, entry_id: str) -> str:
        """Return the path of the file of an entry."""
        return self._paths[entry_id]

    def judge(self, fingerprint: Fingerprint, picture: Picture, policies: Policies) -> RecognitionResult:
        """Return the verdict on an uploaded picture, and the matches that lead to it."""
        match = policies.match
        hash_matches = self._entries.match(
            fingerprint, distance=match.review_distance, minimum_quality=match.minimum_quality
        )
        return recognise(
            match,
            hash_matches,
            lambda: alignment_matches(query_features(picture), self._keypoints, policies.alignment),
        )


def serialise_bank(references: Iterable[ReferenceFile], policy: MatchPolicy) -> SerialisedBank:
    """Return the bank of these files. If several files have the same PDQ, the first one names the entry."""
    entries: dict[str, BankEntry] = {}
    paths: dict[str, str] = {}
    keypoints = KeypointIndex()
    for reference in references:
        entry = BankEntry.of_image(reference.fingerprint, policy.minimum_quality)
        if entry.entry_id in entries:
            continue
        entries[entry.entry_id] = entry.with_support(_FOLDER_SUPPORT)
        paths[entry.entry_id] = reference.path
        keypoints.add(entry.entry_id, features_from_bytes(reference.features))
    return SerialisedBank(
        entries=snapshot.write_segment(BankSegment.of_entries(entries.values(), seq=len(entries))),
        keypoints=write_keypoints(keypoints),
        paths=json.dumps(paths).encode(),
    )
