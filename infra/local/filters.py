"""Lambda's filter patterns of event source mappings, as far as the template uses them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from infra.local.intrinsics import UnsupportedTemplate


class FilterCriteria:
    """Filters of a mapping, [{"Pattern": JSON text}]. A record passes if one matches, or if there is none."""

    def __init__(self, filters: Iterable[Mapping[str, Any]]) -> None:
        self._patterns = [json.loads(item["Pattern"]) for item in filters]

    def matches(self, record: Mapping[str, Any]) -> bool:
        return not self._patterns or any(_matches(pattern, record) for pattern in self._patterns)


def _matches(pattern: Mapping[str, Any], record: Any) -> bool:
    """Return whether all names of the pattern match: an object is a nested pattern, a list has rules."""
    for name, rules in pattern.items():
        present = isinstance(record, Mapping) and name in record
        value = record[name] if present else None
        if isinstance(rules, Mapping):
            if not (present and _matches(rules, value)):
                return False
        elif not any(_rule_matches(rule, value, present) for rule in rules):
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
    raise UnsupportedTemplate(f"the local stack does not support the filter {kind}")
