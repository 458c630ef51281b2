"""Steps, types and checks that the scenes and use cases of all subjects share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from staydown.aws.stack import Stack
from staydown.domain.accounts.misuse import Intention, MisuseOutcome
from staydown.domain.uploads.sweeps import PLAN_PART
from staydown.domain.uploads.upload import Upload, UploadState
from staydown.services.bank.bank_view import BankView
from staydown.services.misuse.decide_misuse import MisuseJudgement
from staydown.services.notices.publish_events import publish_events
from staydown.services.sweeps.sweep_bank import run_sweep_part, start_sweep
from staydown.services.uploads.reconcile_upload import reconcile_upload
from staydown.services.uploads.scan_upload import UploadedObject, scan_uploads

from tests.support.actions import (
    report,
)
from tests.support.interleavings import Interleaving, Task
from tests.support.sample_images import drawn
from tests.support.state_dump import StateDump
from tests.support.world import Message, World

STOPPED = frozenset({UploadState.BLOCKED, UploadState.REMOVED})

SUSPEND = MisuseJudgement(MisuseOutcome.SUSPEND, Intention.DELIBERATE, "it continued", suspension_days=30)

Action = Callable[[int], object]
"""The call under test, given the number of the attempt, from 1. A client repeats it until it is answered."""

UseCase = Callable[[World], Action]
"""Prepares a world and returns the call to make in it."""


def no_check(state: StateDump, order: Interleaving) -> None:
    """Require nothing beyond the invariants that hold for every scene."""


@dataclass(frozen=True)
class Scene:
    """Tasks that run at the same time, and a check of the state that they leave in any order."""

    tasks: Mapping[str, Task]
    check: Callable[[StateDump, Interleaving], None] = no_check


SceneFactory = Callable[[World], Scene]
"""Prepares a world and returns the tasks to interleave in it."""


def assert_uploads(
    state: StateDump, expected: Collection[UploadState], uploads: Iterable[Upload] | None = None
) -> None:
    """Require that these uploads (all by default, at least one) are in one of the expected states."""
    found = (
        list(state.uploads.values()) if uploads is None else [state.uploads[one.upload_id] for one in uploads]
    )
    assert found, "the scene left no upload to check"
    wrong = [
        f"upload {one.upload_id} of {one.platform}/{one.account_id} is {one.state}"
        for one in found
        if one.state not in expected
    ]
    assert not wrong, f"{'; '.join(wrong)}; expected {sorted(expected)}"


def uploads_of(state: StateDump, account: str) -> list[Upload]:
    return [upload for upload in state.uploads.values() if upload.account_id == account]


def scan(world: World, message: Message, started_at: datetime | None = None) -> Task:
    """Return a task that scans as a cold function does, with its own bank view. started_at: its clock."""

    def run() -> object:
        stack = world.stack
        if started_at is not None:
            stack = Stack(world.cloud.settings, world.cloud.session, now=lambda: started_at)
        uploaded = UploadedObject(message.body[0], message.body[1], message.attempt)
        (outcome,) = scan_uploads(stack, BankView(stack), [uploaded])
        if isinstance(outcome, Exception):
            world.return_message(message)
        return outcome

    return run


def reconcile(world: World, upload_id: str) -> Task:
    """Return a task that reconciles an upload as a cold function does."""

    def run() -> object:
        bank = BankView(world.stack)
        bank.refresh()
        return reconcile_upload(world.stack, bank, upload_id)

    return run


def sweep(world: World) -> None:
    """Publish the outbox and run the sweeps that follow at once; other messages stay in the queue."""
    publish_events(world.stack, world.outbox())
    messages = [message for message in world.queue if message.kind == "sweep"]
    for message in messages:
        world.queue.remove(message)
    for message in messages:
        run_sweep(world, start_sweep(world.stack, message.body[1:], message.body[0]))


def run_sweep(world: World, sweep_id: str) -> None:
    """Run all parts of a sweep; the queued messages of its parts find them done."""
    bank = BankView(world.stack)
    run_sweep_part(world.stack, bank, sweep_id, PLAN_PART.name)
    while names := world.stack.sweeps.list_pending_parts(sweep_id):
        for name in names:
            run_sweep_part(world.stack, bank, sweep_id, name)


def in_sequence(*tasks: Callable[[], object]) -> Task:
    """Return a task that runs these tasks one after the other and returns the result of the first."""

    def run() -> object:
        results = [task() for task in tasks]
        return results[0]

    return run


def open_case(world: World, *uploads: Upload) -> str:
    """Report the uploads, deliver everything, and return the id of their case."""
    filed = report(world, *uploads)
    world.drain()
    return filed.cases[0].case_id


def arrives(world: World, data: bytes, account: str = "bob") -> Message:
    """Put a file and take its notification from the queue."""
    message = world.put("beta", account, data)
    world.queue.remove(message)
    return message


def close_hour(world: World) -> None:
    """Advance the clock until the content log may close the present hour."""
    world.clock.advance(hours=1, minutes=10)


def upload_in_a_closed_hour(world: World) -> Upload:
    """Return a published copy whose content log hour is closed."""
    copy = world.upload("beta", "bob", drawn(1, flipped=5))
    world.drain()
    close_hour(world)
    return copy


def deliver_message(world: World, message: Message) -> Action:
    """Return the handling of a message; the queue delivers it again if handling failed."""
    return lambda attempt: world.handle(replace(message, attempt=attempt))


def scan_of(world: World, data: bytes) -> Action:
    """Put a file and return the handling of its notification."""
    return deliver_message(world, arrives(world, data))


def next_message(world: World, kind: str) -> Action:
    """Take the first waiting message of this kind from the queue and return its handling."""
    world.publish()
    message = next(message for message in world.queue if message.kind == kind)
    world.queue.remove(message)
    return deliver_message(world, message)
