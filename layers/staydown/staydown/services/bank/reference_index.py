"""The reference pictures of the bank in the memory of a warm function, found by their keypoints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from staydown.aws.stack import Stack
from staydown.domain.bank.entry import BankChange, BankEntry, Standing
from staydown.domain.bank.match import Match
from staydown.imaging.feature_bytes import features_from_bytes
from staydown.imaging.features import QueryFeatures
from staydown.matching.alignment_matches import alignment_matches
from staydown.matching.keypoint_index import KeypointIndex
from staydown.matching.keypoint_snapshot import read_keypoints, write_keypoints

_READ_THREADS = 16


class FeaturesMissing(Exception):
    """The stored features of a confirmed entry are missing: the bank is damaged."""


class ReferenceIndex:
    """An index that follows the bank's log. Not safe to change and to query at the same time."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._index = KeypointIndex()
        self._feature_keys: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._index)

    def apply(self, changes: Iterable[BankChange]) -> None:
        """Apply changes of the bank. Only the last change of each entry counts."""
        entries = {change.entry.entry_id: change.entry for change in changes}
        wanted = {i: _features_key(entry) for i, entry in entries.items()}
        new = {i: key for i, key in wanted.items() if key is not None and self._feature_keys.get(i) != key}
        with ThreadPoolExecutor(max_workers=_READ_THREADS) as pool:
            read = dict(zip(new, pool.map(self._stack.features.read, new.values()), strict=True))
        self._require_unconfirmed([entry_id for entry_id, data in read.items() if data is None])
        for entry_id, key in wanted.items():
            if key is None or entry_id in new:
                self._index.remove(entry_id)
                self._feature_keys.pop(entry_id, None)
        for entry_id, data in read.items():
            if data is not None:
                self._index.add(entry_id, features_from_bytes(data))
                self._feature_keys[entry_id] = new[entry_id]

    def load(self, snapshot: bytes) -> None:
        """Replace the contents by a snapshot."""
        self._index = read_keypoints(snapshot)
        self._feature_keys = {}

    def dump(self) -> bytes:
        return write_keypoints(self._index)

    def match(self, queries: Sequence[QueryFeatures]) -> list[Match]:
        """Return the best alignment with each reference picture that the queries show, or may show."""
        return alignment_matches(queries, self._index, self._stack.settings.alignment_policy)

    def _require_unconfirmed(self, entry_ids: Sequence[str]) -> None:
        """Raise FeaturesMissing where one of these entries is confirmed.

        Features are deleted only after the entry's standing has changed.
        """
        stored = self._stack.bank.get_entries(entry_ids) if entry_ids else {}
        damaged = [entry_id for entry_id, one in stored.items() if _features_key(one.entry) is not None]
        if damaged:
            raise FeaturesMissing(f"the features of {len(damaged)} confirmed entries are missing")


def _features_key(entry: BankEntry) -> str | None:
    """Return the key of the features to load. Only confirmed entries are matched by keypoints."""
    return entry.features_key if entry.standing is Standing.CONFIRMED else None
