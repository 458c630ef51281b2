"""Render the report as a self-contained page with metrics and SVG charts."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 720, 220, 46, 26
_COLOURS = ("#1f5f99", "#c2571a", "#6b6f76")
_STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem }
dl { display: grid; grid-template-columns: 1fr auto; gap: .2rem 1rem } dd { margin: 0; text-align: right }
figure { margin: 2rem 0 } svg { width: 100%; height: auto } svg text { fill: currentColor; font-size: 11px }
"""


def render_page(report: Mapping[str, Any]) -> str:
    year, whole, months = report["year"], report["whole"], report["months"]
    transparency = whole["transparency"]
    charts = [
        _bar_chart(
            "Decisions by month",
            {
                "violating": [month["decisions"]["violating"] for month in months],
                "not violating": [month["decisions"]["not_violating"] for month in months],
                "suspected child": [month["decisions"]["suspected_child"] for month in months],
            },
        ),
        _bar_chart(
            "Matched images by month",
            {kind: [month["stopped"][kind] for month in months] for kind in ("blocked", "removed", "held")},
        ),
        _bar_chart(
            "Median hours from a valid report to its decision, by month",
            {"median": [month["time_to_act"]["median_hours"] or 0 for month in months]},
        ),
        _bar_chart(
            "Appeals by month",
            {kind: [month["appeals"][kind] for month in months] for kind in ("filed", "upheld", "rejected")},
        ),
    ]
    metrics = {
        "Notices received": transparency["notices"],
        "of these decided solely by automated means": transparency["notices_by_automated_means"],
        "Cases with a violation": transparency["cases_acted_on"],
        "Cases dismissed": transparency["cases_refused"],
        "Median time from a valid notice to its decision": _hours(whole["time_to_act"]["median_hours"]),
        "90th percentile of that time": _hours(whole["time_to_act"]["ninetieth_hours"]),
        "Decided before the deadline": _percentage(whole["time_to_act"]["share_in_time"]),
        "Images removed or blocked by a reviewer's decision": transparency["actions"]["by_decision"],
        "Images removed or blocked automatically by a match": transparency["actions"]["by_match"],
        "Accounts blocked by a case decision or manually": transparency["actions"]["accounts_blocked"],
        "Complaints received": transparency["complaints"],
        "of these granted": transparency["complaints_upheld"],
        "of these denied": transparency["complaints_rejected"],
        "Median time to answer a complaint": _hours(whole["appeals"]["time_to_answer"]["median_hours"]),
        "Temporary suspensions for repeated illegal content": transparency["suspensions"]["illegal_content"],
        "Temporary suspensions for manifestly unfounded notices": transparency["suspensions"][
            "unfounded_notices"
        ],
        "Temporary suspensions for manifestly unfounded complaints": transparency["suspensions"][
            "unfounded_complaints"
        ],
        "Second opinions that agreed": _percentage(whole["second_opinions"]["share_agreed"]),
    }
    rows = "\n".join(
        f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in metrics.items()
    )
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Transparency report {year}</title><style>{_STYLE}</style></head>
<body>
<h1>Transparency report {year}</h1>
<p>Non-consensual intimate images: reports, decisions and actions. Times are rounded up to a quarter of an
hour. Legal or contractual ground: {escape(transparency["ground"])}</p>
<dl>
{rows}
</dl>
{"".join(charts)}
</body>
</html>
"""


def _hours(value: float | None) -> str:
    return "none" if value is None else f"{value:g} hours"


def _percentage(value: float | None) -> str:
    return "none" if value is None else f"{100 * value:.1f}%"


def _bar_chart(title: str, series: Mapping[str, Sequence[float]]) -> str:
    """Return a grouped bar chart of twelve months. Each bar has its value as its accessible title."""
    maximum = max((value for values in series.values() for value in values), default=0) or 1
    slot = (_WIDTH - _LEFT) / 12
    width = slot * 0.8 / len(series)
    marks = []
    for number, (name, values) in enumerate(series.items()):
        for month, value in enumerate(values):
            height = (_HEIGHT - _BOTTOM - 20) * value / maximum
            x = _LEFT + month * slot + slot * 0.1 + number * width
            label = f"{calendar.month_abbr[month + 1]}, {name}: {value:g}"
            marks.append(
                f'<rect x="{x:.1f}" y="{_HEIGHT - _BOTTOM - height:.1f}" width="{width:.1f}" '
                f'height="{height:.1f}" fill="{_COLOURS[number]}"><title>{escape(label)}</title></rect>'
            )
    for month in range(12):
        x = _LEFT + (month + 0.5) * slot
        month_name = calendar.month_abbr[month + 1]
        marks.append(f'<text x="{x:.1f}" y="{_HEIGHT - 8}" text-anchor="middle">{month_name}</text>')
    marks.append(f'<text x="{_LEFT - 6}" y="24" text-anchor="end">{maximum:g}</text>')
    marks.append(f'<text x="{_LEFT - 6}" y="{_HEIGHT - _BOTTOM}" text-anchor="end">0</text>')
    key = " · ".join(
        f'<span style="color:{_COLOURS[number]}">■</span> {escape(name)}'
        for number, name in enumerate(series)
    )
    return (
        f"<figure><figcaption><strong>{escape(title)}</strong><br>{key}</figcaption>"
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"{''.join(marks)}</svg>"
        "</figure>"
    )
