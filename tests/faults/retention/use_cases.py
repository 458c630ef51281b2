"""Use cases about retention, legal holds and audit records, prepared up to the call under test."""

from __future__ import annotations

from dataclasses import replace

from staydown.config.report_form import ReportQuestion
from staydown.domain.audit.actors import Actor
from staydown.domain.cases.appeals import AppealOutcome
from staydown.services.access.cases import Viewer
from staydown.services.records.anchor_audit import anchor_audit
from staydown.services.records.export_case import export_case
from staydown.services.records.queries import find_cases_by_number
from staydown.services.reports.file_report import file_report
from staydown.services.retention.legal_hold import (
    LegalHoldReason,
    place_legal_hold,
    preserve_reported_cases,
    release_legal_hold,
)
from staydown.services.retention.request_erasure import request_erasure, request_erasure_as_reporter

from tests.faults.steps import Action, UseCase
from tests.support.actions import (
    FORM,
    appeal_case,
    decide,
    enforced_story,
    report,
    resolve_appeal,
)
from tests.support.sample_images import NOT_AN_IMAGE, drawn
from tests.support.settings import changed_settings
from tests.support.state_dump import dump_state
from tests.support.world import World


def legal_hold_placed(world: World) -> Action:
    case_id = enforced_story(world, drawn(1)).case.case_id
    return lambda _: place_legal_hold(
        world.stack, case_id, actor=Actor.reviewer("sue"), reason=LegalHoldReason.COURT
    )


def legal_hold_released(world: World) -> Action:
    legal_hold_placed(world)(1)
    (case_id,) = dump_state(world.cloud).cases
    release_legal_hold(world.stack, case_id, actor=Actor.reviewer("noor"))
    return lambda _: release_legal_hold(world.stack, case_id, actor=Actor.reviewer("sue"))


def erasure_requested(world: World) -> Action:
    case_id = enforced_story(world, drawn(1)).case.case_id
    return lambda _: request_erasure(world.stack, case_id, actor=Actor.reviewer("sue"))


def erasure_proposed(world: World) -> Action:
    upload = world.upload("alpha", "ann", drawn(1))
    _, filed = report(world, upload), report(world, upload)
    decide(world, filed.cases[0].case_id)
    return lambda _: request_erasure_as_reporter(world.stack, filed.report.case_number, filed.secret)


def report_preserved(world: World) -> Action:
    filed = enforced_story(world, drawn(1)).filed
    return lambda _: preserve_reported_cases(world.stack, filed.report.case_number, filed.secret)


def retention_after_a_request(world: World) -> Action:
    erasure_requested(world)(1)
    world.drain()
    world.clock.advance(minutes=1)
    return lambda _: world.apply_retention()


def retention_after_the_window(world: World) -> Action:
    enforced_story(world, drawn(1))
    world.upload("beta", "bob", drawn(1, flipped=3))
    world.upload("beta", "cat", NOT_AN_IMAGE)
    world.drain()
    world.clock.advance(days=191)
    return lambda _: world.apply_retention()


def retention_of_answers(world: World) -> Action:
    """Answers for reviewers are stored with the report and are erased before it."""
    question = ReportQuestion("harm", "Does anyone threaten you?", for_reviewers=True)
    world.stack.settings = changed_settings(world.stack.settings, report_questions=(question,))
    upload = world.upload("alpha", "ann", drawn(1))
    form = replace(FORM, uploads=(upload.upload_id,), answers={"harm": "He does."})
    decide(world, file_report(world.stack, form).cases[0].case_id)
    world.drain()
    world.clock.advance(days=191)
    return lambda _: world.apply_retention()


def retention_after_years(world: World) -> Action:
    story = enforced_story(world, drawn(1))
    resolve_appeal(world, appeal_case(world, story.upload), AppealOutcome.DENIED)
    world.drain()
    world.count_audit()
    for _ in range(2):
        world.clock.advance(days=191)
        world.apply_retention()
        world.drain()
    world.clock.advance(days=2200)
    return lambda _: world.apply_retention()


def counting_of_the_audit(world: World) -> Action:
    story = enforced_story(world, drawn(1))
    world.upload("beta", "bob", drawn(1, flipped=3))
    resolve_appeal(world, appeal_case(world, story.upload))
    return lambda _: world.count_audit()


def anchoring_of_the_audit(world: World) -> Action:
    enforced_story(world, drawn(1))
    world.count_audit()
    return lambda _: anchor_audit(world.stack)


def cases_looked_up(world: World) -> Action:
    filed = enforced_story(world, drawn(1)).case.reports[0]
    return lambda _: find_cases_by_number(world.stack, filed, actor=Actor.reviewer("noor"))


def case_exported(world: World) -> Action:
    case_id = enforced_story(world, drawn(1)).case.case_id
    world.count_audit()
    anchor_audit(world.stack)
    return lambda _: export_case(world.stack, case_id, Viewer("noor", senior=True))


USE_CASES: list[UseCase] = [
    legal_hold_placed,
    legal_hold_released,
    erasure_requested,
    erasure_proposed,
    report_preserved,
    retention_after_a_request,
    retention_after_the_window,
    retention_of_answers,
    retention_after_years,
    counting_of_the_audit,
    anchoring_of_the_audit,
    cases_looked_up,
    case_exported,
]
