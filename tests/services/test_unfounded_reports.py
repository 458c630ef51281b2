"""A reviewer rates a report as manifestly unfounded; its reporter is warned; an appeal reverses it (EU6)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from staydown.domain.cases.case import Case
from staydown.domain.cases.decisions import (
    ComplainantIsSubject,
    DecisionOutcome,
    Factors,
    SceneSetting,
    ShownContent,
)
from staydown.domain.errors import AlreadyDecided, InvalidRequest
from staydown.notices.notice import Notice, NoticeKind, Recipient
from staydown.services.reports.amend_report import withdraw_report
from staydown.services.reports.file_report import FiledReport
from staydown.services.review.decide_case import Judgement, decide_case

from tests.support.actions import file_dismissal_appeal, report, resolve_appeal
from tests.support.sample_images import drawn
from tests.support.state_dump import dump_state
from tests.support.world import World

NOTHING_SHOWN = Factors(frozenset({ShownContent.NONE}), SceneSetting.PUBLIC, ComplainantIsSubject.UNCLEAR)
UNFOUNDED = Judgement(DecisionOutcome.NOT_VIOLATING, NOTHING_SHOWN, "a teapot", manifestly_unfounded=True)
WARNING = "Please take this as a warning"


def reported_by_verified_account(world: World) -> FiledReport:
    return report(world, world.upload("alpha", "ann", drawn(1)))


def decide(world: World, filed: FiledReport, judgement: Judgement = UNFOUNDED) -> Case:
    decided = decide_case(
        world.stack,
        case_id=filed.cases[0].case_id,
        reviewer="ada",
        judgement=judgement,
        expected_revision=None,
    )
    world.drain()
    return decided


def reporter_notices(world: World, filed: FiledReport) -> list[Notice]:
    return list(world.stack.notices.list_for(Recipient.reporter(filed.report.case_number)))


def warnings(world: World, filed: FiledReport) -> list[NoticeKind]:
    return [one.kind for one in reporter_notices(world, filed) if WARNING in "\n".join(one.paragraphs)]


@pytest.mark.law("EU6")
def test_unfounded_reporter_is_warned_and_may_report_again(world: World) -> None:
    filed = reported_by_verified_account(world)
    decided = decide(world, filed)
    assert warnings(world, filed) == [NoticeKind.DECISION]
    assert decided.decision is not None and decided.decision.manifestly_unfounded
    (upload,) = dump_state(world.cloud).uploads.values()
    again = report(world, upload)
    assert again.report.valid_at is not None
    assert again.cases[0].undecided


def test_dismissal_alone_is_no_warning(world: World) -> None:
    filed = reported_by_verified_account(world)
    decide(world, filed, replace(UNFOUNDED, manifestly_unfounded=False))
    assert warnings(world, filed) == []


@pytest.mark.law("EU6")
def test_unfounded_decision_is_on_record_and_counted(world: World) -> None:
    filed = reported_by_verified_account(world)
    case = decide(world, filed)
    records = dump_state(world.cloud).chains[f"case:{case.case_id}"]
    (record,) = [one for one in records if one.action == "case.decided"]
    assert record.details["manifestly_unfounded"] is True
    world.count_audit()
    counted = {name: by for (_, _, name), by in dump_state(world.cloud).counters.items()}
    assert counted["misuse:unfounded"] == 1


@pytest.mark.law("EU6", "EU4")
def test_granted_appeal_removes_the_unfounded_mark(world: World) -> None:
    filed = reported_by_verified_account(world)
    decide(world, filed)
    resolve_appeal(world, file_dismissal_appeal(world, filed))
    world.drain()
    (case,) = dump_state(world.cloud).cases.values()
    assert case.decision is not None and not case.decision.manifestly_unfounded


@pytest.mark.parametrize(
    ("judgement", "why"),
    [
        (replace(UNFOUNDED, outcome=DecisionOutcome.VIOLATING), "only with not_violating"),
        (replace(UNFOUNDED, outcome=DecisionOutcome.NEEDS_INFORMATION), "only with not_violating"),
        (
            replace(UNFOUNDED, factors=replace(NOTHING_SHOWN, shown=frozenset({ShownContent.NUDITY}))),
            "only if nothing intimate is shown or the complainant is not the subject",
        ),
    ],
)
def test_unfounded_mark_needs_a_clear_decision(world: World, judgement: Judgement, why: str) -> None:
    filed = reported_by_verified_account(world)
    with pytest.raises(InvalidRequest) as refused:
        decide(world, filed, judgement)
    assert refused.value.pointers == {"/manifestly_unfounded": why}


def test_unfounded_mark_needs_a_single_reporter(world: World) -> None:
    filed = reported_by_verified_account(world)
    (upload,) = dump_state(world.cloud).uploads.values()
    other = report(world, upload)
    with pytest.raises(InvalidRequest) as refused:
        decide(world, filed)
    assert refused.value.pointers == {
        "/manifestly_unfounded": "only for a case with one report; this case has 2"
    }
    withdraw_report(world.stack, other.report.case_number, other.secret)
    decide(world, filed)
    assert warnings(world, filed) == [NoticeKind.DECISION]
    assert warnings(world, other) == []


def test_same_decision_twice_is_recorded_once(world: World) -> None:
    filed = reported_by_verified_account(world)
    decide(world, filed)
    decide(world, filed)
    assert len(world.events_of_type("case.decided")) == 1
    with pytest.raises(AlreadyDecided):
        decide(world, filed, replace(UNFOUNDED, manifestly_unfounded=False))
