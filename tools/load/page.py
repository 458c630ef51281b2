"""The page of the load test: docs/load.md, and load.json beside it."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

Metrics = Mapping[str, Any]


def write(result: Metrics, folder: Path) -> Path:
    """Write load.json and load.md into the folder. Return the path of load.md. Only the plot has samples."""
    parts = [{name: part[name] for name in part if name != "samples"} for part in result["parts"]]
    text = json.dumps({**result, "parts": parts}, indent=1)
    (folder / "load.json").write_text(text + "\n", encoding="utf-8")
    path = folder / "load.md"
    path.write_text("\n".join(_lines(result)) + "\n", encoding="utf-8")
    return path


def _lines(result: Metrics) -> Iterable[str]:
    parts: Sequence[Metrics] = result["parts"]
    yield from (
        "# Load",
        "",
        f"`make load` writes this page. Stack: {result['target']}. Machine: {result['machine']}. Images: "
        f"{result['pictures']}. Every fifth upload is an altered copy of a reference, in one of "
        f"{result['kinds_of_copies']} ways. Seed {result['seed']}.",
        "",
        "One machine runs the clients and the stack. The API, moto instead of AWS, and one instance of each "
        "function share one Python process. So the rates are no estimate for AWS, which starts as many "
        "instances as a queue needs. The number of lost uploads does not depend on the machine.",
        "",
        *outcome(result),
        "",
        "![Backlog and memory](load.svg)",
        "",
        "| part | uploads | seconds | uploads a second | ticket, ms: p50 / p95 / p99 | last byte to "
        "verdict, ms: p50 / p95 / p99 / max | most waiting | memory, MB |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        *(_row(part) for part in parts),
        "",
        "The client measures the time to the verdict: it polls the eight oldest uploads. Memory is that of "
        "the process of the stack, with all images that moto stores for S3.",
        "",
        "## Parts",
        "",
        *(line for part in parts for line in _description(part)),
    )
    if "long_queue" in result:
        yield from _long_queue(result["long_queue"])


def outcome(result: Metrics) -> list[str]:
    """Return a summary of losses, and then one line for each failure."""
    parts: Sequence[Metrics] = result["parts"]
    uploads = sum(part["uploads"] for part in parts)
    lost = sum(len(part["lost"]) for part in parts)
    copies = sum(part["copies"] for part in parts)
    stopped = sum(part["copies_stopped"] for part in parts)
    states: dict[str, int] = {}
    for part in parts:
        for state, count in part["states"].items():
            states[state] = states.get(state, 0) + count
    totals = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    wrong = [f"**{part['name']}: {line}.**" for part in parts for line in part["wrong"]]
    return [
        f"**{uploads - lost} of {uploads} uploads are accounted for** ({totals}); "
        f"**{stopped} of {copies} copies were stopped.** "
        + ("Nothing was lost." if not lost else f"{lost} were lost."),
        *wrong,
    ]


def _row(part: Metrics) -> str:
    cells = (
        part["name"],
        str(part["uploads"]),
        f"{part['seconds']:.0f}",
        f"{part['per_second']:.1f}",
        _listed(part["ticket_ms"], "p50", "p95", "p99"),
        _listed(part["verdict_ms"], "p50", "p95", "p99", "max"),
        str(part["most_waiting"]),
        " to ".join(str(one) for one in part["memory_mb"] or ()),
    )
    return f"| {' | '.join(cells)} |"


def _description(part: Metrics) -> Iterable[str]:
    noted = "; ".join(f"{name}: {value:,.4g}" for name, value in part["noted"].items())
    unsent = f" {part['not_sent']} calls of the client failed." if part["not_sent"] else ""
    yield f"- **{part['name']}**: {part['what']}.{unsent}" + (f" {noted}." if noted else "")


def _long_queue(figures: Metrics) -> Iterable[str]:
    memory = f" The process uses {figures['memory_mb']:,.0f} MB at the end." if figures["memory_mb"] else ""
    yield from (
        "",
        "## A long queue",
        "",
        f"`python -m tools.load.long_queue {figures['uploads']}`: {figures['waited']:,} uploads wait before "
        "one instance of the scan. In-memory stores replace AWS, since moto would take hours. The files are "
        "stand-ins that state their hash. So the time has neither decoding nor AWS calls. It took "
        f"{figures['seconds']:,.0f} s: {figures['per_second']:,.0f} uploads a second "
        f"({figures['first_per_second']:,.0f} in the first tenth, {figures['last_per_second']:,.0f} in the "
        f"last).{memory}",
        "",
        f"**{figures['accounted_for']:,} of {figures['uploads']:,} are accounted for; "
        f"{figures['copies_stopped']:,} of {figures['copies']:,} copies were stopped; "
        f"{figures['others_published']:,} of {figures['uploads'] - figures['copies']:,} others were "
        "published.**",
    )


def _listed(figures: Metrics, *names: str) -> str:
    return " / ".join(f"{figures[name]:,.0f}" for name in names) if figures else ""


def machine() -> str:
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
