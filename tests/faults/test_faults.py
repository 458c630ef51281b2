"""Fail each AWS call of each use case once, in every way; after a retry the result is the same.

The client repeats the request, or the queue delivers the message again. Then all messages are delivered. The
uploads, cases, bank, accounts, images and events must equal those of a run without faults.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest
from staydown.domain.errors import StaydownError

from tests.faults.review.use_cases import decision_violating
from tests.faults.steps import Action, UseCase
from tests.faults.use_cases import USE_CASES
from tests.support.botocore_hooks import Call
from tests.support.faults import CallRecorder, Fault, FaultInjector
from tests.support.normalised_state import normalised_state
from tests.support.sample_images import FunctionDied
from tests.support.world import World


def retry_until_answered(act: Action) -> None:
    """Act, and act again if no answer came. A StaydownError is an answer."""
    for attempt in (1, 2):
        try:
            act(attempt)
        except StaydownError:
            raise
        except (FunctionDied, Exception):  # noqa: BLE001 (a dead function, an unreachable service: no answer)
            continue
        return
    raise AssertionError("the use case failed twice although only one fault was injected")


def record_calls(world: World, act: Action) -> list[Call]:
    """Return the AWS calls that a use case makes without faults, in a cold function."""
    world.restore(world.checkpoint())
    recorder = CallRecorder()
    with world.cloud.wire.watched_by(recorder):
        act(1)
    return recorder.calls


def possible_faults(calls: Iterable[Call]) -> Iterator[tuple[int, Fault]]:
    """Yield each call's number with each fault that can happen to it."""
    for number, call in enumerate(calls):
        yield from ((number, fault) for fault in Fault if fault.applies_to(call))


@pytest.mark.promise(7)
@pytest.mark.parametrize("use_case", USE_CASES, ids=lambda use_case: use_case.__name__)
def test_result_is_the_same_after_any_injected_fault(
    world: World, use_case: UseCase, record_property: Callable[[str, object], None]
) -> None:
    act = use_case(world)
    mark = world.checkpoint()
    faults = list(possible_faults(record_calls(world, act)))
    world.drain()
    expected = normalised_state(world)
    for number, fault in faults:
        world.restore(mark)
        injector = FaultInjector(number, fault)
        with world.cloud.wire.watched_by(injector):
            retry_until_answered(act)
        world.drain()
        assert injector.happened, f"call {number} was never made: no fault was injected ({fault.value})"
        assert normalised_state(world) == expected, f"call {number}, {injector.calls[number]}: {fault.value}"
    record_property("use cases that failed", 1)
    record_property("calls that failed", len({number for number, _ in faults}))
    record_property("faults injected", len(faults))


def test_use_case_changes_the_state(world: World) -> None:
    """Guard the tests above: the expected state differs from the state before the use case."""
    act = decision_violating(world)
    world.drain()
    before = normalised_state(world)
    act(1)
    world.drain()
    assert normalised_state(world) != before
