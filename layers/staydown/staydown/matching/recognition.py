"""Recognition in two stages: match hashes with all entries, then align keypoints with the references.

Independent of storage and decoding: the functions and the tool use the same code.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from staydown.domain.bank.match import Match
from staydown.domain.bank.verdicts import MatchPolicy, Verdict

RecognitionResult = tuple[Verdict, tuple[Match, ...]]
"""A verdict, and the matches that lead to it, the most severe and nearest first."""


def recognise(
    policy: MatchPolicy,
    hash_matches: Sequence[Match],
    find_alignment_matches: Callable[[], Iterable[Match]] | None = None,
    *,
    dismissed_entries: Collection[str] = (),
    excluded_entries: Collection[str] = (),
) -> RecognitionResult:
    """Return the verdict on a picture.

    hash_matches: the matches of its views within the review distance. find_alignment_matches: returns the
    matches by alignment; None without the picture. It takes most of the time, so it is not called if
    identical bytes already block. dismissed_entries, excluded_entries: see `MatchPolicy.judge_matches`.
    """
    result = policy.judge_matches(
        hash_matches, dismissed_entries=dismissed_entries, excluded_entries=excluded_entries
    )
    is_known = result[0] is Verdict.BLOCK and any(match.exact for match in result[1])
    if is_known or find_alignment_matches is None:
        return result
    return policy.judge_matches(
        (*hash_matches, *find_alignment_matches()),
        dismissed_entries=dismissed_entries,
        excluded_entries=excluded_entries,
    )
