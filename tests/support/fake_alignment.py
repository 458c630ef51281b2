"""Judged pictures of which a test says what laying an upload over them would show.

    with fake_alignment(world, Overlap(...)):
        ...

Whether the images can be read is real: what is laid over is read and decoded first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from unittest import mock

from staydown.domain.bank.entry import BankChange, BankEntry, Standing
from staydown.domain.bank.match import AlignmentSummary, Match
from staydown.imaging.features import QueryFeatures
from staydown.services.bank import feature_cache as looking
from staydown.services.bank.bank_view import BankView
from staydown.services.bank.reference_index import ReferenceIndex

from tests.support.sample_images import decode_drawn
from tests.support.world import World


class FakeReferenceIndex(ReferenceIndex):
    """What is asked of it shows `overlap` with every confirmed entry; nothing with none."""

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
    """From here on the world's bank has pictures too, and sweeps look at what came in the last month."""
    with (
        mock.patch.object(looking, "decode", decode_drawn),
        mock.patch.object(looking, "query_features", lambda picture: ()),
    ):
        object.__setattr__(world.stack.settings, "look_back", timedelta(days=30))
        world.bank = BankView(world.stack, FakeReferenceIndex(world, overlap))
        yield
