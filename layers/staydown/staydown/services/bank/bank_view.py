"""The bank in the memory of a warm function: an index that reads only the changes since its last refresh."""

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

if TYPE_CHECKING:  # these import OpenCV, which functions that match hashes alone do not have
    from staydown.imaging.features import QueryFeatures
    from staydown.services.bank.reference_index import ReferenceIndex


class BankView:
    """An index of the bank. Safe to use from several threads."""

    def __init__(self, stack: Stack, references: ReferenceIndex | None = None) -> None:
        """references: the reference pictures, for functions that compare images by keypoints."""
        self._stack = stack
        self._index = BankIndex()
        self._references = references
        self._lock = threading.Lock()

    @property
    def has_references(self) -> bool:
        """Whether the last refresh found any reference picture."""
        return self._references is not None and len(self._references) > 0

    @property
    def seq(self) -> int:
        """The number of the last change in the index. `evaluate` takes at least this one into account."""
        return self._index.seq

    def refresh(self) -> int:
        """Bring the index up to the current head of the bank. Return the number of its last change.

        An upload registered before this call is evaluated with every decision that returned before the call.
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
        """Start from a snapshot: the function is cold, or the bank was compacted since the last refresh."""
        segment = read_segment(self._stack.bank_snapshots.read(snapshot.entries_key))
        if self._references is not None:
            self._references.load(self._stack.bank_snapshots.read(snapshot.features_key))
        self._index = BankIndex.load([segment], seq=snapshot.seq)

    def evaluate(
        self, upload: Upload, get_features: Callable[[Upload], Sequence[QueryFeatures]] | None = None
    ) -> tuple[Verdict, tuple[Match, ...]]:
        """Return the verdict on an upload, and the matches that support it.

        The hashes come first. If they do not block the upload, its keypoints are aligned with the reference
        pictures. A match that a reviewer dismissed does not queue the upload for review again. It counts
        again once its entry is confirmed and the upload is within the blocking distance. Raise what
        `get_features` raises, and ValueError for an upload without a fingerprint.
        """
        if upload.fingerprint is None:
            raise ValueError(f"upload {upload.upload_id} has no fingerprint")
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
        features = get_features(upload)
        with self._lock:
            return self._references.match(features) if self._references is not None else []

    def search(self, pdq: PdqHash, *, distance: int) -> list[Match]:
        """Return the entries within `distance` bits (0 to 256) of a hash, the nearest first.

        Rotated and mirrored views are included.
        """
        with self._lock:
            return self._index.match_hash(pdq, 100, distance=distance, minimum_quality=0)

    def matches_allowed_entry(self, upload: Upload) -> bool:
        """Return whether the upload is within the review distance of an allowed entry."""
        if upload.fingerprint is None:
            return False
        policy = self._stack.settings.match_policy
        with self._lock:
            matches = self._index.match(
                upload.fingerprint, distance=policy.review_distance, minimum_quality=policy.minimum_quality
            )
        return any(match.standing is Standing.ALLOWED for match in matches)

    def evaluate_hash(self, pdq: PdqHash, quality: int) -> tuple[Verdict, tuple[Match, ...]]:
        """Return the verdict on a hash without an image, and the matches that support it."""
        policy = self._stack.settings.match_policy
        with self._lock:
            matches = self._index.match_hash(
                pdq, quality, distance=policy.review_distance, minimum_quality=policy.minimum_quality
            )
        return policy.judge_matches(matches)


def are_confirmed(stack: Stack, entry_ids: Iterable[str]) -> dict[str, bool]:
    """Return for each entry whether it blocks, as the table has it now."""
    ids = list(entry_ids)
    stored = stack.bank.get_entries(ids)
    return {
        entry_id: entry_id in stored and stored[entry_id].entry.standing is Standing.CONFIRMED
        for entry_id in ids
    }
