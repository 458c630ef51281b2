"""`make bench`: every benchmark, one after the other, then the page: docs/benchmarks.md, .json and plots.

What each measured is kept in .local/benchmarks; `--only` measures some anew and takes the rest from there.
`--quick` takes a tenth of the photographs and leaves out the largest index; its page is not to be kept.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tools.benchmarks import page

ROOT = Path(__file__).parents[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="*", help="measure these; take the others as they were measured last")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=ROOT / "docs", help="folder of the page")
    given = parser.parse_args()
    plan = _plan(given.quick)
    if unknown := set(given.only or ()) - set(plan):
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(plan)}")
    kept = ROOT / ".local" / "benchmarks" / ("quick" if given.quick else "full")
    kept.mkdir(parents=True, exist_ok=True)
    for name, arguments in plan.items():
        if given.only is not None and name not in given.only:
            continue
        started = time.monotonic()
        print(f"{name} …", flush=True)
        seeded = [] if name.startswith("speed") else ["--seed", str(given.seed)]
        _run(name, [*arguments, *seeded, "--out", str(kept / f"{name}.json")])
        print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)
    results = {name: json.loads((kept / f"{name}.json").read_text(encoding="utf-8")) for name in plan}
    given.out.mkdir(parents=True, exist_ok=True)
    page.write({"seed": given.seed, **results}, given.out)
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
        "wrong_verdicts": ["--asked", "6", "--hard", "4"] if quick else ["--draws", "3", "--hard", "80"],
        "large_bank": ["--pictures", "500", "--every", "10"] if quick else [],
    }


def _run(name: str, arguments: Sequence[str]) -> None:
    command = [sys.executable, "-m", f"tools.benchmarks.{name}", *arguments]
    subprocess.run(command, check=True, cwd=ROOT)


if __name__ == "__main__":
    main()
