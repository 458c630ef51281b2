"""The bank as one warm function sees it: an index in memory, brought up to date by the changes alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from staydown.aws.bank_store import BankSnapshot
from staydown.aws.stack import Stack
from staydown.domain.bank.entry import Standing
from staydown.domain.bank.hashes import PdqHash
from staydown.domain.bank.match import Match
from staydown.domain.bank.verdicts import Verdict
from staydown.domain.uploads.upload import Upload
from staydown.matching.bank_index import BankIndex
from staydown.matching.bank_snapshot import read_segment
from staydown.matching.recognition import recognise

if TYPE_CHECKING:  # OpenCV comes with them, and a bare hash needs none
    from staydown.imaging.features import QueryFeatures
    from staydown.services.bank.reference_index import ReferenceIndex


class BankView:
    """Safe to use from several threads.

    pictures: the judged pictures as well, for whoever has images to compare with them.
    """

    def __init__(self, stack: Stack, references: ReferenceIndex | None = None) -> None:
        self._stack = stack
        self._index = BankIndex()
        self._references = references
        self._lock = threading.Lock()

    @property
    def has_references(self) -> bool:
        """Whether any judged picture was known at the last refresh."""
        return self._references is not None and len(self._references) > 0

    @property
    def seq(self) -> int:
        """The number of the last change that a judgement takes into account at least."""
        return self._index.seq

    def refresh(self) -> int:
        """Bring the index up to the head as it is now; the number of the last change it then has.

        Whatever was registered before this call is judged by every decision that had returned before it.
        """
        with self._lock:
            head = self._stack.bank.get_head()
            if head.latest_snapshot is not None and head.latest_snapshot.seq > self._index.seq:
                self._load(head.latest_snapshot)
            if head.seq > self._index.seq:
                changes = list(self._stack.bank.list_changes(self._index.seq, head.seq))
                if self._references is not None:
                    self._references.apply(changes)
                self._index.apply(changes)
            return self._index.seq

    def _load(self, snapshot: BankSnapshot) -> None:
        """Start from a snapshot: a cold function, or one that slept through a fold."""
        segment = read_segment(self._stack.bank_snapshots.read(snapshot.entries_key))
        if self._references is not None:
            self._references.load(self._stack.bank_snapshots.read(snapshot.features_key))
        self._index = BankIndex.load([segment], seq=snapshot.seq)

    def evaluate(
        self, upload: Upload, get_features: Callable[[Upload], Sequence[QueryFeatures]] | None = None
    ) -> tuple[Verdict, tuple[Match, ...]]:
        """The verdict on an upload that was read, and what it rests on.

        Its hashes first; if these do not block it, its picture is laid over the judged ones it may show.
        Entries that a reviewer said it is not no longer bring it to a reviewer; once they are confirmed,
        and it is within the distance that blocks, they count again. Raises what `looks` raises: NotSeen for
        what can't be looked at any more.
        """
        if upload.fingerprint is None:
            raise ValueError(f"upload {upload.upload_id} was never read")
        policy = self._stack.settings.match_policy
        with self._lock:
            matches = self._index.match(
                upload.fingerprint,
                distance=policy.review_distance,
                minimum_quality=policy.minimum_quality,
            )
        return recognise(
            policy,
            matches,
            partial(self._match_keypoints, upload, get_features)
            if get_features is not None and self.has_references
            else None,
            dismissed_entries=upload.dismissed_entries,
            excluded_entries=upload.match_exclusions,
        )

    def _match_keypoints(
        self, upload: Upload, get_features: Callable[[Upload], Sequence[QueryFeatures]]
    ) -> list[Match]:
        asked = get_features(upload)
        with self._lock:
            return self._references.match(asked) if self._references is not None else []

    def search(self, pdq: PdqHash, *, distance: int) -> list[Match]:
        """Entries within so many bits (0 to 256) of a hash, turned and mirrored too; the nearest first."""
        with self._lock:
            return self._index.match_hash(pdq, 100, distance=distance, minimum_quality=0)

    def matches_allowed_entry(self, upload: Upload) -> bool:
        """Whether it may be the picture of an entry that is allowed."""
        if upload.fingerprint is None:
            return False
        policy = self._stack.settings.match_policy
        with self._lock:
            matches = self._index.match(
                upload.fingerprint, distance=policy.review_distance, minimum_quality=policy.minimum_quality
            )
        return any(match.standing is Standing.ALLOWED for match in matches)

    def evaluate_hash(self, pdq: PdqHash, quality: int) -> tuple[Verdict, tuple[Match, ...]]:
        """The same for a bare hash, of which no picture is at hand."""
        policy = self._stack.settings.match_policy
        with self._lock:
            matches = self._index.match_hash(
                pdq, quality, distance=policy.review_distance, minimum_quality=policy.minimum_quality
            )
        return policy.judge_matches(matches)


def are_confirmed(stack: Stack, entry_ids: Iterable[str]) -> dict[str, bool]:
    """Whether each entry still blocks, as the table says at this moment."""
    ids = list(entry_ids)
    stored = stack.bank.get_entries(ids)
    return {
        entry_id: entry_id in stored and stored[entry_id].entry.standing is Standing.CONFIRMED
        for entry_id in ids
    }
