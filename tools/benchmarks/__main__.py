"""`make bench`: run every benchmark in turn, then write the page: docs/benchmarks.md, .json and plots.

PHOTOGRAPHS=FOLDER chooses the photographs; SOURCE says in the report where they come from. By default they
are those that come with packages. See tools/photographs.py.

The results of each benchmark are kept in .local/benchmarks. `--only` repeats some and takes the others from
there. `--quick` takes fewer photographs and leaves out the largest index; do not publish its page.
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
from tools.photographs import photographs_description

ROOT = Path(__file__).parents[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a few minutes instead of some 50")
    parser.add_argument("--only", nargs="*", help="run these benchmarks; take the last results of the others")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=ROOT / "docs", help="folder of the page")
    given = parser.parse_args()
    plan = _plan(given.quick)
    if unknown := set(given.only or ()) - set(plan):
        parser.error(f"unknown benchmark: {', '.join(sorted(unknown))}. Choose from {', '.join(plan)}.")
    results = ROOT / ".local" / "benchmarks" / ("quick" if given.quick else "full")
    results.mkdir(parents=True, exist_ok=True)
    try:
        photographs = photographs_description()
    except FileNotFoundError as error:
        parser.error(str(error))
    if not _same_photographs(results / "photographs.txt", photographs, write=given.only is None):
        parser.error("the kept results are of other photographs: run all benchmarks, without --only")
    print(f"photographs: {photographs}", flush=True)
    for name, arguments in plan.items():
        if given.only is not None and name not in given.only:
            continue
        started = time.monotonic()
        print(f"{name} …", flush=True)
        seeded = [] if name.startswith("speed") else ["--seed", str(given.seed)]
        _run(name, [*arguments, *seeded, "--out", str(results / f"{name}.json")])
        print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)
    found = {name: json.loads((results / f"{name}.json").read_text(encoding="utf-8")) for name in plan}
    given.out.mkdir(parents=True, exist_ok=True)
    page.write({"seed": given.seed, "photographs": photographs, **found}, given.out)
    print(f"wrote {given.out / 'benchmarks.md'}")


def _plan(quick: bool) -> dict[str, Sequence[str]]:
    """Return the arguments of each benchmark by module. Each runs in a process of its own."""
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


def _same_photographs(file: Path, photographs: str, *, write: bool) -> bool:
    """Return whether the results beside the file are of these photographs. `write` says so from now on."""
    if write:
        file.write_text(photographs, encoding="utf-8")
    return file.exists() and file.read_text(encoding="utf-8") == photographs


def _run(name: str, arguments: Sequence[str]) -> None:
    command = [sys.executable, "-m", f"tools.benchmarks.{name}", *arguments]
    subprocess.run(command, check=True, cwd=ROOT)


if __name__ == "__main__":
    main()
