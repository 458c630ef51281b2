"""Names that other systems and stored items use are those that an earlier release published.

`published_strings.json` is a contract: strings are added on purpose, and never renamed or removed. The test
of the stored tables checks the keys of items.
"""

from __future__ import annotations

import importlib
import pkgutil
from enum import Enum
from typing import Any

import pytest
from staydown import domain
from staydown.domain.cases.states import Step
from staydown.domain.events import EventType

from tests.compatibility import published
from tests.compatibility.golden_data import GOLDEN, from_json, golden

PUBLISHED: dict[str, Any] = from_json((GOLDEN.parent / "published_strings.json").read_text("utf-8"))
UNPUBLISHED: set[type[Enum]] = {Step}
"""Enums whose values are neither stored nor published."""


def test_events_are_those_that_are_published() -> None:
    assert sorted(event.value for event in EventType) == PUBLISHED["events"]


def test_enums_have_the_values_that_are_published() -> None:
    assert published.enum_values() == PUBLISHED["enums"]


def test_every_domain_enum_is_published_or_exempt() -> None:
    found = set()
    for module in pkgutil.iter_modules(domain.__path__, f"{domain.__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, Enum) and value.__module__ == module.name:
                found.add(value)
    assert found - UNPUBLISHED <= set(published.ENUMS.values())


def test_audit_actions_are_those_that_are_published() -> None:
    literals = published.action_literals()
    actions = set(PUBLISHED["audit_actions"])
    assert actions - literals - published.made_actions() == set()
    others = {*PUBLISHED["events"], *PUBLISHED["words_like_actions"]}
    assert literals - actions - others == set()


def test_recorded_actions_are_published() -> None:
    """This covers the actions of the golden audit, and those that the code composes."""
    recorded = {item["action"] for item in golden("case_on_record")["tables"]["audittable"]}
    assert recorded <= set(PUBLISHED["audit_actions"])
    assert published.made_actions() <= set(PUBLISHED["audit_actions"])


def test_fixed_inputs_give_the_same_ids() -> None:
    assert published.derived() == PUBLISHED["derived"]


def test_formats_and_names_are_those_that_were_agreed() -> None:
    assert published.constants() == PUBLISHED["constants"]


def test_problem_types_are_those_that_are_published() -> None:
    assert published.problem_types() == PUBLISHED["problem_types"]


@pytest.mark.parametrize("kind", sorted(PUBLISHED["views"]))
def test_views_keep_their_names(kind: str) -> None:
    assert published.view_names()[kind] == PUBLISHED["views"][kind]


@pytest.mark.parametrize("kind", sorted(PUBLISHED["api"]))
def test_api_names_are_neither_renamed_nor_removed(kind: str) -> None:
    """Additions do not break clients."""
    assert set(PUBLISHED["api"][kind]) - set(published.api()[kind]) == set()


def test_statements_for_the_eu_keep_names_and_ids() -> None:
    assert published.statements() == PUBLISHED["statements"]


def test_objects_are_kept_under_the_same_keys() -> None:
    assert published.object_keys() == PUBLISHED["object_keys"]
