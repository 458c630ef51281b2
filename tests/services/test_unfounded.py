"""A manifestly unfounded report: a person says so, its sender is warned, an appeal takes it back (EU6)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from staydown.domain.cases import Case
from staydown.domain.decisions import Complainant, Factors, Outcome, Setting, Shown
from staydown.domain.errors import AlreadyDecided, InvalidRequest
from staydown.domain.notices import Notice, NoticeKind, Recipient
from staydown.services.reports.amend_report import withdraw_report
from staydown.services.reports.file_report import FiledReport
from staydown.services.review.decide_case import Judgement, decide_case

from tests.support.ledger import read_ledger
from tests.support.people import answer, appeal_as_reporter, report
from tests.support.pictures import drawn
from tests.support.world import World

NOTHING_SHOWN = Factors(frozenset({Shown.NONE}), Setting.PUBLIC, Complainant.UNCLEAR)
UNFOUNDED = Judgement(Outcome.NOT_VIOLATING, NOTHING_SHOWN, "a teapot", manifestly_unfounded=True)
WARNING = "Please take this as a warning"


def reported(world: World) -> FiledReport:
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


def told(world: World, filed: FiledReport) -> list[Notice]:
    return list(world.stack.notices.of(Recipient.reporter(filed.report.case_number)))


def warnings(world: World, filed: FiledReport) -> list[NoticeKind]:
    return [one.kind for one in told(world, filed) if WARNING in "\n".join(one.paragraphs)]


@pytest.mark.law("EU6")
def test_whose_report_is_manifestly_unfounded_is_warned_and_may_report_again(world: World) -> None:
    filed = reported(world)
    decided = decide(world, filed)
    assert warnings(world, filed) == [NoticeKind.DECISION]
    assert decided.decision is not None and decided.decision.manifestly_unfounded
    (upload,) = read_ledger(world.cloud).uploads.values()
    again = report(world, upload)
    assert again.report.valid_at is not None
    assert again.cases[0].undecided


def test_a_refusal_alone_is_no_warning(world: World) -> None:
    filed = reported(world)
    decide(world, filed, replace(UNFOUNDED, manifestly_unfounded=False))
    assert warnings(world, filed) == []


@pytest.mark.law("EU6")
def test_it_is_on_record_and_counted(world: World) -> None:
    filed = reported(world)
    case = decide(world, filed)
    records = read_ledger(world.cloud).chains[f"case:{case.case_id}"]
    (record,) = [one for one in records if one.action == "case.decided"]
    assert record.details["manifestly_unfounded"] is True
    world.count()
    counted = {name: by for (_, _, name), by in read_ledger(world.cloud).counters.items()}
    assert counted["misuse:unfounded"] == 1


@pytest.mark.law("EU6", "EU4")
def test_an_upheld_appeal_takes_it_back_with_the_refusal(world: World) -> None:
    filed = reported(world)
    decide(world, filed)
    answer(world, appeal_as_reporter(world, filed))
    world.drain()
    (case,) = read_ledger(world.cloud).cases.values()
    assert case.decision is not None and not case.decision.manifestly_unfounded


@pytest.mark.parametrize(
    ("judgement", "why"),
    [
        (replace(UNFOUNDED, outcome=Outcome.VIOLATING), "only with not_violating"),
        (replace(UNFOUNDED, outcome=Outcome.NEEDS_INFORMATION), "only with not_violating"),
        (
            replace(UNFOUNDED, factors=replace(NOTHING_SHOWN, shown=frozenset({Shown.NUDITY}))),
            "only where nothing intimate is shown, or the complainant is not the subject",
        ),
    ],
)
def test_nobody_is_warned_for_what_is_in_doubt(world: World, judgement: Judgement, why: str) -> None:
    filed = reported(world)
    with pytest.raises(InvalidRequest) as refused:
        decide(world, filed, judgement)
    assert refused.value.pointers == {"/manifestly_unfounded": why}


def test_nobody_is_warned_for_what_others_reported_as_well(world: World) -> None:
    filed = reported(world)
    (upload,) = read_ledger(world.cloud).uploads.values()
    other = report(world, upload)
    with pytest.raises(InvalidRequest) as refused:
        decide(world, filed)
    assert refused.value.pointers == {"/manifestly_unfounded": "only of a case with one report; this has 2"}
    withdraw_report(world.stack, other.report.case_number, other.secret)
    decide(world, filed)
    assert warnings(world, filed) == [NoticeKind.DECISION]
    assert warnings(world, other) == []


def test_told_twice_it_is_one_decision_and_another_word_of_it_is_another(world: World) -> None:
    filed = reported(world)
    decide(world, filed)
    decide(world, filed)
    assert len(world.told_of("case.decided")) == 1
    with pytest.raises(AlreadyDecided):
        decide(world, filed, replace(UNFOUNDED, manifestly_unfounded=False))
