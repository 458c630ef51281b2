"""The match policy: from matches to a verdict."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from staydown.domain.bank.entry import Standing
from staydown.domain.bank.match import Match


class Verdict(StrEnum):
    BLOCK = "block"
    REVIEW = "review"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class MatchPolicy:
    """The thresholds of a bank, from the template's parameters."""

    block_distance: int = 31
    """PDQ bits up to which two images count as the same; 31 is the usual value."""
    review_distance: int = 47
    """PDQ bits up to which a match needs a review; at least block_distance."""
    minimum_quality: int = 50
    """0 to 100: below this quality a PDQ hash is not trusted, and only identical bytes match."""

    def __post_init__(self) -> None:
        if not 0 <= self.block_distance <= self.review_distance <= 128:
            raise ValueError("distances must satisfy 0 <= block_distance <= review_distance <= 128")
        if not 0 <= self.minimum_quality <= 100:
            raise ValueError("minimum_quality must be from 0 to 100")

    def judge_match(self, match: Match) -> Verdict:
        """Return the verdict on one match.

        Block: near a confirmed entry. Review: near an unverified entry, or within review_distance of either.
        A hash of low quality leads to neither unless the bytes are identical.
        """
        if match.standing not in {Standing.CONFIRMED, Standing.UNVERIFIED}:
            return Verdict.CLEAR
        if match.alignment is not None:
            if match.alignment.contradicts:
                return Verdict.CLEAR
            conclusive = match.alignment.conclusive and match.standing is Standing.CONFIRMED
            return Verdict.BLOCK if conclusive else Verdict.REVIEW
        same = match.exact or (match.trusted and match.distance <= self.block_distance)
        if same:
            return Verdict.BLOCK if match.standing is Standing.CONFIRMED else Verdict.REVIEW
        near = match.trusted and match.distance <= self.review_distance
        return Verdict.REVIEW if near else Verdict.CLEAR

    def judge_matches(
        self,
        matches: Iterable[Match],
        *,
        dismissed_entries: Collection[str] = (),
        excluded_entries: Collection[str] = (),
    ) -> tuple[Verdict, tuple[Match, ...]]:
        """Return the verdict on an image and its grounds: one match for each entry, the nearest first.

        dismissed_entries: entries that a reviewer found to be another image. They lead to no further review,
        but block once they are confirmed. excluded_entries: entries that an appeal found to be another image.
        They are ignored.

        A match is ignored if an allowed entry is at least as near: the image is the known false positive.
        Identical bytes are nearer than any hash, and a hash is nearer than an alignment. An allowed entry
        outranks an alignment only within block_distance: beyond that, the page may be the same
        and the picture another.

        A near hash leads to a review instead of a block if the alignment shows different images: two
        photographs on the same page can have the hash of the page.
        """
        found = list(matches)
        contradicted = {m.entry_id for m in found if m.alignment is not None and m.alignment.contradicts}
        allowed = [_nearness(m) for m in found if m.standing is Standing.ALLOWED and (m.trusted or m.exact)]
        nearest_allowed = min(allowed, default=None)
        judged: list[tuple[Verdict, Match]] = []
        for match in found:
            verdict = self.judge_match(match)
            if verdict is Verdict.BLOCK and match.entry_id in contradicted and not match.exact:
                verdict = Verdict.REVIEW
            if verdict is Verdict.CLEAR:
                continue
            if nearest_allowed is not None and self._is_allowlisted(match, nearest_allowed):
                continue
            if match.entry_id in excluded_entries or (
                verdict is Verdict.REVIEW and match.entry_id in dismissed_entries
            ):
                continue
            judged.append((verdict, match))
        if not judged:
            return Verdict.CLEAR, ()
        judged.sort(key=lambda pair: (pair[0] is not Verdict.BLOCK, *_nearness(pair[1]), pair[1].entry_id))
        strictest = judged[0][0]
        grounds: dict[str, Match] = {}
        for verdict, match in judged:
            if verdict is strictest:
                grounds.setdefault(match.entry_id, match)
        return strictest, tuple(grounds.values())

    def _is_allowlisted(self, match: Match, nearest_allowed: tuple[int, int]) -> bool:
        """nearest_allowed: the nearness of the nearest allowed entry."""
        by_hash_alone = match.alignment is not None and nearest_allowed[0] == _BY_HASH
        if by_hash_alone and nearest_allowed[1] > self.block_distance:
            return False
        return nearest_allowed <= _nearness(match)


_EXACT, _BY_HASH, _BY_ALIGNMENT = range(3)


def _nearness(match: Match) -> tuple[int, int]:
    """Return a sort key: identical bytes first, then hashes of the whole image, then alignments."""
    if match.alignment is not None:
        return _BY_ALIGNMENT, match.distance
    return (_EXACT if match.exact else _BY_HASH), match.distance
