"""Both stages of recognition, one after the other: hashes against everything, then keypoints against what
was judged with the picture at hand.

Nothing here knows where a bank is kept or what a picture was decoded with: the service and the tool ask the
same way.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from staydown.domain.bank.match import Match
from staydown.domain.bank.verdicts import MatchPolicy, Verdict

RecognitionResult = tuple[Verdict, tuple[Match, ...]]
"""A verdict and the matches it rests on, the gravest and nearest first."""


def recognise(
    policy: MatchPolicy,
    hash_matches: Sequence[Match],
    find_alignment_matches: Callable[[], Iterable[Match]] | None = None,
    *,
    dismissed_entries: Collection[str] = (),
    excluded_entries: Collection[str] = (),
) -> RecognitionResult:
    """The verdict on a picture.

    by_hashes: what its views meet within the policy's review distance. by_keypoints: what it shows when it
    is laid over the judged pictures; not called for the very bytes of a judged one, since keypoints take
    most of the time. None where no picture is at hand. cleared, spared: as the policy has them.
    """
    finding = policy.judge_matches(
        hash_matches, dismissed_entries=dismissed_entries, excluded_entries=excluded_entries
    )
    is_known = finding[0] is Verdict.BLOCK and any(match.exact for match in finding[1])
    if is_known or find_alignment_matches is None:
        return finding
    return policy.judge_matches(
        (*hash_matches, *find_alignment_matches()),
        dismissed_entries=dismissed_entries,
        excluded_entries=excluded_entries,
    )
