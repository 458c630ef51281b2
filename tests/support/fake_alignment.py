"""Reference images with a fixed alignment result.

    with fake_alignment(world, Overlap(...)):
        ...

Reading and decoding are real: an unreadable image is not aligned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from unittest import mock

from staydown.domain.bank.entry import BankChange, BankEntry, Standing
from staydown.domain.bank.match import AlignmentSummary, Match
from staydown.imaging.features import QueryFeatures
from staydown.services.bank import feature_cache
from staydown.services.bank.bank_view import BankView
from staydown.services.bank.reference_index import ReferenceIndex

from tests.support.sample_images import decode_drawn
from tests.support.world import World


class FakeReferenceIndex(ReferenceIndex):
    """Aligns every query with every confirmed entry by `overlap`, or with no entry if it is None."""

    def __init__(self, world: World, overlap: AlignmentSummary | None) -> None:
        super().__init__(world.stack)
        self._overlap = overlap
        self._entries: dict[str, BankEntry] = {}

    def __len__(self) -> int:
        return len(self._confirmed_entries())

    def apply(self, changes: Iterable[BankChange]) -> None:
        self._entries |= {change.entry.entry_id: change.entry for change in changes}

    def match(self, queries: Sequence[QueryFeatures]) -> list[Match]:
        if self._overlap is None:
            return []
        return [
            Match(one, Standing.CONFIRMED, 3, "laid over", exact=False, trusted=True, alignment=self._overlap)
            for one in self._confirmed_entries()
        ]

    def _confirmed_entries(self) -> list[str]:
        return [one.entry_id for one in self._entries.values() if one.standing is Standing.CONFIRMED]


@contextmanager
def fake_alignment(world: World, overlap: AlignmentSummary | None) -> Iterator[None]:
    """Give the world's bank reference images; sweeps align the uploads of the last month."""
    with (
        mock.patch.object(feature_cache, "decode", decode_drawn),
        mock.patch.object(feature_cache, "query_features", lambda picture: ()),
    ):
        object.__setattr__(world.stack.settings, "lookback_window", timedelta(days=30))
        world.bank = BankView(world.stack, FakeReferenceIndex(world, overlap))
        yield
