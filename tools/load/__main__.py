"""`make load`: send uploads in five parts, and account for each.

    python -m tools.load                      starts a stack and tests it
    python -m tools.load --running            tests the stack that `make run` started
    python -m tools.load --api https://…      tests a deployment

--api reads the access tokens of a platform and of a reviewer from the environment variables
STAYDOWN_PLATFORM_TOKEN and STAYDOWN_REVIEWER_TOKEN. The test uploads an image there, reports it and decides
the case. The image stays in the bank, so do not use a production stack. The part `poison` needs a stack on
this machine; `waiting` and `throttled` need one that this command starts.

The exit code is 0 if every upload is accounted for, every copy was stopped and all others were published.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from infra.demo.photos import ALTERATIONS
from infra.local.stack import STATE_FILE
from tools.load import page, parts
from tools.load.long_queue import passed
from tools.load.metrics import PartResult
from tools.load.pictures import innocent, pictures
from tools.load.sending import Client, LoadFailed
from tools.load.target import FOLDER, NoTarget, Target, deployed_target, running_target, started_target

PARTS = ("burst", "soak", "poison", "waiting", "throttled")


def main(arguments: Sequence[str] | None = None) -> int:
    given = _given(arguments)
    try:
        with _target(given) as target:
            result, done = load(target, given)
        if given.long_queue:
            result["long_queue"] = _long_queue(given.long_queue)
    except (NoTarget, LoadFailed, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    given.out.mkdir(parents=True, exist_ok=True)
    path = page.write(result, given.out)
    if given.plot:
        from tools.benchmarks.plots import plot_load  # noqa: PLC0415 (tests run without matplotlib)

        plot_load(result["parts"], given.out / "load.svg")
    print("\n".join(page.outcome(result)).replace("*", ""))
    print(f"wrote {path}")
    long_queue_passed = "long_queue" not in result or passed(result["long_queue"])
    return 0 if long_queue_passed and not result["given_up"] and all(part.passed for part in done) else 1


def load(target: Target, given: argparse.Namespace) -> tuple[dict[str, Any], list[PartResult]]:
    """Run the parts. Return the content of load.json, and the results of the parts."""
    client = Client(target)
    what, files = innocent()
    _say(f"{target.name}; {what}")
    client.ensure_reference()
    dead_before = _dead(target)
    it = parts.Load(target, client, pictures(files, given.seed), given.senders, given.patience)
    done = []
    for name, play in _plan(it, given).items():
        part = play()
        done.append(part)
        figures = part.metrics()
        _say(
            f"{name}: {figures['uploads']} uploads, {figures['per_second']} a second, "
            f"verdict {figures['verdict_ms']} ms, {figures['states']}, "
            f"{figures['copies_stopped']} of {figures['copies']} copies stopped, {len(part.lost)} lost"
        )
        for line in sorted({*part.failures, *part.wrong}):
            _say(f"  {line}")
    dead = _dead(target) - dead_before
    if "poison" in _plan(it, given):
        dead -= Counter({parts.SCAN_DEAD_LETTERS: len(parts.POISON)})
    for queue, count in dead.items():
        _say(f"{count} messages are in the dead-letter queue {queue}")
    result = {
        "target": target.name,
        "machine": page.machine(),
        "pictures": what,
        "kinds_of_copies": len(ALTERATIONS),
        "seed": given.seed,
        "senders": given.senders,
        "retried_calls": client.retried_calls,
        "given_up": dict(dead),
        "parts": [part.metrics() for part in done],
    }
    return result, done


def _dead(target: Target) -> Counter[str]:
    return Counter(target.dead_letters() if target.queues is not None else {})


def _long_queue(uploads: int) -> dict[str, Any]:
    """Run it in a process of its own, so that its memory can be measured."""
    _say(f"long queue: {uploads} uploads, with in-memory stores instead of AWS")
    command = [sys.executable, "-m", "tools.load.long_queue", str(uploads)]
    output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False).stdout
    result: dict[str, Any] = json.loads(output)
    _say(f"long queue: {result['states']}, {result['per_second']:.0f} a second")
    return result


def _plan(it: parts.Load, given: argparse.Namespace) -> dict[str, Callable[[], PartResult]]:
    """Return the chosen parts that the target supports."""
    plays: dict[str, Callable[[], PartResult]] = {
        "burst": lambda: parts.burst(it, given.burst),
        "soak": lambda: parts.soak(it, given.rate, given.seconds),
    }
    if it.target.queues is not None:
        plays["poison"] = lambda: parts.poison(it, given.behind_poison)
    if it.target.control is not None:
        plays["waiting"] = lambda: parts.waiting(it, given.waiting)
        plays["throttled"] = lambda: parts.throttled(it, given.rate, given.throttled_seconds, given.share)
    return {name: play for name, play in plays.items() if name in given.parts}


def _given(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.load",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--api", help="URL of a deployment")
    where.add_argument("--running", action="store_true", help="use the stack that `make run` started")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--burst", type=int, default=100, help="uploads (%(default)s)")
    parser.add_argument(
        "--rate", type=float, default=2.0, help="uploads a second in `soak` and `throttled` (%(default)s)"
    )
    parser.add_argument("--seconds", type=float, default=40.0, help="duration of `soak` (%(default)s)")
    parser.add_argument("--behind-poison", type=int, default=20, help="uploads (%(default)s)")
    parser.add_argument("--waiting", type=int, default=200, help="uploads (%(default)s)")
    parser.add_argument(
        "--long-queue",
        type=int,
        default=100_000,
        help="uploads in the long queue; 0: leave it out (%(default)s)",
    )
    parser.add_argument(
        "--throttled-seconds", type=float, default=30.0, help="duration of `throttled` (%(default)s)"
    )
    parser.add_argument(
        "--share", type=float, default=0.3, help="share of calls that are throttled (%(default)s)"
    )
    parser.add_argument("--senders", type=int, default=8, help="uploads sent at the same time (%(default)s)")
    parser.add_argument(
        "--patience",
        type=float,
        default=60.0,
        help="seconds without progress before uploads count as lost (%(default)s)",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder of the page (%(default)s)")
    parser.add_argument("--no-plot", dest="plot", action="store_false")
    return parser.parse_args(arguments)


@contextmanager
def _target(given: argparse.Namespace) -> Iterator[Target]:
    if given.api:
        yield deployed_target(given.api)
    elif given.running:
        yield running_target(STATE_FILE)
    else:
        with started_target() as target:
            yield target


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
