"""Timing two things side by side, so that a machine that slows down slows both."""

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
    """Milliseconds: median, least, most of `runs` runs."""

    median: float
    least: float
    most: float
    runs: int


def timed(*work: Callable[[], object], runs: int = 9) -> list[Timed]:
    """Each of the callables once to warm up, then all in turn, `runs` times."""
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
    """A row of results: ours, each peer's, and how many times ours the peer takes."""
    return {
        "what": name,
        "ours": asdict(ours),
        "peers": {
            peer: {**asdict(theirs), "ratio": theirs.median / ours.median} for peer, theirs in peers.items()
        },
    }


def memory_mb(kind: str = "VmRSS") -> float:
    """What this process holds now (VmRSS), or held at most (VmHWM), in MB."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(kind):
            return int(line.split()[1]) / 1024
    raise RuntimeError("this system does not tell how much memory a process has")


def write_or_print(result: object) -> None:
    """To the file that `--out` names, or to the screen."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path)
    out = parser.parse_args().out
    text = json.dumps(result, indent=1)
    if out is None:
        print(text)
    else:
        out.write_text(text, encoding="utf-8")
