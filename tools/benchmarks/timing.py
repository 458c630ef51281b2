"""Time operations in turn, so that a machine that slows down slows all of them."""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Timed:
    """Median, minimum and maximum of `runs` runs, in milliseconds."""

    median: float
    least: float
    most: float
    runs: int


def timed(*work: Callable[[], object], runs: int = 9) -> list[Timed]:
    """Call each operation once to warm up, and then all in turn, `runs` times."""
    for one in work:
        one()
    taken: list[list[float]] = [[] for _ in work]
    for _ in range(runs):
        for one, times in zip(work, taken, strict=True):
            started = time.perf_counter()
            one()
            times.append((time.perf_counter() - started) * 1000)
    return [Timed(statistics.median(t), min(t), max(t), runs) for t in taken]


def row(name: str, ours: Timed, **peers: Timed) -> dict[str, Any]:
    """Return a row of results. `ratio` is the time of another method divided by ours."""
    return {
        "what": name,
        "ours": asdict(ours),
        "peers": {
            peer: {**asdict(theirs), "ratio": theirs.median / ours.median} for peer, theirs in peers.items()
        },
    }


def memory_mb(kind: str = "VmRSS") -> float:
    """Return the memory of this process in MB: now (VmRSS), or at most (VmHWM)."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(kind):
            return int(line.split()[1]) / 1024
    raise RuntimeError("this system does not report the memory of a process")


def write_or_print(result: object) -> None:
    """Write the result to the file of `--out`, or print it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path)
    out = parser.parse_args().out
    text = json.dumps(result, indent=1)
    if out is None:
        print(text)
    else:
        out.write_text(text, encoding="utf-8")
