"""From matches to a verdict: the policy of a bank."""

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
    """The distances of a bank and what they lead to (parameters of the template).

    block_distance: PDQ bits within which two pictures count as the same one (31 is what the field uses).
    review_distance: bits up to which a person should look; no less than block_distance.
    minimum_quality: below it a PDQ hash says too little; then only the exact bytes match.
    """

    block_distance: int = 31
    review_distance: int = 47
    minimum_quality: int = 50

    def __post_init__(self) -> None:
        if not 0 <= self.block_distance <= self.review_distance <= 128:
            raise ValueError("distances must satisfy 0 <= block_distance <= review_distance <= 128")
        if not 0 <= self.minimum_quality <= 100:
            raise ValueError("minimum_quality must be from 0 to 100")

    def judge_match(self, match: Match) -> Verdict:
        """What one match alone leads to.

        Confirmed and near: block. Unverified and near, or nearly near: a person looks. A hash of too little
        quality is no ground for anything unless the bytes are the same.
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
        """The verdict on an image, and the matches it rests on, of each entry one, the nearest first.

        cleared: entries that a reviewer said it is not. They no longer bring it to one; they block as any
        other, should they be judged since. spared: those that it was found not to be on appeal of their very
        block; they count for nothing.

        An `allowed` entry at least as near as another match takes that match away: it is the known
        innocent picture. (The same bytes as a judged image beat everything but the same bytes allowed; what
        lies over a judged picture is taken away by an allowed one within block_distance alone: farther off
        it may be the same page around another picture.)
        Where the picture was laid over the judged one and shows something else, a hash that is near does not
        block: two photographs on the same page may have the hash of the page. A person looks.
        """
        found = list(matches)
        denied = {m.entry_id for m in found if m.alignment is not None and m.alignment.contradicts}
        allowed = [_nearness(m) for m in found if m.standing is Standing.ALLOWED and (m.trusted or m.exact)]
        innocent = min(allowed, default=None)
        grave: list[tuple[Verdict, Match]] = []
        for match in found:
            verdict = self.judge_match(match)
            if verdict is Verdict.BLOCK and match.entry_id in denied and not match.exact:
                verdict = Verdict.REVIEW
            if verdict is Verdict.CLEAR or (innocent is not None and self._is_allowlisted(match, innocent)):
                continue
            if match.entry_id in excluded_entries or (
                verdict is Verdict.REVIEW and match.entry_id in dismissed_entries
            ):
                continue
            grave.append((verdict, match))
        if not grave:
            return Verdict.CLEAR, ()
        grave.sort(key=lambda pair: (pair[0] is not Verdict.BLOCK, *_nearness(pair[1]), pair[1].entry_id))
        worst = grave[0][0]
        grounds: dict[str, Match] = {}
        for verdict, match in grave:
            if verdict is worst:
                grounds.setdefault(match.entry_id, match)
        return worst, tuple(grounds.values())

    def _is_allowlisted(self, match: Match, innocent: tuple[int, int]) -> bool:
        """innocent: the nearness of the nearest allowed entry."""
        by_hash_alone = match.alignment is not None and innocent[0] == _BY_HASH
        if by_hash_alone and innocent[1] > self.block_distance:
            return False
        return innocent <= _nearness(match)


_EXACT, _BY_HASH, _BY_ALIGNMENT = range(3)


def _nearness(match: Match) -> tuple[int, int]:
    """The same bytes first, then the hash of the whole, then a part laid over a part."""
    if match.alignment is not None:
        return _BY_ALIGNMENT, match.distance
    return (_EXACT if match.exact else _BY_HASH), match.distance
