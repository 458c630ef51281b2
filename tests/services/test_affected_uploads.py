"""Reading the blocked uploads of a frequent image stops at the requested number."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from unittest import mock

import pytest
from staydown.aws.uploads_store import UploadsStore
from staydown.exchange.transparency import MAX_BATCH_SIZE
from staydown.services.records.read_audit import MAX_UPLOADS_READ, read_case_audit
from staydown.services.records.transparency_statements import list_transparency_statements

from tests.support.actions import enforced_story
from tests.support.sample_images import drawn
from tests.support.world import World


class EndlessLinks:
    """Replaces the links of an entry: some real ones, followed by an endless number of others."""

    def __init__(self, *first: str) -> None:
        self._first = first
        self.read = 0

    def stopped_by(self, entry_id: str, after: str = "") -> Iterator[str]:
        for number in count():
            self.read += 1
            yield self._first[number] if number < len(self._first) else f"upload-{number}"


@pytest.fixture
def endless(world: World) -> Iterator[tuple[str, EndlessLinks]]:
    """A case and the links of its entry."""
    story = enforced_story(world, drawn(1))
    copy = world.upload("beta", "bob", drawn(1, flipped=3))
    links = EndlessLinks(story.upload.upload_id, copy.upload_id, copy.upload_id)
    with mock.patch.object(
        UploadsStore, "list_stopped_by_entry", lambda _, entry_id: links.stopped_by(entry_id)
    ):
        yield story.case.case_id, links


def test_audit_of_a_case_reads_a_bounded_number_of_uploads(
    world: World, endless: tuple[str, EndlessLinks]
) -> None:
    case_id, links = endless
    chains = [one.chain for one in read_case_audit(world.stack, case_id)]
    assert len(chains) == len(set(chains)) == 2, "expected the chains of the case and of one blocked upload"
    assert links.read <= MAX_UPLOADS_READ + 2


@pytest.mark.parametrize("batch", [0, 1])
def test_a_batch_of_statements_reads_no_further_than_its_end(
    world: World, endless: tuple[str, EndlessLinks], batch: int
) -> None:
    case_id, links = endless
    statements = list_transparency_statements(world.stack, case_id, batch=batch)
    assert len(statements) == (2 if batch == 0 else 0)
    assert links.read <= (batch + 1) * MAX_BATCH_SIZE + 2
