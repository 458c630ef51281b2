"""Use cases about appeals, prepared up to the call under test."""

from __future__ import annotations

from staydown.domain.cases.appeals import AppealOutcome
from staydown.services.accounts import block_account
from staydown.services.appeals.appeal_dismissal import appeal_dismissal
from staydown.services.reports.file_report import FiledReport

from tests.faults.steps import Action, UseCase
from tests.support.actions import (
    NOT_VIOLATING,
    appeal_case,
    decide,
    enforced_story,
    file_block_appeal,
    file_dismissal_appeal,
    file_match_appeal,
    report,
    report_and_decide,
    resolve_appeal,
)
from tests.support.sample_images import drawn, drawn_hash
from tests.support.world import World


def dismissed_report(world: World) -> FiledReport:
    upload = world.upload("alpha", "ann", drawn(1))
    filed = report(world, upload, hashes=[drawn_hash(2)])
    world.upload("beta", "bob", drawn(2, flipped=3))
    for case in filed.cases:
        decide(world, case.case_id, NOT_VIOLATING)
    world.drain()
    return filed


def appeal_filed(world: World) -> Action:
    story = enforced_story(world, drawn(1))
    return lambda _: appeal_case(world, story.upload)


def appeal_granted(world: World) -> Action:
    story = enforced_story(world, drawn(1))
    world.upload("beta", "bob", drawn(1, flipped=3))
    filed = appeal_case(world, story.upload)
    return lambda _: resolve_appeal(world, filed)


def appeal_granted_beside_another_case(world: World) -> Action:
    upload = world.upload("alpha", "ann", drawn(1))
    first = report_and_decide(world, upload)
    report_and_decide(world, upload, reviewer="ben")
    filed = appeal_case(world, upload, first.case_id)
    return lambda _: resolve_appeal(world, filed)


def appeal_denied(world: World) -> Action:
    filed = appeal_case(world, enforced_story(world, drawn(1)).upload)
    return lambda _: resolve_appeal(world, filed, AppealOutcome.DENIED)


def match_appeal_filed(world: World) -> Action:
    """Two decisions block the appealed upload."""
    enforced_story(world, drawn(1))
    report_and_decide(world, world.upload("alpha", "cat", drawn(1, flipped=40)), reviewer="ben")
    stopped = world.upload("beta", "bob", drawn(1, flipped=20))
    return lambda _: file_match_appeal(world, stopped)


def match_appeal_granted(world: World) -> Action:
    enforced_story(world, drawn(1))
    report_and_decide(world, world.upload("alpha", "cat", drawn(1, flipped=40)), reviewer="ben")
    filed = file_match_appeal(world, world.upload("beta", "bob", drawn(1, flipped=20)))
    return lambda _: resolve_appeal(world, filed)


def dismissal_appealed(world: World) -> Action:
    filed = dismissed_report(world)
    return lambda _: file_dismissal_appeal(world, filed)


def dismissal_overturned(world: World) -> Action:
    filed = dismissed_report(world)
    (_, claimed) = appeal_dismissal(world.stack, filed.report.case_number, filed.secret, "it is me")
    return lambda _: resolve_appeal(world, claimed)


def manual_block_appealed(world: World) -> Action:
    block_account(world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue")
    world.drain()
    return lambda _: file_block_appeal(world)


def manual_block_appeal_decided(world: World) -> Action:
    enforced_story(world, drawn(1))
    block_account(world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue")
    filed = file_block_appeal(world)
    world.drain()
    return lambda _: resolve_appeal(world, filed)


USE_CASES: list[UseCase] = [
    appeal_filed,
    appeal_granted,
    appeal_granted_beside_another_case,
    appeal_denied,
    match_appeal_filed,
    match_appeal_granted,
    dismissal_appealed,
    dismissal_overturned,
    manual_block_appealed,
    manual_block_appeal_decided,
]
