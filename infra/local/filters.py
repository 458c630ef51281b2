"""Which records an event source mapping lets through: Lambda's filter patterns, as far as they are used."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from infra.local.intrinsics import UnsupportedTemplate


class FilterCriteria:
    """filters: as in the template, [{"Pattern": JSON text}]. A record passes if one matches, or none is."""

    def __init__(self, filters: Iterable[Mapping[str, Any]]) -> None:
        self._patterns = [json.loads(each["Pattern"]) for each in filters]

    def matches(self, record: Mapping[str, Any]) -> bool:
        return not self._patterns or any(_matches(pattern, record) for pattern in self._patterns)


def _matches(pattern: Mapping[str, Any], record: Any) -> bool:
    """Every name of the pattern matches: an object goes deeper, a list names what the value may be."""
    for name, wanted in pattern.items():
        present = isinstance(record, Mapping) and name in record
        value = record[name] if present else None
        if isinstance(wanted, Mapping):
            if not (present and _matches(wanted, value)):
                return False
        elif not any(_rule_matches(rule, value, present) for rule in wanted):
            return False
    return True


def _rule_matches(rule: Any, value: Any, present: bool) -> bool:
    if not isinstance(rule, Mapping):
        return present and bool(value == rule)
    ((kind, argument),) = rule.items()
    match kind:
        case "exists":
            return present is argument
        case "prefix":
            return isinstance(value, str) and value.startswith(argument)
        case "anything-but":
            return present and value not in (argument if isinstance(argument, list) else [argument])
    raise UnsupportedTemplate(f"the local stack does not know the filter {kind}")
