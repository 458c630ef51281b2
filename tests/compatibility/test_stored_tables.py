"""Every kind of item that an earlier release wrote is read by the stores, and written by them as it was."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from staydown.aws.stack import Stack

from tests.compatibility.everything import (
    ByTable,
    Everything,
    Item,
    items_of,
    put_items,
    read_everything,
    write_everything,
)
from tests.compatibility.golden_data import GOLDEN, canonical, from_json, golden, leaves, to_json
from tests.compatibility.published import key_prefixes
from tests.support.clock import Clock
from tests.support.cloud import Cloud, memory_cloud

STORED: dict[str, Any] = golden("stored_tables")
TABLES: ByTable = STORED["tables"]
"""By table, as the memory cloud names it: its items."""
ANCHORS: dict[str, str] = STORED["anchors"]
"""The objects of the bucket of anchors, by key."""


@dataclass(frozen=True)
class Round:
    """What was read of the golden tables, and the tables once it was written again."""

    read: Everything
    tables: ByTable
    anchors: dict[str, str]


@contextmanager
def golden_cloud() -> Iterator[Cloud]:
    with memory_cloud() as cloud:
        put_items(cloud, ((table, item) for table, items in TABLES.items() for item in items))
        for key, text in ANCHORS.items():
            s3 = cloud.session.client("s3")
            s3.put_object(Bucket=cloud.settings.anchors_bucket, Key=key, Body=text.encode())
        yield cloud


@pytest.fixture(scope="module")
def there_and_back() -> Round:
    with golden_cloud() as cloud:
        assert set(TABLES) == set(cloud.table_names)
        read = read_everything(Stack(cloud.settings, cloud.session, now=Clock()), TABLES)
    with memory_cloud() as cloud, pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "randbits", lambda bits: (1 << bits) - 1)
        former = ((table, item) for table, items in TABLES.items() for item in items if "version" in item)
        put_items(cloud, former)
        write_everything(Stack(cloud.settings, cloud.session, now=Clock()), read)
        objects = cloud.objects()[cloud.settings.anchors_bucket]
        return Round(read, items_of(cloud), {key: data.decode() for key, data in objects.items()})


def next_version(item: Item) -> Item:
    return {**item, "version": item["version"] + 1} if "version" in item else item


@pytest.mark.parametrize("table", sorted(TABLES))
def test_items_are_rewritten_as_they_were(table: str, there_and_back: Round) -> None:
    expected = {(item["pk"], item["sk"]): canonical(next_version(item)) for item in TABLES[table]}
    found = {(item["pk"], item["sk"]): canonical(item) for item in there_and_back.tables[table]}
    assert found == expected


def test_stores_read_every_value_that_was_written(there_and_back: Round) -> None:
    assert leaves(there_and_back.read) == STORED["values"]


def test_anchors_are_rewritten_as_they_were(there_and_back: Round) -> None:
    assert there_and_back.anchors == ANCHORS


def test_keys_of_items_begin_as_they_did(there_and_back: Round) -> None:
    published = from_json((GOLDEN.parent / "published_strings.json").read_text("utf-8"))
    assert key_prefixes(there_and_back.tables) == published["key_prefixes"]


def test_rewritten_tables_can_be_saved_for_an_older_release(there_and_back: Round) -> None:
    """GOLDEN_OUT: a folder to write them to, where an older release can be made to read them."""
    text = to_json({"tables": there_and_back.tables, "anchors": there_and_back.anchors})
    folder = os.environ.get("GOLDEN_OUT")
    if folder is not None:
        (Path(folder) / "stored_tables.json").write_text(text, "utf-8")
    assert len(text) > 10_000
