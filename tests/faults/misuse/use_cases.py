"""Use cases about misuse and manual blocks, prepared up to the call under test."""

from __future__ import annotations

from dataclasses import replace

from staydown.domain.accounts.misuse import Intention, MisuseOutcome
from staydown.domain.cases.decisions import (
    ComplainantIsSubject,
    Factors,
    SceneSetting,
    ShownContent,
)
from staydown.services.accounts import block_account, unblock_account
from staydown.services.misuse.decide_misuse import MisuseJudgement, decide_misuse
from staydown.services.misuse.end_suspension import lift_suspension
from staydown.services.reports.file_report import FiledReport, file_report
from staydown.services.review.decide_case import decide_case

from tests.faults.steps import SUSPEND, Action, UseCase, deliver_message, next_message
from tests.support.actions import (
    NOT_VIOLATING,
    VERIFIED,
    appeal_case,
    enforced_story,
    file_dismissal_appeal,
    file_unfounded_report,
    judgement,
    report,
    resolve_appeal,
)
from tests.support.sample_images import drawn
from tests.support.state_dump import dump_state
from tests.support.world import World


def repeated_posts(world: World, times: int) -> None:
    """Upload a confirmed image `times` times from one account; deliver the messages of all but the last."""
    enforced_story(world, drawn(1))
    world.drain()
    for number in range(times):
        world.drain()
        world.clock.advance(hours=1)
        world.upload("beta", "bob", drawn(1, flipped=number))


def pending_misuse_review(world: World) -> str:
    repeated_posts(world, 3)
    world.drain()
    (review_id,) = dump_state(world.cloud).reviews
    return review_id


def misuse_decision(world: World, review_id: str, judgement: MisuseJudgement) -> Action:
    return lambda _: decide_misuse(world.stack, review_id=review_id, reviewer="ben", judgement=judgement)


def released_upload_event(world: World) -> Action:
    """Take the message about the first released upload from the queue."""
    (case_id,) = dump_state(world.cloud).cases
    upload = next(one for one in dump_state(world.cloud).uploads.values() if one.account_id == "ann")
    resolve_appeal(world, appeal_case(world, upload, case_id))
    while True:
        world.publish()
        messages = [one for one in world.queue if one.kind == "misuse"]
        if messages:
            world.queue.remove(messages[0])
            return deliver_message(world, messages[0])
        world.deliver(world.queue.popleft())


def pending_reporter_review(world: World) -> tuple[str, FiledReport]:
    """Return the review that three unfounded reports open, and the last of these reports."""
    filed = [file_unfounded_report(world, seed) for seed in (1, 2, 3)]
    world.drain()
    (review_id,) = dump_state(world.cloud).reviews
    return review_id, filed[-1]


def manual_block(world: World) -> Action:
    return lambda _: block_account(
        world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue"
    )


def manual_unblock(world: World) -> Action:
    manual_block(world)(1)
    return lambda _: unblock_account(world.stack, platform="alpha", account_id="ann", reviewer="sue")


def warning_of_an_account(world: World) -> Action:
    repeated_posts(world, 2)
    return next_message(world, "misuse")


def review_of_misuse_opened(world: World) -> Action:
    repeated_posts(world, 3)
    return next_message(world, "misuse")


def dismissal_as_manifestly_unfounded(world: World) -> Action:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    world.drain()
    unfounded = replace(
        judgement(NOT_VIOLATING),
        factors=Factors(frozenset({ShownContent.NONE}), SceneSetting.PUBLIC, ComplainantIsSubject.NO),
        manifestly_unfounded=True,
    )
    return lambda _: decide_case(
        world.stack, case_id=case_id, reviewer="ada", judgement=unfounded, expected_revision=None
    )


def suspension_for_misuse(world: World) -> Action:
    return misuse_decision(world, pending_misuse_review(world), SUSPEND)


def warning_by_a_reviewer(world: World) -> Action:
    warn = MisuseJudgement(MisuseOutcome.WARN, Intention.CARELESS, "talk first")
    return misuse_decision(world, pending_misuse_review(world), warn)


def suspension_lifted(world: World) -> Action:
    review_id = pending_misuse_review(world)
    misuse_decision(world, review_id, SUSPEND)(1)
    world.drain()
    return lambda _: lift_suspension(world.stack, review_id=review_id, reasons="so", reviewer="sue")


def suspension_expired(world: World) -> Action:
    misuse_decision(world, pending_misuse_review(world), SUSPEND)(1)
    world.drain()
    world.clock.advance(days=31)
    return lambda _: world.expire_suspensions()


def suspension_without_strikes(world: World) -> Action:
    misuse_decision(world, pending_misuse_review(world), SUSPEND)(1)
    world.drain()
    return released_upload_event(world)


def review_of_misuse_closed(world: World) -> Action:
    pending_misuse_review(world)
    return released_upload_event(world)


def review_of_a_reporter_opened(world: World) -> Action:
    for seed in (1, 2, 3):
        file_unfounded_report(world, seed)
    return next_message(world, "misuse")


def reporter_suspended(world: World) -> Action:
    return misuse_decision(world, pending_reporter_review(world)[0], SUSPEND)


def deferred_report(world: World) -> Action:
    misuse_decision(world, pending_reporter_review(world)[0], SUSPEND)(1)
    world.drain()
    upload = world.upload("alpha", "ann", drawn(4))
    form = replace(VERIFIED, uploads=(upload.upload_id,), statement="report 4")
    return lambda _: file_report(world.stack, form, request_id="once")


def reporter_suspension_without_strikes(world: World) -> Action:
    review_id, last = pending_reporter_review(world)
    misuse_decision(world, review_id, SUSPEND)(1)
    world.drain()
    resolve_appeal(world, file_dismissal_appeal(world, last))
    return next_message(world, "misuse")


USE_CASES: list[UseCase] = [
    manual_block,
    manual_unblock,
    warning_of_an_account,
    review_of_misuse_opened,
    dismissal_as_manifestly_unfounded,
    suspension_for_misuse,
    warning_by_a_reviewer,
    suspension_lifted,
    suspension_expired,
    suspension_without_strikes,
    review_of_misuse_closed,
    review_of_a_reporter_opened,
    reporter_suspended,
    deferred_report,
    reporter_suspension_without_strikes,
]
