"""The DynamoDB attribute name of each field whose name in the code differs from it.

A field that is missing here is stored under its own name. Renaming a stored field without a line here reads
old items back without it: almost all fields have defaults.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

STORED_NAMES: Mapping[Any, Mapping[str, str]] = {}
"""Attribute names by field name, by class."""
