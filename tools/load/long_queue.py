"""A long queue of uploads before one instance of the scan, with in-memory stores instead of AWS.

    python -m tools.load.long_queue 100000

The stack of `make run` scans a few uploads a second, so that a long queue would take hours. The files are
stand-ins that state their hash (tests/support/sample_images.py): no image is decoded. The rest works as in
the function: batches of ten, register, check, publish or stop, and the messages that the events of stopped
uploads bring to SettleQueue. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from staydown.domain.uploads.upload import Upload

from tests.support.actions import enforced_story
from tests.support.sample_images import drawn
from tests.support.world import World, memory_world
from tools.load.pictures import EVERY
from tools.load.sending import FINAL_STATES, STOPPED_STATES
from tools.load.upload_tracker import megabytes

_BATCH = 10
_JUDGED = 0


def drain(world: World, uploads: int) -> dict[str, Any]:
    """Put all uploads, then scan them. Return times, memory and the resulting states.

    first_per_second, last_per_second: the rate in the first tenth, and in the last.
    """
    enforced_story(world, drawn(_JUDGED))
    world.queue.clear()
    is_copy = {}
    for number in range(1, uploads + 1):
        is_copy[_put(world, number)] = number % EVERY == 0
    waited = len(world.queue)
    states: dict[str, str] = {}
    marks = [time.perf_counter()]
    for upload in _scanned(world):
        states[upload.key] = upload.state.value
        if len(states) * 10 >= uploads * len(marks):
            marks.append(time.perf_counter())
    seconds = marks[-1] - marks[0]
    known = {key: state for key, state in states.items() if key in is_copy and state in FINAL_STATES}
    return {
        "uploads": uploads,
        "waited": waited,
        "seconds": seconds,
        "per_second": uploads / seconds,
        "first_per_second": uploads / 10 / (marks[1] - marks[0]),
        "last_per_second": uploads / 10 / (marks[10] - marks[9]),
        "memory_mb": megabytes("self"),
        "states": dict(sorted(Counter(states.values()).items())),
        "accounted_for": len(known),
        "copies": sum(is_copy.values()),
        "copies_stopped": sum(known.get(key) in STOPPED_STATES for key, copy in is_copy.items() if copy),
        "others_published": sum(known.get(key) == "published" for key, copy in is_copy.items() if not copy),
    }


def passed(result: dict[str, Any]) -> bool:
    copies, others = result["copies"], result["uploads"] - result["copies"]
    return (result["copies_stopped"], result["others_published"]) == (copies, others)


def _put(world: World, number: int) -> str:
    """Put an upload and return its key. Every fifth is a copy of the reference: some bits differ."""
    is_copy = number % EVERY == 0
    data = drawn(_JUDGED, flipped=number % 31, copy=number) if is_copy else drawn(number)
    key: str = world.put("alpha", f"account-{number}", data).body[0]
    return key


def _scanned(world: World) -> Iterator[Upload]:
    """Yield each upload in its final state. Raise every exception: no call is retried here."""
    while world.queue:
        for outcome in world.scan(*[world.queue.popleft() for _ in range(min(_BATCH, len(world.queue)))]):
            if isinstance(outcome, Exception):
                raise outcome
            assert outcome is not None
            yield outcome
        world.publish()
        while world.queue and (message := world.queue[-1]).kind != "scan":
            world.queue.pop()
            if message.kind == "settle":
                world.handle(message)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.load.long_queue", description=__doc__)
    parser.add_argument("uploads", type=int)
    with memory_world() as world:
        result = drain(world, parser.parse_args().uploads)
    print(json.dumps(result, indent=1))
    return 0 if passed(result) else 1


if __name__ == "__main__":
    sys.exit(main())
