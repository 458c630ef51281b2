"""Each stored name belongs to one dataclass: the codec knows classes by their bare names."""

from __future__ import annotations

import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from types import ModuleType
from typing import Any

import staydown.aws
import staydown.domain
import staydown.notices
from staydown.aws.stored_names import STORED_CONSTANTS, STORED_NAMES


def test_each_name_is_that_of_one_dataclass() -> None:
    classes = dataclasses_by_name()
    assert {name: len(classes[name]) for name in {*STORED_NAMES, *STORED_CONSTANTS}} == dict.fromkeys(
        {*STORED_NAMES, *STORED_CONSTANTS}, 1
    )


def test_renamed_fields_exist() -> None:
    classes = dataclasses_by_name()
    unknown = {
        (name, renamed)
        for name, names in STORED_NAMES.items()
        for renamed in set(names) - {field.name for field in fields(classes[name][0])}
    }
    assert unknown == set()


def test_no_class_inherits_stored_names() -> None:
    """A subclass would be read by the names of its base, but written by its own."""
    heirs = {
        cls.__name__
        for found in dataclasses_by_name().values()
        for cls in found
        for base in cls.__mro__[1:]
        if base.__name__ in {*STORED_NAMES, *STORED_CONSTANTS}
    }
    assert heirs == set()


def dataclasses_by_name() -> Mapping[str, list[type[Any]]]:
    found: dict[str, list[type[Any]]] = defaultdict(list)
    for module in modules(staydown.domain, staydown.aws, staydown.notices):
        for value in vars(module).values():
            if isinstance(value, type) and is_dataclass(value) and value.__module__ == module.__name__:
                found[value.__name__].append(value)
    return found


def modules(*packages: ModuleType) -> Iterator[ModuleType]:
    for package in packages:
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(info.name)
