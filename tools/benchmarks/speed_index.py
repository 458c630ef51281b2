"""Exact look-ups within 31 bits, one hash at a time on one thread, beside two indexes of FAISS.

Each index runs in a process of its own, so that its memory can be measured.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray
from staydown.matching.hamming_index import HammingIndex

from tools.benchmarks.timing import memory_mb

DISTANCE = 31
ASKED = 200
KINDS = ("staydown", "faiss flat", "faiss multi-hash")
Hashes = NDArray[np.uint8]


def measure(sizes: Sequence[int]) -> list[dict[str, Any]]:
    return [_in_a_process(kind, size) for size in sizes for kind in KINDS]


def _in_a_process(kind: str, size: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tools.benchmarks.speed_index", "--kind", kind, "--sizes", str(size)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measure_one(kind: str, size: int) -> dict[str, Any]:
    """Measure an index of random hashes. Half of the queries have a neighbour at exactly DISTANCE."""
    random = np.random.default_rng(1)
    hashes = random.integers(0, 256, (size, 32), dtype=np.uint8)
    asked = random.integers(0, 256, (ASKED, 32), dtype=np.uint8)
    planted = random.integers(0, size, ASKED // 2)
    asked[::2] = _moved(random, hashes[planted])
    before = memory_mb()
    started = time.perf_counter()
    look_up = _BUILD[kind](hashes)
    built = time.perf_counter() - started
    grown = memory_mb() - before
    for one in asked[:8]:
        look_up(one[None])
    times, found = [], 0
    for number, one in enumerate(asked):
        started = time.perf_counter()
        rows = look_up(one[None])
        times.append((time.perf_counter() - started) * 1000)
        found += number % 2 == 0 and int(planted[number // 2]) in rows
    return {
        "kind": kind,
        "size": size,
        "median_ms": float(np.median(times)),
        "p99_ms": float(np.percentile(times, 99)),
        "build_s": built,
        "memory_mb": grown,
        "found": found / (ASKED // 2),
    }


def _moved(random: np.random.Generator, hashes: Hashes) -> Hashes:
    """Return the hashes with DISTANCE bits flipped in each."""
    bits = np.unpackbits(hashes, axis=1)
    for row in bits:
        row[random.choice(256, DISTANCE, replace=False)] ^= 1
    return np.packbits(bits, axis=1)


def _staydown(hashes: Hashes) -> Callable[[Hashes], list[int]]:
    index = HammingIndex(hashes)
    return lambda asked: index.query(asked, DISTANCE).row.tolist()


def _faiss(index: Any, hashes: Hashes) -> Callable[[Hashes], list[int]]:
    index.add(hashes)
    return lambda asked: index.range_search(asked, DISTANCE + 1)[2].tolist()


def _faiss_flat(hashes: Hashes) -> Callable[[Hashes], list[int]]:
    faiss.omp_set_num_threads(1)
    return _faiss(faiss.IndexBinaryFlat(256), hashes)


def _faiss_multi_hash(hashes: Hashes) -> Callable[[Hashes], list[int]]:
    """Build it as python-threatexchange does: 16 tables of 16 bits, and one flipped bit in each."""
    faiss.omp_set_num_threads(1)
    index = faiss.IndexBinaryMultiHash(256, 16, 16)
    index.nflip = DISTANCE // 16
    return _faiss(index, hashes)


_BUILD = {"staydown": _staydown, "faiss flat": _faiss_flat, "faiss multi-hash": _faiss_multi_hash}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--kind", choices=KINDS, help="measure this index in this process, and print the result"
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[10**4, 10**5, 10**6, 10**7])
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    if given.kind:
        print(json.dumps(measure_one(given.kind, given.sizes[0])))
        return
    text = json.dumps(measure(given.sizes), indent=1)
    if given.out:
        given.out.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
