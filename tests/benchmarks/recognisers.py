"""What the benchmarks ask about a picture: both stages, and PDQ as everybody uses it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from staydown.domain.bank import Change, Entry, Source, Support
from staydown.domain.evidence import EvidencePolicy
from staydown.domain.fingerprints import Fingerprint
from staydown.domain.verdicts import MatchPolicy, Verdict
from staydown.imaging.decode import decode
from staydown.imaging.fingerprint import fingerprint
from staydown.imaging.keypoints import ask_features, bank_features
from staydown.imaging.limits import Limits
from staydown.matching.bank_index import BankIndex
from staydown.matching.keypoint_index import KeypointIndex
from staydown.matching.keypoint_match import PictureMatch, match_pictures

LIMITS = Limits()
RANK = {Verdict.BLOCK: 2, Verdict.REVIEW: 1, Verdict.CLEAR: 0}
METHODS = ("pdq", "stage_one", "stage_two", "both")


@dataclass(frozen=True, slots=True)
class Answer:
    """Of every banked picture that was met, by name, the verdict: of stage one, of stage two."""

    pdq: frozenset[str]
    stage_one: Mapping[str, Verdict]
    stage_two: Mapping[str, Verdict]
    matches: Sequence[PictureMatch]

    def verdict(self, method: str, name: str) -> Verdict:
        """What the method says of the upload and this banked picture."""
        if method == "pdq":
            return Verdict.BLOCK if name in self.pdq else Verdict.CLEAR
        one = self.stage_one.get(name, Verdict.CLEAR)
        two = self.stage_two.get(name, Verdict.CLEAR)
        if method == "stage_one":
            return one
        return two if method == "stage_two" else max(one, two, key=RANK.__getitem__)

    def names(self) -> set[str]:
        return {*self.pdq, *self.stage_one, *self.stage_two}


class Recogniser:
    """A bank of judged pictures, one hash and one set of features an entry."""

    def __init__(self, pictures: Mapping[str, bytes]) -> None:
        """pictures: files by name; all are judged and confirmed."""
        self._names = {str(uuid.uuid5(uuid.NAMESPACE_URL, name)): name for name in pictures}
        ids = dict(zip(pictures, self._names, strict=True))
        self._hashes = {name: fingerprint(data, LIMITS) for name, data in pictures.items()}
        self._bank = BankIndex()
        self._bank.apply(
            Change(seq, _entry(ids[name], found)) for seq, (name, found) in enumerate(self._hashes.items(), 1)
        )
        self.keypoints = KeypointIndex.of(
            (ids[name], bank_features(decode(data, LIMITS)), None) for name, data in pictures.items()
        )
        self.policy, self.evidence = MatchPolicy(), EvidencePolicy()

    def ask(self, data: bytes) -> Answer:
        found = fingerprint(data, LIMITS)
        matches = self._bank.match(
            found, distance=self.policy.review_distance, minimum_quality=self.policy.minimum_quality
        )
        stage_one = {self._names[match.entry_id]: self.policy.judge(match) for match in matches}
        laid_over = match_pictures(ask_features(decode(data, LIMITS)), self.keypoints)
        stage_two: dict[str, Verdict] = {}
        for match in laid_over:
            name, verdict = self._names[match.entry_id], self.evidence.judge(match.evidence)
            stage_two[name] = max(stage_two.get(name, Verdict.CLEAR), verdict, key=RANK.__getitem__)
        return Answer(self._plain(found), stage_one, stage_two, laid_over)

    def name_of(self, entry_id: str) -> str:
        return self._names[entry_id]

    def _plain(self, asked: Fingerprint) -> frozenset[str]:
        """PDQ of the picture as it is, within 31."""
        return frozenset(
            name
            for name, held in self._hashes.items()
            if asked.upright.pdq.distance(held.upright.pdq) <= self.policy.block_distance
        )


def _entry(entry_id: str, found: Fingerprint) -> Entry:
    return Entry(
        entry_id=entry_id,
        pdq=found.upright.pdq,
        quality=found.upright.quality,
        sha256=found.sha256,
        phash=found.phash,
        supports=frozenset({Support(Source.CASE, "case")}),
    )
