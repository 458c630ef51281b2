"""Every order in which use cases can meet: a deterministic scheduler that switches at each call to AWS.

Each task runs in a thread of its own, and only one runs at a time: at each call to AWS it stops and waits
for its turn. `every_order` goes through all orders, but not twice through the same state. A state is what
the cloud holds and what each task was answered so far, since what a task does next follows from that alone.
Nor does it switch where it can make no difference: before a call that touches nothing that another task
ever touches.
"""

from __future__ import annotations

import hashlib
import random
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from unittest import mock

from staydown.aws import pictures
from staydown.domain import ids

from tests.support.cloud import MemoryCloud
from tests.support.footprints import Footprint, dependent, footprint
from tests.support.wire import Answer, Call, Watcher

Task = Callable[[], object]


class _Abandoned(BaseException):
    """Ends a task whose order leads to what was seen already."""


@dataclass
class _Runner:
    """One task in its thread. next: what it will touch when it gets its turn; None when it is done.
    history: of its calls and their answers, as a digest."""

    name: str
    task: Task
    turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    parked: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    next: Footprint | None = frozenset()
    call: str = "start"
    history: bytes = b""
    drawn: int = 0
    result: object = None
    abandoned: bool = False

    def run(self) -> None:
        self.turn.acquire()
        try:
            if not self.abandoned:
                self.result = self.task()
        except _Abandoned:
            pass
        except Exception as error:  # noqa: BLE001 (the outcome of the task)
            self.result = error
        finally:
            self.next = None
            self.parked.release()

    def wait_for_turn(self, call: Call) -> None:
        self.next, self.call = footprint(call), str(call)
        self.parked.release()
        self.turn.acquire()
        if self.abandoned:
            raise _Abandoned

    def remember(self, call: Call, answer: Answer) -> None:
        told = {name: value for name, value in answer.parsed.items() if name != "Body"}
        line = f"{call} {answer.status} {told!r}"
        self.history = hashlib.blake2b(self.history + line.encode(), digest_size=16).digest()

    def step(self) -> None:
        """Let it go on to its next call, or to its end."""
        self.turn.release()
        self.parked.acquire()

    def draw(self, bits: int) -> int:
        """In place of chance: the same numbers for the same task in every order."""
        self.drawn += 1
        seed = f"{self.name} {self.drawn}".encode()
        return int.from_bytes(hashlib.blake2b(seed, digest_size=32).digest()) & (1 << bits) - 1


class _Turns(Watcher):
    """Stops each task before each of its calls, and notes what it was answered."""

    def __init__(self) -> None:
        self.runners: dict[int, _Runner] = {}

    @property
    def mine(self) -> _Runner | None:
        return self.runners.get(threading.get_ident())

    def before(self, call: Call) -> Answer | None:
        if (runner := self.mine) is not None:
            runner.wait_for_turn(call)
        return None

    def answered(self, call: Call, answer: Answer) -> None:
        if (runner := self.mine) is not None:
            runner.remember(call, answer)

    @contextmanager
    def no_chance(self) -> Iterator[None]:
        """Ids that follow from the task alone."""

        def bits(count: int) -> int:
            runner = self.mine
            return random.getrandbits(count) if runner is None else runner.draw(count)

        with ExitStack() as undo:
            undo.enter_context(mock.patch.object(ids, "secrets", _Drawn(bits)))
            undo.enter_context(mock.patch.object(pictures.uuid, "uuid4", lambda: uuid.UUID(int=bits(128))))  # type: ignore[attr-defined]
            yield


class _Drawn:
    """Stands for the module `secrets`."""

    def __init__(self, bits: Callable[[int], int]) -> None:
        self.randbits = bits

    def choice(self, letters: str) -> str:
        return letters[self.randbits(16) % len(letters)]


@dataclass(frozen=True)
class Order:
    """steps: who went when, and with which call. results: by task what it returned or raised."""

    steps: tuple[tuple[str, str], ...]
    results: Mapping[str, object]

    def __str__(self) -> str:
        return "\n".join(f"  {who:>12} {call}" for who, call in self.steps)


Choose = Callable[[Sequence[_Runner]], _Runner | None]


def _run(cloud: MemoryCloud, tasks: Mapping[str, Task], choose: Choose) -> Order | None:
    """One order; None when `choose` gave it up."""
    turns = _Turns()
    runners = [_Runner(name, task) for name, task in tasks.items()]
    threads = [threading.Thread(target=runner.run, name=runner.name) for runner in runners]
    steps: list[tuple[str, str]] = []
    complete = True
    with cloud.wire.watched_by(turns), turns.no_chance():
        for runner, thread in zip(runners, threads, strict=True):
            thread.start()
            assert thread.ident is not None
            turns.runners[thread.ident] = runner
        # What a task does before its first call touches nothing: no order there.
        for runner in runners:
            runner.step()
        while alive := [runner for runner in runners if runner.next is not None]:
            chosen = choose(alive) if complete else None
            if chosen is None:
                complete = False
                for runner in alive:
                    runner.abandoned = True
                    runner.step()
                continue
            steps.append((chosen.name, chosen.call))
            chosen.step()
        for thread in threads:
            thread.join()
    return Order(tuple(steps), {r.name: r.result for r in runners}) if complete else None


class _Explorer:
    """prefixes: choices still to be tried. touched: by task, everything it was ever seen to touch."""

    def __init__(self, cloud: MemoryCloud, touched: dict[str, set[Footprint]]) -> None:
        self._cloud = cloud
        self.prefixes: list[tuple[str, ...]] = [()]
        self.touched = touched
        self.has_learned = False
        self._seen: set[int] = set()
        self._made: list[str] = []
        self._prefix: tuple[str, ...] = ()
        self._last: _Runner | None = None

    def begin(self) -> None:
        self._prefix, self._made, self._last = self.prefixes.pop(), [], None

    def choose(self, alive: Sequence[_Runner]) -> _Runner | None:
        for runner in alive:
            self._learn(runner)
        last = self._last
        hidden = [runner for runner in alive if not self._matters(runner, alive)]
        if hidden:
            self._last = last if last in hidden else hidden[0]
            return self._last
        if len(self._made) < len(self._prefix):
            wanted = self._prefix[len(self._made)]
            self._last = next(runner for runner in alive if runner.name == wanted)
        else:
            state = hash((self._cloud.digest(), *((r.name, r.history, r.drawn) for r in alive)))
            if state in self._seen:
                return None
            self._seen.add(state)
            self._last = last if last in alive else alive[0]
            others = [runner for runner in alive if runner is not self._last]
            self.prefixes += [(*self._made, other.name) for other in others]
        self._made.append(self._last.name)  # type: ignore[union-attr]
        return self._last

    def _learn(self, runner: _Runner) -> None:
        known = self.touched.setdefault(runner.name, set())
        if runner.next and runner.next not in known:
            known.add(runner.next)
            self.has_learned = True

    def _matters(self, runner: _Runner, alive: Sequence[_Runner]) -> bool:
        """Whether somebody else who still runs may ever touch the same."""
        here = runner.next or frozenset()
        return any(
            dependent(here, there)
            for other in alive
            if other is not runner
            for there in self.touched.get(other.name, ())
        )


def every_order(
    cloud: MemoryCloud, prepare: Callable[[], Mapping[str, Task]], *, most: int = 10_000
) -> Iterator[Order]:
    """Run the tasks in every order that can matter. prepare: sets the stage anew, and gives the tasks.

    Raises AssertionError when there are more orders than `most`.
    """
    touched: dict[str, set[Footprint]] = {}
    tried = 0
    while True:
        explorer = _Explorer(cloud, touched)
        while explorer.prefixes:
            explorer.begin()
            order = _run(cloud, prepare(), explorer.choose)
            if order is not None:
                yield order
            tried += 1
            if tried > most:
                raise AssertionError(f"more than {most} orders")
            if explorer.has_learned:
                break  # where to switch has changed: from the beginning
        else:
            return


def random_orders(
    cloud: MemoryCloud, prepare: Callable[[], Mapping[str, Task]], *, seed: int, count: int
) -> Iterator[Order]:
    """Some orders of many tasks, the same ones for the same seed."""
    choices = random.Random(seed)

    def choose(alive: Sequence[_Runner]) -> _Runner:
        return choices.choice(alive)

    for _ in range(count):
        order = _run(cloud, prepare(), choose)
        assert order is not None
        yield order
