"""What reviewers write to each other with a case, and who of them has it open."""

from __future__ import annotations

import pytest
from staydown.aws.audit_store import case_chain
from staydown.domain.decisions import Outcome
from staydown.domain.errors import CaseIsLocked, Conflict, ConflictOfInterest, InvalidRequest, NotAllowed
from staydown.domain.notes import MAX_NOTE_BYTES, MAX_NOTES
from staydown.services.records.export_case import export_case
from staydown.services.records.read_audit import read_audit
from staydown.services.review.leave_note import leave_note
from staydown.services.review.review_queue import declare_conflict
from staydown.services.review.second_opinion import claim_opinion
from staydown.services.review.view_case import CaseView, Onlooker, view_case

from tests.support.people import VIOLATING, decide, judged_story, opine, report
from tests.support.pictures import drawn
from tests.support.world import World

TEXT = "Compare the wallpaper."


def waiting(world: World) -> str:
    return report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id


def note(world: World, case_id: str, reviewer: str = "ada", text: str = TEXT) -> None:
    leave_note(world.stack, case_id=case_id, onlooker=Onlooker(reviewer), text=text)


def seen(world: World, case_id: str, reviewer: str = "ben") -> CaseView:
    return view_case(world.stack, case_id=case_id, onlooker=Onlooker(reviewer))


def texts(world: World, case_id: str) -> list[str]:
    return [one.text for one in seen(world, case_id).case.notes]


def readers(world: World, case_id: str, reviewer: str) -> list[str]:
    return [one.reviewer for one in seen(world, case_id, reviewer).others]


def test_others_read_who_wrote_what_and_when(world: World) -> None:
    case_id = waiting(world)
    now = world.stack.now()
    note(world, case_id)
    (one,) = seen(world, case_id).case.notes
    assert (one.by, one.at, one.text) == ("ada", now, TEXT)


def test_promise_9_that_a_note_was_left_is_on_record_and_not_what_it_says(world: World) -> None:
    case_id = waiting(world)
    note(world, case_id)
    (record,) = [one for one in world.stack.audit.records(case_chain(case_id)) if one.action == "note.left"]
    assert record.actor == "ada"
    assert TEXT not in str(record)
    assert read_audit(world.stack, case_id)[0].broken is None


def test_a_note_keeps_nobodys_decision_up(world: World) -> None:
    case_id = waiting(world)
    before = seen(world, case_id).case.revision
    note(world, case_id)
    assert seen(world, case_id).case.revision == before


def test_told_twice_it_is_one_note(world: World) -> None:
    case_id = waiting(world)
    for reviewer in ("ada", "ada", "ben", "ada"):
        note(world, case_id, reviewer)
    assert [one.by for one in seen(world, case_id).case.notes] == ["ada", "ben", "ada"]


def test_a_note_is_as_long_as_its_bytes(world: World) -> None:
    case_id = waiting(world)
    note(world, case_id, text="\u00e9" * (MAX_NOTE_BYTES // 2))
    with pytest.raises(InvalidRequest, match="1002") as refused:
        note(world, case_id, text="\u00e9" * (MAX_NOTE_BYTES // 2 + 1))
    assert list(refused.value.pointers) == ["/text"]


def test_a_case_takes_so_many_notes_and_no_more(world: World) -> None:
    case_id = waiting(world)
    for number in range(MAX_NOTES):
        note(world, case_id, text=f"note {number}")
    note(world, case_id, text=f"note {MAX_NOTES - 1}")
    with pytest.raises(Conflict, match="30"):
        note(world, case_id, text="one more")
    assert len(texts(world, case_id)) == MAX_NOTES


def test_who_may_not_see_a_case_leaves_no_note_with_it(world: World) -> None:
    case_id = waiting(world)
    declare_conflict(world.stack, case_id=case_id, reviewer="cleo")
    with pytest.raises(ConflictOfInterest):
        note(world, case_id, "cleo")
    with pytest.raises(NotAllowed):
        leave_note(world.stack, case_id=case_id, onlooker=Onlooker("charlie", reviews=False), text=TEXT)
    decide(world, case_id, Outcome.SUSPECTED_CHILD)
    with pytest.raises(CaseIsLocked):
        note(world, case_id, "ben")
    leave_note(
        world.stack,
        case_id=case_id,
        onlooker=Onlooker("charlie", reviews=False, child_safety=True),
        text=TEXT,
    )


def test_who_gives_a_second_opinion_reads_notes_only_afterwards(world: World) -> None:
    case_id = waiting(world)
    decide(world, case_id, VIOLATING, second_opinion=True)
    note(world, case_id)
    claim_opinion(world.stack, case_id=case_id, reviewer="ben")
    with pytest.raises(NotAllowed):
        texts(world, case_id)
    with pytest.raises(NotAllowed):
        note(world, case_id, "ben")
    opine(world, case_id, VIOLATING, reviewer="ben", claim=False)
    assert texts(world, case_id) == [TEXT]


def test_notes_are_in_no_bundle_for_a_court(world: World) -> None:
    case_id = waiting(world)
    note(world, case_id)
    assert TEXT not in str(export_case(world.stack, case_id, Onlooker("noor", senior=True)))


def test_notes_are_erased_with_their_case(world: World) -> None:
    case_id = judged_story(world, drawn(1)).case.case_id
    note(world, case_id)
    world.drain()
    for days in (191, 2200, 1):
        world.clock.advance(days=days)
        world.retain()
        world.drain()
    assert world.stack.cases.case(case_id) is None
    assert TEXT not in str(world.cloud.table(world.cloud.settings.cases_table))


class TestWhoElseReads:
    def test_others_see_who_has_it_open_and_nobody_themselves(self, world: World) -> None:
        case_id = waiting(world)
        assert readers(world, case_id, "ada") == []
        assert readers(world, case_id, "ben") == ["ada"]
        assert readers(world, case_id, "ada") == ["ben"]
        assert readers(world, case_id, "cleo") == ["ada", "ben"]

    def test_it_is_over_some_minutes_after_they_left(self, world: World) -> None:
        case_id = waiting(world)
        seen(world, case_id, "ada")
        world.clock.advance(minutes=2)
        seen(world, case_id, "ben")
        assert readers(world, case_id, "cleo") == ["ada", "ben"]
        world.clock.advance(minutes=1)
        assert readers(world, case_id, "cleo") == ["ben"]

    def test_who_gives_a_blind_opinion_is_not_told_and_does_not_show(self, world: World) -> None:
        case_id = waiting(world)
        decide(world, case_id, VIOLATING, second_opinion=True)
        claim_opinion(world.stack, case_id=case_id, reviewer="ben")
        with pytest.raises(NotAllowed):
            seen(world, case_id, "ben")
        assert readers(world, case_id, "ada") == []
