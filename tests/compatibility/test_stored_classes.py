"""Stored items of every class of an earlier release are read completely, and rewritten unchanged."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from staydown.aws.codec import Codec, from_dynamodb, to_dynamodb

from tests.compatibility.golden_data import GOLDEN, canonical, from_json, golden, leaves, to_json
from tests.compatibility.stored_classes import LABELS, STORED, instances, reachable

Json = dict[str, Any]
ITEMS: dict[str, list[Json]] = golden("stored_classes")
"""Items by label, each with every plain value of the stored object."""
PLACES = [(label, place) for label, items in ITEMS.items() for place in range(len(items))]
ALL = pytest.mark.parametrize(("label", "place"), PLACES)


def read(label: str, place: int) -> Any:
    """Return a golden object, read through DynamoDB's notation as from a table."""
    return Codec(STORED[label]).load(from_dynamodb(to_dynamodb(ITEMS[label][place]["item"])))


def rewritten(label: str, place: int) -> Json:
    return Codec(STORED[label]).dump(read(label, place))


def attributes() -> dict[str, list[str]]:
    """Return the stored attributes of each class, in the order of its fields."""
    found: dict[str, list[str]] = {}
    for label, place in PLACES:
        for one in instances(read(label, place)):
            found.setdefault(LABELS[type(one)], list(Codec(type(one)).dump(one)))
    return found


@ALL
def test_golden_item_is_read_whole(label: str, place: int) -> None:
    assert leaves(read(label, place)) == sorted(ITEMS[label][place]["values"])


@ALL
def test_golden_item_is_rewritten_as_it_was(label: str, place: int) -> None:
    assert canonical(rewritten(label, place)) == canonical(ITEMS[label][place]["item"])


def test_every_stored_class_has_a_golden_item() -> None:
    assert set(ITEMS) == set(STORED)


def test_every_class_within_a_stored_class_is_known() -> None:
    assert set().union(*map(reachable, STORED.values())) == set(LABELS)


def test_golden_items_hold_every_class_that_can_be_stored() -> None:
    held = {type(one) for label, place in PLACES for one in instances(read(label, place))}
    assert held == set(LABELS)


def test_stored_attributes_are_those_that_are_listed() -> None:
    """A changed attribute changes stored items. Change the list on purpose, and state in the changelog how
    older items are read."""
    listed: dict[str, list[str]] = from_json((GOLDEN.parent / "stored_attributes.json").read_text("utf-8"))
    assert {label: sorted(names) for label, names in attributes().items()} == listed


def test_rewritten_items_can_be_saved_for_an_older_release() -> None:
    """They are written to the folder GOLDEN_OUT, if it is set, so that an older release can read them."""
    folder = os.environ.get("GOLDEN_OUT")
    items = {
        label: [{"item": rewritten(label, place)} for place in range(len(ITEMS[label]))] for label in ITEMS
    }
    text = to_json(items)
    if folder is not None:
        (Path(folder) / "stored_classes.json").write_text(text, "utf-8")
    assert from_json(text).keys() == ITEMS.keys()
