"""A queue of very many uploads before one instance of the scan, with dictionaries in AWS's place.

    python -m tools.load.long_queue 100000

A stack of `make run` does some uploads a second, so that many would take it hours. The files here are
stand-ins that state their hash (tests/support/sample_images.py): no image is decoded. The rest works as in
the function: batches of ten, register, check, publish or stop, and the messages that the events of stopped
uploads bring to the settle queue. Prints JSON.
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
    """Put them, all of them, then scan them: what it took, and what became of them.

    first_per_second, last_per_second: of the first tenth, and of the last.
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
    """The key of an upload, whose message waits; every fifth is the judged picture, some bits turned over."""
    is_copy = number % EVERY == 0
    data = drawn(_JUDGED, flipped=number % 31, copy=number) if is_copy else drawn(number)
    key: str = world.put("alpha", f"account-{number}", data).body[0]
    return key


def _scanned(world: World) -> Iterator[Upload]:
    """Each upload as it is at rest. An exception ends it: nothing fails here that would be tried again."""
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
