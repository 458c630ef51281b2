"""The stores read every kind of item of an earlier release, and rewrite it unchanged."""

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
"""The items of each table, by its name in the memory cloud."""
ANCHORS: dict[str, str] = STORED["anchors"]
"""The objects of the anchors bucket, by key."""


@dataclass(frozen=True)
class RoundTrip:
    """The objects that were read from the golden tables, and the tables after writing them again."""

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
def round_trip() -> RoundTrip:
    with golden_cloud() as cloud:
        assert set(TABLES) == set(cloud.table_names)
        read = read_everything(Stack(cloud.settings, cloud.session, now=Clock()), TABLES)
    with memory_cloud() as cloud, pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "randbits", lambda bits: (1 << bits) - 1)
        former = ((table, item) for table, items in TABLES.items() for item in items if "version" in item)
        put_items(cloud, former)
        write_everything(Stack(cloud.settings, cloud.session, now=Clock()), read)
        objects = cloud.objects()[cloud.settings.anchors_bucket]
        return RoundTrip(read, items_of(cloud), {key: data.decode() for key, data in objects.items()})


def next_version(item: Item) -> Item:
    return {**item, "version": item["version"] + 1} if "version" in item else item


@pytest.mark.parametrize("table", sorted(TABLES))
def test_items_are_rewritten_as_they_were(table: str, round_trip: RoundTrip) -> None:
    expected = {(item["pk"], item["sk"]): canonical(next_version(item)) for item in TABLES[table]}
    found = {(item["pk"], item["sk"]): canonical(item) for item in round_trip.tables[table]}
    assert found == expected


def test_stores_read_every_value_that_was_written(round_trip: RoundTrip) -> None:
    assert leaves(round_trip.read) == STORED["values"]


def test_anchors_are_rewritten_as_they_were(round_trip: RoundTrip) -> None:
    assert round_trip.anchors == ANCHORS


def test_keys_of_items_begin_as_they_did(round_trip: RoundTrip) -> None:
    published = from_json((GOLDEN.parent / "published_strings.json").read_text("utf-8"))
    assert key_prefixes(round_trip.tables) == published["key_prefixes"]


def test_rewritten_tables_can_be_saved_for_an_older_release(round_trip: RoundTrip) -> None:
    """They are written to the folder GOLDEN_OUT, if it is set, so that an older release can read them."""
    text = to_json({"tables": round_trip.tables, "anchors": round_trip.anchors})
    folder = os.environ.get("GOLDEN_OUT")
    if folder is not None:
        (Path(folder) / "stored_tables.json").write_text(text, "utf-8")
    assert len(text) > 10_000
