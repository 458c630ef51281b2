"""A deterministic scheduler that interleaves tasks at their AWS calls.

Each task runs in its own thread, and one task runs at a time: it stops at each AWS call and waits for its
turn. `every_interleaving` explores all orders, but visits each state once. A state is the contents of the
cloud and the answers that each task received: these determine the next call of each task. The scheduler
does not switch before a call that touches nothing that another task touches.
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

from staydown.domain import ids

from tests.support.botocore_hooks import Answer, Call, Watcher
from tests.support.cloud import MemoryCloud
from tests.support.touched_items import TouchedItems, are_dependent, touched_items

Task = Callable[[], object]


class _TaskAbandoned(BaseException):
    """Ends a task whose order leads to a known state."""


@dataclass
class _Runner:
    """One task in its thread. next: the items of its next call; None when it is done.
    history: a digest of its calls and their answers."""

    name: str
    task: Task
    turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    parked: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    next: TouchedItems | None = frozenset()
    call: str = "start"
    history: bytes = b""
    bits_drawn: int = 0
    result: object = None
    abandoned: bool = False

    def run(self) -> None:
        self.turn.acquire()
        try:
            if not self.abandoned:
                self.result = self.task()
        except _TaskAbandoned:
            pass
        except Exception as error:  # noqa: BLE001 (the outcome of the task)
            self.result = error
        finally:
            self.next = None
            self.parked.release()

    def wait_for_turn(self, call: Call) -> None:
        self.next, self.call = touched_items(call), str(call)
        self.parked.release()
        self.turn.acquire()
        if self.abandoned:
            raise _TaskAbandoned

    def remember(self, call: Call, answer: Answer) -> None:
        parsed = {name: value for name, value in answer.parsed.items() if name != "Body"}
        line = f"{call} {answer.status} {parsed!r}"
        self.history = hashlib.blake2b(self.history + line.encode(), digest_size=16).digest()

    def step(self) -> None:
        """Run the task to its next call or to its end."""
        self.turn.release()
        self.parked.acquire()

    def draw(self, bits: int) -> int:
        """Return random bits that are the same for a task in every order."""
        self.bits_drawn += 1
        seed = f"{self.name} {self.bits_drawn}".encode()
        return int.from_bytes(hashlib.blake2b(seed, digest_size=32).digest()) & (1 << bits) - 1


class _TurnScheduler(Watcher):
    """Stops each task before each of its calls and records the answers."""

    def __init__(self) -> None:
        self.runners: dict[int, _Runner] = {}

    @property
    def current_runner(self) -> _Runner | None:
        return self.runners.get(threading.get_ident())

    def before(self, call: Call) -> Answer | None:
        if (runner := self.current_runner) is not None:
            runner.wait_for_turn(call)
        return None

    def answered(self, call: Call, answer: Answer) -> None:
        if (runner := self.current_runner) is not None:
            runner.remember(call, answer)

    @contextmanager
    def deterministic_ids(self) -> Iterator[None]:
        """Make the ids that a task generates independent of the order."""

        def bits(count: int) -> int:
            runner = self.current_runner
            return random.getrandbits(count) if runner is None else runner.draw(count)

        with ExitStack() as undo:
            undo.enter_context(mock.patch.object(ids, "secrets", _DeterministicSecrets(bits)))
            undo.enter_context(
                mock.patch("staydown.aws.features_store.uuid.uuid4", lambda: uuid.UUID(int=bits(128)))
            )
            yield


class _DeterministicSecrets:
    """Replaces the module `secrets`."""

    def __init__(self, bits: Callable[[int], int]) -> None:
        self.randbits = bits

    def choice(self, letters: str) -> str:
        return letters[self.randbits(16) % len(letters)]


@dataclass(frozen=True)
class Interleaving:
    """One order. steps: (task, call) in order. results: what each task returned or raised."""

    steps: tuple[tuple[str, str], ...]
    results: Mapping[str, object]

    def __str__(self) -> str:
        return "\n".join(f"  {who:>12} {call}" for who, call in self.steps)


Choose = Callable[[Sequence[_Runner]], _Runner | None]


def _run_interleaving(cloud: MemoryCloud, tasks: Mapping[str, Task], choose: Choose) -> Interleaving | None:
    """Run one order. Return None if `choose` abandoned it."""
    turns = _TurnScheduler()
    runners = [_Runner(name, task) for name, task in tasks.items()]
    threads = [threading.Thread(target=runner.run, name=runner.name) for runner in runners]
    steps: list[tuple[str, str]] = []
    complete = True
    with cloud.wire.watched_by(turns), turns.deterministic_ids():
        for runner, thread in zip(runners, threads, strict=True):
            thread.start()
            assert thread.ident is not None
            turns.runners[thread.ident] = runner
        # Before its first call a task touches nothing, so the order is irrelevant.
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
    return Interleaving(tuple(steps), {r.name: r.result for r in runners}) if complete else None


@dataclass(frozen=True)
class _PendingChoices:
    """Choices still to be tried. switches: how many of them preempt a task that could continue."""

    choices: tuple[str, ...] = ()
    switches: int = 0


class _Explorer:
    """Explores all orders depth first. touched: all items that each task touched in any order."""

    def __init__(self, cloud: MemoryCloud, touched: dict[str, set[TouchedItems]], max_switches: int) -> None:
        self._cloud = cloud
        self.prefixes = [_PendingChoices()]
        self.touched = touched
        self._max_switches = max_switches
        self.has_learned = False
        self._seen: dict[int, int] = {}
        self._choices: list[str] = []
        self._prefix = _PendingChoices()
        self._last: _Runner | None = None

    def begin(self) -> None:
        self._prefix, self._choices, self._last = self.prefixes.pop(), [], None

    def choose(self, alive: Sequence[_Runner]) -> _Runner | None:
        if record_touched(self.touched, alive):
            self.has_learned = True
        last = self._last
        hidden = [runner for runner in alive if not self._matters(runner, alive)]
        if hidden:
            self._last = last if last in hidden else hidden[0]
            return self._last
        if len(self._choices) < len(self._prefix.choices):
            wanted = self._prefix.choices[len(self._choices)]
            chosen = next(runner for runner in alive if runner.name == wanted)
        elif (found := self._continued(alive)) is not None:
            chosen = found
        else:
            return None
        self._choices.append(chosen.name)
        self._last = chosen
        return chosen

    def _continued(self, alive: Sequence[_Runner]) -> _Runner | None:
        """Continue with the same task and record the other choices. Return None in a known state."""
        switches = self._prefix.switches
        state = hash(
            (self._cloud.digest(), self._name(), *((r.name, r.history, r.bits_drawn) for r in alive))
        )
        if self._seen.get(state, self._max_switches + 1) <= switches:
            return None
        self._seen[state] = switches
        can_continue = self._last in alive
        continued = self._last if can_continue and self._last is not None else alive[0]
        if switches + can_continue <= self._max_switches:
            self.prefixes += [
                _PendingChoices((*self._choices, other.name), switches + can_continue)
                for other in alive
                if other is not continued
            ]
        return continued

    def _name(self) -> str:
        return self._last.name if self._last is not None else ""

    def _matters(self, runner: _Runner, alive: Sequence[_Runner]) -> bool:
        """Return whether another running task may touch the same items."""
        here = runner.next or frozenset()
        return any(
            are_dependent(here, there)
            for other in alive
            if other is not runner
            for there in self.touched.get(other.name, ())
        )


def record_touched(touched: dict[str, set[TouchedItems]], alive: Sequence[_Runner]) -> bool:
    """Record the items that the tasks touch next. Return whether any are new."""
    found_new = False
    for runner in alive:
        known = touched.setdefault(runner.name, set())
        if runner.next and runner.next not in known:
            known.add(runner.next)
            found_new = True
    return found_new


UNLIMITED_SWITCHES = 1_000


def every_interleaving(
    cloud: MemoryCloud,
    prepare: Callable[[], Mapping[str, Task]],
    *,
    switches: int = UNLIMITED_SWITCHES,
    max_interleavings: int = 10_000,
) -> Iterator[Interleaving]:
    """Run the tasks in every order that can matter. prepare: restores the world and returns the tasks.

    switches: maximum number of preemptions in an order (most concurrency bugs need two: Musuvathi and Qadeer,
    PLDI 2007). Raises AssertionError for more than `max_interleavings` orders.
    """
    touched: dict[str, set[TouchedItems]] = {}
    for _ in _random_interleavings(cloud, prepare, random.Random(0), 8, touched):
        pass
    found = 0
    explorer = _Explorer(cloud, touched, switches)
    while explorer.prefixes:
        explorer.begin()
        order = _run_interleaving(cloud, prepare(), explorer.choose)
        if order is not None:
            yield order
            found += 1
            if found > max_interleavings:
                raise AssertionError(f"the tasks have more than {max_interleavings} orders")
        if explorer.has_learned:
            # The set of relevant switches has changed, so start again.
            explorer = _Explorer(cloud, touched, switches)


def _random_interleavings(
    cloud: MemoryCloud,
    prepare: Callable[[], Mapping[str, Task]],
    choices: random.Random,
    count: int,
    touched: dict[str, set[TouchedItems]],
) -> Iterator[Interleaving]:
    def choose(alive: Sequence[_Runner]) -> _Runner:
        record_touched(touched, alive)
        return choices.choice(alive)

    for _ in range(count):
        order = _run_interleaving(cloud, prepare(), choose)
        assert order is not None
        yield order


def random_interleavings(
    cloud: MemoryCloud, prepare: Callable[[], Mapping[str, Task]], *, seed: int, count: int
) -> Iterator[Interleaving]:
    """Run `count` random orders of the tasks, the same ones for the same seed."""
    return _random_interleavings(cloud, prepare, random.Random(seed), count, {})
