"""The report as CSV: one row for each figure, one column for the year and for each month."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

_NOT_METRICS = {"first_day", "last_day", "now", "transparency.ground"}


def to_csv(report: Mapping[str, Any]) -> str:
    """Return CSV (RFC 4180) with the columns `figure,year,01,…,12`. Cells without data are empty."""
    columns = [dict(_flatten(report["whole"])), *(dict(_flatten(month)) for month in report["months"])]
    names = dict.fromkeys(name for column in columns for name in column)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["figure", str(report["year"]), *(f"{month:02}" for month in range(1, 13))])
    for name in names:
        writer.writerow([name, *(column.get(name, 0) for column in columns)])
    return text.getvalue()


def _flatten(metrics: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield metrics by dotted name. The items of a list are named by their first value."""
    for name, value in metrics.items():
        dotted = prefix + name
        if dotted in _NOT_METRICS or name == "by_day":
            continue
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{dotted}.")
        elif isinstance(value, list):
            for member in value:
                key, count = member.values()
                yield f"{dotted}.{key}", count
        else:
            yield dotted, "" if value is None else value
