"""`make bench`: every benchmark, one after the other, then the page: docs/benchmarks.md, .json and plots.

`--quick` takes a tenth of the photographs and leaves out the largest index; its page is not to be kept.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks import page

ROOT = Path(__file__).parents[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=ROOT / "docs", help="folder of the page")
    given = parser.parse_args()
    results: dict[str, Any] = {"seed": given.seed}
    with tempfile.TemporaryDirectory() as folder:
        for name, arguments in _plan(given.quick).items():
            out = Path(folder) / f"{name}.json"
            started = time.monotonic()
            print(f"{name} …", flush=True)
            seeded = [] if name.startswith("speed") else ["--seed", str(given.seed)]
            _run(name, [*arguments, *seeded, "--out", str(out)])
            results[name] = json.loads(out.read_text(encoding="utf-8"))
            print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)
    given.out.mkdir(parents=True, exist_ok=True)
    page.write(results, given.out)
    print(f"wrote {given.out / 'benchmarks.md'}")


def _plan(quick: bool) -> dict[str, Sequence[str]]:
    """Each benchmark's module, in a process of its own, and how large it is."""
    few = ["--photos", "12"] if quick else ["--photos", "60"]
    return {
        "speed_fingerprint": [],
        "speed_index": ["--sizes", "10000", "100000", "1000000", *([] if quick else ["10000000"])],
        "speed_scan": [],
        "keypoint_candidates": ["--sizes", "100", "1000"] if quick else [],
        "recall": [*few, "--bank", "150"],
        "wrong_verdicts": ["--asked", "6" if quick else "100", "--hard", "4" if quick else "40"],
    }


def _run(name: str, arguments: Sequence[str]) -> None:
    command = [sys.executable, "-m", f"tests.benchmarks.{name}", *arguments]
    subprocess.run(command, check=True, cwd=ROOT)


if __name__ == "__main__":
    main()
