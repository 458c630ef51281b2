"""The judged pictures of the bank as one warm function sees them: found by their keypoints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from staydown.aws.stack import Stack
from staydown.domain.bank import Change, Entry, Match, Standing
from staydown.imaging.feature_bytes import features_from_bytes
from staydown.imaging.features import AskedFeatures
from staydown.matching.keypoint_index import KeypointIndex
from staydown.matching.keypoint_snapshot import read_keypoints, write_keypoints
from staydown.matching.picture_verdicts import picture_matches

_PARALLEL = 16


class PictureGone(Exception):
    """A confirmed entry's features are not where the entry says: the bank is not whole."""


class JudgedPictures:
    """Follows the bank's log; not safe to change and ask at the same time."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._index = KeypointIndex()
        self._keys: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._index)

    def follow(self, changes: Iterable[Change]) -> None:
        """Bring the pictures in line with these changes; only how each entry ends up counts."""
        entries = {change.entry.entry_id: change.entry for change in changes}
        wanted = {i: _wanted(entry) for i, entry in entries.items()}
        new = {i: key for i, key in wanted.items() if key is not None and self._keys.get(i) != key}
        with ThreadPoolExecutor(max_workers=_PARALLEL) as pool:
            read = dict(zip(new, pool.map(self._stack.pictures.read, new.values()), strict=True))
        self._check_gone([entry_id for entry_id, data in read.items() if data is None])
        for entry_id, key in wanted.items():
            if key is None or entry_id in new:
                self._index.remove(entry_id)
                self._keys.pop(entry_id, None)
        for entry_id, data in read.items():
            if data is not None:
                self._index.add(entry_id, features_from_bytes(data))
                self._keys[entry_id] = new[entry_id]

    def load(self, snapshot: bytes) -> None:
        """Start from a snapshot in place of whatever was known."""
        self._index = read_keypoints(snapshot)
        self._keys = {}

    def snapshot(self) -> bytes:
        return write_keypoints(self._index)

    def matches(self, asked: Sequence[AskedFeatures]) -> list[Match]:
        """The judged pictures that one of these shows, or may show, the best overlap of each."""
        return picture_matches(asked, self._index, self._stack.settings.evidence)

    def _check_gone(self, entry_ids: Sequence[str]) -> None:
        """Features are erased after their entry's standing has changed; anything else is damage."""
        stored = self._stack.bank.entries(entry_ids) if entry_ids else {}
        damaged = [entry_id for entry_id, one in stored.items() if _wanted(one.entry) is not None]
        if damaged:
            raise PictureGone(f"the features of {len(damaged)} confirmed entries are gone")


def _wanted(entry: Entry) -> str | None:
    """The features to have for an entry: only what a reviewer judged is matched by its keypoints."""
    return entry.features if entry.standing is Standing.CONFIRMED else None
