"""The bank as one warm function sees it: an index in memory, brought up to date by the changes alone."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from staydown.aws.stack import Stack
from staydown.domain.bank import Match, Standing
from staydown.domain.fingerprints import Fingerprint
from staydown.domain.hashes import PdqHash
from staydown.domain.verdicts import Verdict
from staydown.matching.bank_index import BankIndex
from staydown.matching.snapshot import read


class BankView:
    """Safe to use from several threads."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._index = BankIndex()
        self._lock = threading.Lock()

    def refresh(self) -> int:
        """Bring the index up to the head as it is now; the number of the last change it then has.

        Whatever was registered before this call is judged by every decision that had returned before it.
        """
        with self._lock:
            head = self._stack.bank.head()
            if head.folded > self._index.seq:
                segments = [read(self._stack.snapshots.read(one.key)) for one in head.segments]
                self._index = BankIndex.load(segments, seq=head.folded)
            if head.seq > self._index.seq:
                self._index.apply(self._stack.bank.changes(self._index.seq, head.seq))
            return self._index.seq

    def judge(
        self, fingerprint: Fingerprint, *, cleared: Iterable[str] = ()
    ) -> tuple[Verdict, tuple[Match, ...]]:
        """The verdict on an image, and what it rests on.

        cleared: entries that a reviewer said this image is not. They no longer bring it to a reviewer;
        once they are confirmed, and it is within the distance that blocks, they count again.
        """
        policy = self._stack.settings.policy
        with self._lock:
            matches = self._index.match(
                fingerprint, distance=policy.review_distance, minimum_quality=policy.minimum_quality
            )
        known = set(cleared)
        relevant = [
            match
            for match in matches
            if match.entry_id not in known or policy.judge(match) is not Verdict.REVIEW
        ]
        return policy.decide(relevant)

    def judge_hash(self, pdq: PdqHash, quality: int) -> tuple[Verdict, tuple[Match, ...]]:
        """The same for a bare hash, of which no picture is at hand."""
        policy = self._stack.settings.policy
        with self._lock:
            matches = self._index.match_hash(
                pdq, quality, distance=policy.review_distance, minimum_quality=policy.minimum_quality
            )
        return policy.decide(matches)


def is_confirmed(stack: Stack, entry_ids: Iterable[str]) -> dict[str, bool]:
    """Whether each entry still blocks, as the table says at this moment."""
    ids = list(entry_ids)
    stored = stack.bank.entries(ids)
    return {
        entry_id: entry_id in stored and stored[entry_id].entry.standing is Standing.CONFIRMED
        for entry_id in ids
    }
