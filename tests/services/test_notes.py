"""Notes of reviewers on a case, and the display of who has the case open."""

from __future__ import annotations

import pytest
from staydown.aws.audit_store import case_chain
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.cases.notes import MAX_NOTE_BYTES, MAX_NOTES
from staydown.domain.errors import CaseIsLocked, Conflict, ConflictOfInterest, InvalidRequest, NotAllowed
from staydown.services.access.cases import Viewer
from staydown.services.records.export_case import export_case
from staydown.services.records.read_audit import read_case_audit
from staydown.services.review.add_note import add_note
from staydown.services.review.review_queue import recuse
from staydown.services.review.second_opinion import claim_opinion
from staydown.services.review.view_case import CaseView, view_case

from tests.support.actions import VIOLATING, decide, enforced_story, give_second_opinion, report
from tests.support.sample_images import drawn
from tests.support.world import World

TEXT = "Compare the wallpaper."


def open_case_id(world: World) -> str:
    return report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id


def note(world: World, case_id: str, reviewer: str = "ada", text: str = TEXT) -> None:
    add_note(world.stack, case_id=case_id, viewer=Viewer(reviewer), text=text)


def seen(world: World, case_id: str, reviewer: str = "ben") -> CaseView:
    return view_case(world.stack, case_id=case_id, viewer=Viewer(reviewer))


def texts(world: World, case_id: str) -> list[str]:
    return [one.text for one in seen(world, case_id).case.notes]


def other_viewers(world: World, case_id: str, reviewer: str) -> list[str]:
    return [one.reviewer for one in seen(world, case_id, reviewer).other_viewers]


def test_note_shows_author_time_and_text_to_others(world: World) -> None:
    case_id = open_case_id(world)
    now = world.stack.now()
    note(world, case_id)
    (one,) = seen(world, case_id).case.notes
    assert (one.author, one.at, one.text) == ("ada", now, TEXT)


@pytest.mark.promise(9)
def test_note_is_on_record_without_its_text(world: World) -> None:
    case_id = open_case_id(world)
    note(world, case_id)
    (record,) = [
        one for one in world.stack.audit.list_records(case_chain(case_id)) if one.action == "note.left"
    ]
    assert record.actor == "ada"
    assert TEXT not in str(record)
    assert read_case_audit(world.stack, case_id)[0].error is None


def test_note_does_not_change_the_case_revision(world: World) -> None:
    case_id = open_case_id(world)
    before = seen(world, case_id).case.revision
    note(world, case_id)
    assert seen(world, case_id).case.revision == before


def test_repeated_note_is_stored_once(world: World) -> None:
    case_id = open_case_id(world)
    for reviewer in ("ada", "ada", "ben", "ada"):
        note(world, case_id, reviewer)
    assert [one.author for one in seen(world, case_id).case.notes] == ["ada", "ben", "ada"]


def test_note_limit_counts_bytes(world: World) -> None:
    case_id = open_case_id(world)
    note(world, case_id, text="\u00e9" * (MAX_NOTE_BYTES // 2))
    with pytest.raises(InvalidRequest, match="1002") as refused:
        note(world, case_id, text="\u00e9" * (MAX_NOTE_BYTES // 2 + 1))
    assert list(refused.value.pointers) == ["/text"]


def test_number_of_notes_per_case_is_limited(world: World) -> None:
    case_id = open_case_id(world)
    for number in range(MAX_NOTES):
        note(world, case_id, text=f"note {number}")
    note(world, case_id, text=f"note {MAX_NOTES - 1}")
    with pytest.raises(Conflict, match="30"):
        note(world, case_id, text="one more")
    assert len(texts(world, case_id)) == MAX_NOTES


def test_note_needs_access_to_the_case(world: World) -> None:
    case_id = open_case_id(world)
    recuse(world.stack, case_id=case_id, reviewer="cleo")
    with pytest.raises(ConflictOfInterest):
        note(world, case_id, "cleo")
    with pytest.raises(NotAllowed):
        add_note(world.stack, case_id=case_id, viewer=Viewer("charlie", may_review=False), text=TEXT)
    decide(world, case_id, DecisionOutcome.SUSPECTED_CHILD)
    with pytest.raises(CaseIsLocked):
        note(world, case_id, "ben")
    add_note(
        world.stack,
        case_id=case_id,
        viewer=Viewer("charlie", may_review=False, child_safety=True),
        text=TEXT,
    )


def test_second_reviewer_reads_notes_only_after_the_opinion(world: World) -> None:
    case_id = open_case_id(world)
    decide(world, case_id, VIOLATING, second_opinion=True)
    note(world, case_id)
    claim_opinion(world.stack, case_id=case_id, reviewer="ben")
    with pytest.raises(NotAllowed):
        texts(world, case_id)
    with pytest.raises(NotAllowed):
        note(world, case_id, "ben")
    give_second_opinion(world, case_id, VIOLATING, reviewer="ben", claim=False)
    assert texts(world, case_id) == [TEXT]


def test_notes_are_not_in_the_exported_bundle(world: World) -> None:
    case_id = open_case_id(world)
    note(world, case_id)
    assert TEXT not in str(export_case(world.stack, case_id, Viewer("noor", senior=True)))


def test_notes_are_erased_with_their_case(world: World) -> None:
    case_id = enforced_story(world, drawn(1)).case.case_id
    note(world, case_id)
    world.drain()
    for days in (191, 2200, 1):
        world.clock.advance(days=days)
        world.apply_retention()
        world.drain()
    assert world.stack.cases.get_case(case_id) is None
    assert TEXT not in str(world.cloud.table(world.cloud.settings.cases_table))


class TestPresence:
    def test_viewers_see_each_other_and_not_themselves(self, world: World) -> None:
        case_id = open_case_id(world)
        assert other_viewers(world, case_id, "ada") == []
        assert other_viewers(world, case_id, "ben") == ["ada"]
        assert other_viewers(world, case_id, "ada") == ["ben"]
        assert other_viewers(world, case_id, "cleo") == ["ada", "ben"]

    def test_presence_ends_minutes_after_the_last_view(self, world: World) -> None:
        case_id = open_case_id(world)
        seen(world, case_id, "ada")
        world.clock.advance(minutes=2)
        seen(world, case_id, "ben")
        assert other_viewers(world, case_id, "cleo") == ["ada", "ben"]
        world.clock.advance(minutes=1)
        assert other_viewers(world, case_id, "cleo") == ["ben"]

    def test_blind_second_reviewer_is_neither_shown_nor_informed(self, world: World) -> None:
        case_id = open_case_id(world)
        decide(world, case_id, VIOLATING, second_opinion=True)
        claim_opinion(world.stack, case_id=case_id, reviewer="ben")
        with pytest.raises(NotAllowed):
            seen(world, case_id, "ben")
        assert other_viewers(world, case_id, "ada") == []
