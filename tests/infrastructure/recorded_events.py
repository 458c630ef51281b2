"""The events that the functions of the small stack received."""

from __future__ import annotations

import os
from typing import Any

events: list[dict[str, Any]] = []
environments: list[dict[str, str]] = []


def record(event: dict[str, Any]) -> None:
    events.append(event)
    environments.append(dict(os.environ))


def clear() -> None:
    events.clear()
    environments.clear()
