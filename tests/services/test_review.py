"""What reviewers do before they decide: the queue, the lease, the look; and what is kept of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from unittest import mock

import pytest
from staydown.aws.audit_store import case_chain
from staydown.aws.images import ImageAbsent
from staydown.domain.case_states import CaseState
from staydown.domain.decisions import Outcome
from staydown.domain.errors import (
    AlreadyDecided,
    CaseIsLocked,
    ClaimedByAnother,
    Conflict,
    ConflictOfInterest,
    NotAllowed,
    NotFound,
)
from staydown.domain.uploads import Upload
from staydown.services.records.read_audit import read_audit
from staydown.services.reports.amend_report import withdraw_report
from staydown.services.review.compare_pictures import Comparison, compare_pictures
from staydown.services.review.reveal_image import Look, record_look, reveal_blurred, reveal_sharp
from staydown.services.review.review_queue import (
    claim_case,
    claim_next,
    declare_conflict,
    leave_case,
    list_locked,
    list_queue,
)
from staydown.services.review.view_case import Onlooker, open_case, view_case

from tests.support.people import (
    INCOMPLETE,
    NOT_VIOLATING,
    answer,
    appeal,
    decide,
    judge,
    judged_story,
    report,
)
from tests.support.pictures import BROKEN, drawn, drawn_hash, photograph
from tests.support.world import World, memory_world

SUE = Onlooker("sue", senior=True)


def waiting(world: World, number: int, *, hours: float = 0) -> str:
    world.clock.advance(hours=hours)
    return report(world, world.upload("alpha", f"ann{number}", drawn(number))).cases[0].case_id


class TestQueue:
    def test_the_nearest_deadline_comes_first_and_none_at_all_last(self, world: World) -> None:
        unclear = report(world, world.upload("alpha", "ann", drawn(9)), form=INCOMPLETE).cases[0].case_id
        expected = [waiting(world, number, hours=1) for number in range(3)]
        first, after = list_queue(world.stack, after=None, limit=2)
        rest, _ = list_queue(world.stack, after=after, limit=2)
        assert [case.case_id for case in first + rest] == [*expected, unclear]

    def test_what_is_decided_waits_no_more(self, world: World) -> None:
        case_id = waiting(world, 1)
        decide(world, case_id)
        assert list_queue(world.stack, after=None, limit=10) == ([], None)

    def test_next_claims_what_nobody_works_on(self, world: World) -> None:
        first, second = waiting(world, 1), waiting(world, 2, hours=1)
        claimed = [claim_next(world.stack, reviewer=name) for name in ("ada", "ben", "cleo")]
        assert [case.case_id if case else None for case in claimed] == [first, second, None]

    def test_next_is_one_s_own_again_until_it_is_decided(self, world: World) -> None:
        waiting(world, 1)
        waiting(world, 2, hours=1)
        one, again = claim_next(world.stack, reviewer="ada"), claim_next(world.stack, reviewer="ada")
        assert one is not None
        assert again is not None
        assert one.case_id == again.case_id

    def test_next_passes_over_what_the_reviewer_has_done_with(self, world: World) -> None:
        first, second = waiting(world, 1), waiting(world, 2, hours=1)
        found = claim_next(world.stack, reviewer="ada", passing_over={first})
        assert found is not None
        assert found.case_id == second
        assert claim_next(world.stack, reviewer="ada", passing_over={first, second}) is None

    def test_a_case_that_is_left_is_anybody_s_at_once_and_its_claim_nobody_else_s_to_end(
        self, world: World
    ) -> None:
        case_id = waiting(world, 1)
        claim_case(world.stack, case_id=case_id, reviewer="ada")
        leave_case(world.stack, case_id=case_id, reviewer="ben")
        assert claim_next(world.stack, reviewer="ben") is None
        for _ in range(2):
            leave_case(world.stack, case_id=case_id, reviewer="ada")
        taken = claim_next(world.stack, reviewer="ben")
        assert taken is not None
        assert taken.involved == {"ada", "ben"}, "who had it open decides no appeal of it"
        actions = [one.action for one in world.stack.audit.records(case_chain(case_id))]
        assert actions.count("case.left") == 1

    def test_next_goes_on_to_what_can_be_decided_while_a_reporter_is_asked(self, world: World) -> None:
        asked, other = waiting(world, 1), waiting(world, 2, hours=1)
        decide(world, asked, Outcome.NEEDS_INFORMATION)
        found = claim_next(world.stack, reviewer="ada")
        assert found is not None
        assert found.case_id == other

    @pytest.mark.parametrize("outcome", [Outcome.VIOLATING, Outcome.SUSPECTED_CHILD])
    def test_next_passes_over_what_the_queue_still_lists(self, world: World, outcome: Outcome) -> None:
        """The index lags behind the table: what is listed may be decided or locked already."""
        decided, other = waiting(world, 1), waiting(world, 2, hours=1)
        listed, _ = world.stack.cases.queued_cases()
        decide(world, decided, outcome)
        with mock.patch.object(world.stack.cases, "all_queued_cases", lambda: iter(listed)):
            found = claim_next(world.stack, reviewer="ben")
        assert found is not None
        assert found.case_id == other

    def test_a_lease_runs_out(self, world: World) -> None:
        case_id = waiting(world, 1)
        claim_case(world.stack, case_id=case_id, reviewer="ada")
        with pytest.raises(ClaimedByAnother):
            claim_case(world.stack, case_id=case_id, reviewer="ben")
        world.clock.advance(minutes=30)
        assert claim_case(world.stack, case_id=case_id, reviewer="ben").involved == {"ada", "ben"}

    def test_what_can_not_be_claimed_is_refused_precisely(self, world: World) -> None:
        with pytest.raises(NotFound):
            claim_case(world.stack, case_id="nothing", reviewer="ada")
        decided, locked = waiting(world, 1), waiting(world, 2)
        decide(world, decided)
        decide(world, locked, Outcome.SUSPECTED_CHILD)
        with pytest.raises(AlreadyDecided):
            claim_case(world.stack, case_id=decided, reviewer="ada")
        with pytest.raises(CaseIsLocked):
            claim_case(world.stack, case_id=locked, reviewer="ada")


def look(case_id: str, upload_id: str, reviewer: str = "ada", *, senior: bool = False) -> Look:
    return Look(case_id, upload_id, reviewer, senior)


def looks(world: World, case_id: str) -> list[tuple[str, bool]]:
    records = world.stack.audit.records(case_chain(case_id))
    return [(r.actor, bool(r.details["sharp"])) for r in records if r.action == "image.looked_at"]


class TestLooking:
    def test_promise_9_every_look_is_on_record_before_it_happens(self, photos: World) -> None:
        upload = photos.upload("alpha", "ann", photograph(1))
        case_id = report(photos, upload).cases[0].case_id
        claim_case(photos.stack, case_id=case_id, reviewer="ada")
        blurred = reveal_blurred(photos.stack, look(case_id, upload.upload_id))
        link = reveal_sharp(photos.stack, look(case_id, upload.upload_id))
        assert blurred.startswith(b"\xff\xd8")
        assert link.expires_at == photos.clock.now + timedelta(seconds=60)
        assert looks(photos, case_id) == [("ada", False), ("ada", True)]

    def test_promise_9_a_look_that_could_not_be_recorded_does_not_happen(self, photos: World) -> None:
        upload = photos.upload("alpha", "ann", photograph(1))
        case_id = report(photos, upload).cases[0].case_id
        claim_case(photos.stack, case_id=case_id, reviewer="ada")
        down = mock.patch.object(photos.stack.audit, "append", side_effect=OSError("the line is down"))
        with (
            down,
            mock.patch.object(photos.stack.images, "read") as read,
            pytest.raises(OSError, match="down"),
        ):
            reveal_blurred(photos.stack, look(case_id, upload.upload_id))
        read.assert_not_called()

    def test_only_whoever_works_on_a_case_looks_at_it(self, world: World) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        case_id = report(world, upload).cases[0].case_id
        with pytest.raises(NotAllowed):
            reveal_sharp(world.stack, look(case_id, upload.upload_id))
        claim_case(world.stack, case_id=case_id, reviewer="ben")
        with pytest.raises(NotAllowed):
            reveal_sharp(world.stack, look(case_id, upload.upload_id))
        assert looks(world, case_id) == []

    def test_after_the_decision_a_look_needs_an_appeal_or_a_senior(self, world: World) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        case = judge(world, upload)
        with pytest.raises(NotAllowed):
            reveal_sharp(world.stack, look(case.case_id, upload.upload_id, "cleo"))
        record_look(world.stack, look(case.case_id, upload.upload_id, "sue", senior=True), sharp=False)
        appeal(world, upload)
        record_look(world.stack, look(case.case_id, upload.upload_id, "cleo"), sharp=False)
        assert looks(world, case.case_id) == [("sue", False), ("cleo", False)]

    def test_nobody_looks_at_an_image_sharp_who_has_not_looked_at_it_blurred(self, world: World) -> None:
        uploads = [world.upload("alpha", "ann", drawn(1, copy=copy)) for copy in range(2)]
        case_id = report(world, *uploads).cases[0].case_id
        claim_case(world.stack, case_id=case_id, reviewer="ben")
        record_look(world.stack, look(case_id, uploads[0].upload_id, "ben"), sharp=False)
        world.clock.advance(hours=1)
        claim_case(world.stack, case_id=case_id, reviewer="ada")
        record_look(world.stack, look(case_id, uploads[1].upload_id), sharp=False)
        with pytest.raises(Conflict, match="blurred first"):
            reveal_sharp(world.stack, look(case_id, uploads[0].upload_id))
        record_look(world.stack, look(case_id, uploads[0].upload_id), sharp=False)
        for _ in range(2):
            assert reveal_sharp(world.stack, look(case_id, uploads[0].upload_id)).url

    @pytest.mark.law("CHILD")
    def test_nobody_looks_at_a_suspected_child(self, world: World) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        case = judge(world, upload, outcome=Outcome.SUSPECTED_CHILD)
        with pytest.raises(CaseIsLocked):
            reveal_sharp(world.stack, look(case.case_id, upload.upload_id, "sue", senior=True))
        with pytest.raises(CaseIsLocked):
            view_case(world.stack, case_id=case.case_id, onlooker=SUE)
        with pytest.raises(CaseIsLocked):
            open_case(world.stack, case.case_id, SUE, what="audit")
        tried = [
            (record.actor, record.action, record.details["what"])
            for record in world.stack.audit.records(case_chain(case.case_id))
            if "what" in record.details
        ]
        assert tried == [("sue", "look.refused", what) for what in ("image", "case", "audit")]

    @pytest.mark.law("CHILD")
    def test_promise_9_only_the_restricted_group_sees_a_suspected_child_s_case_and_no_other(
        self, world: World
    ) -> None:
        case = judge(world, world.upload("alpha", "ann", drawn(1)), outcome=Outcome.SUSPECTED_CHILD)
        other = waiting(world, 2)
        charlie = Onlooker("charlie", reviews=False, child_safety=True)
        (listed,), _ = list_locked(world.stack, after=None, limit=10)
        assert listed.case_id == case.case_id
        assert view_case(world.stack, case_id=case.case_id, onlooker=charlie).case.state is CaseState.LOCKED
        assert "locked.viewed" in {
            record.action for record in read_audit(world.stack, case.case_id)[0].records
        }
        with pytest.raises(NotAllowed):
            view_case(world.stack, case_id=other, onlooker=charlie)
        with pytest.raises(CaseIsLocked):
            reveal_sharp(world.stack, look(case.case_id, case.uploads[0], "charlie"))

    def test_an_upload_of_another_case_is_not_there(self, world: World) -> None:
        upload, other = world.upload("alpha", "ann", drawn(1)), world.upload("alpha", "ann", drawn(2))
        case_id = report(world, upload).cases[0].case_id
        claim_case(world.stack, case_id=case_id, reviewer="ada")
        with pytest.raises(NotFound):
            reveal_sharp(world.stack, look(case_id, other.upload_id))

    def test_what_is_no_picture_can_not_be_shown_and_says_so(self, photos: World) -> None:
        upload = photos.upload("alpha", "ann", BROKEN)
        case_id = report(photos, upload).cases[0].case_id
        claim_case(photos.stack, case_id=case_id, reviewer="ada")
        with pytest.raises(Conflict, match="can't be shown"):
            reveal_blurred(photos.stack, look(case_id, upload.upload_id))


class TestComparing:
    """A copy of a judged picture was reported, and somebody works on that case."""

    def copy(self, world: World) -> tuple[Upload, Look]:
        story = judged_story(world, photograph(1))
        world.drain()
        copy = world.upload("beta", "bob", photograph(1, kind="JPEG"))
        case_id = report(world, copy).cases[0].case_id
        claim_case(world.stack, case_id=case_id, reviewer="ada")
        laid = Look(case_id, copy.upload_id, "ada", senior=False, compared_with=story.case.banked[0])
        return world.again(story.upload), laid

    def test_the_judged_picture_and_the_upload_are_laid_over_each_other_blurred(self, photos: World) -> None:
        _, laid = self.copy(photos)
        found = compare_pictures(photos.stack, laid)
        assert found.original_kept
        assert found.drawing is not None
        assert found.drawing.startswith(b"\x89PNG")
        assert looks(photos, laid.case_id) == [("ada", False)]
        (record,) = (
            one
            for one in photos.stack.audit.records(case_chain(laid.case_id))
            if one.action == "image.looked_at"
        )
        assert record.details["entry_id"] == laid.compared_with

    def test_it_works_when_the_judged_picture_is_not_kept_any_more(self, photos: World) -> None:
        judged, laid = self.copy(photos)
        read = photos.stack.images.read

        def gone(upload: Upload) -> bytes:
            if upload.upload_id == judged.upload_id:
                raise ImageAbsent
            return read(upload)

        with mock.patch.object(photos.stack.images, "read", gone):
            found = compare_pictures(photos.stack, laid)
        assert not found.original_kept
        assert found.drawing is not None

    def test_of_a_bare_hash_there_is_nothing_to_draw(self, photos: World) -> None:
        upload = photos.upload("alpha", "ann", photograph(2))
        assert upload.fingerprint is not None
        report(photos, hashes=[upload.fingerprint.upright.pdq])
        photos.drain()
        held = photos.upload("beta", "bob", photograph(2, kind="JPEG"))
        case_id = held.cases[0]
        claim_case(photos.stack, case_id=case_id, reviewer="ada")
        laid = Look(case_id, held.upload_id, "ada", senior=False, compared_with=held.matches[0].entry_id)
        assert compare_pictures(photos.stack, laid) == Comparison(None, original_kept=False)

    def test_it_is_a_look_like_any_other(self, photos: World) -> None:
        _, laid = self.copy(photos)
        with pytest.raises(NotAllowed):
            compare_pictures(photos.stack, replace(laid, reviewer="ben"))
        with pytest.raises(NotFound):
            compare_pictures(photos.stack, replace(laid, compared_with="another"))
        assert looks(photos, laid.case_id) == []


def test_a_reviewer_sees_what_was_matched_and_not_who_reported(world: World) -> None:
    filed = report(world, hashes=[drawn_hash(1)])
    held = world.upload("alpha", "ann", drawn(1, flipped=3))
    view = view_case(world.stack, case_id=filed.cases[0].case_id, onlooker=Onlooker("sue"))
    assert [upload.upload_id for upload in view.uploads] == [held.upload_id]
    assert {match.entry_id for match in held.matches} <= view.entries.keys()
    assert "jane" not in repr(view).lower()


class TestConflictOfInterest:
    def test_who_declares_one_never_gets_the_case_in_any_way(self, world: World) -> None:
        case_id, other = waiting(world, 1), waiting(world, 2, hours=1)
        claim_case(world.stack, case_id=case_id, reviewer="ada")
        for _ in range(2):
            declare_conflict(world.stack, case_id=case_id, reviewer="ada")
        upload = world.stack.uploads.get_many(world.stack.cases.case(case_id).uploads)[0]  # type: ignore[union-attr]
        tries: list[Callable[[], object]] = [
            lambda: claim_case(world.stack, case_id=case_id, reviewer="ada"),
            lambda: view_case(world.stack, case_id=case_id, onlooker=Onlooker("ada", senior=True)),
            lambda: reveal_sharp(world.stack, look(case_id, upload.upload_id, "ada", senior=True)),
            lambda: decide(world, case_id, reviewer="ada"),
            lambda: open_case(world.stack, case_id, Onlooker("ada", senior=True), what="audit"),
        ]
        for attempt in tries:
            with pytest.raises(ConflictOfInterest):
                attempt()
        found = claim_next(world.stack, reviewer="ada")
        assert found is not None
        assert found.case_id == other
        taken = claim_next(world.stack, reviewer="ben")
        assert taken is not None
        assert taken.case_id == case_id, "the claim of who declared it has ended"
        decide(world, case_id, reviewer="ben")
        with pytest.raises(ConflictOfInterest):
            answer(world, appeal(world, upload), reviewer="ada")
        actions = [one.action for one in world.stack.audit.records(case_chain(case_id))]
        assert actions.count("conflict.declared") == 1


class TestAudit:
    def test_promise_9_all_that_happened_is_in_the_chain_in_order(self, either_world: World) -> None:
        world = either_world
        upload = world.upload("alpha", "ann", drawn(1))
        case_id = report(world, upload).cases[0].case_id
        claim_case(world.stack, case_id=case_id, reviewer="ada")
        decide(world, case_id)
        chain = read_audit(world.stack, case_id)[0]
        assert chain.broken is None
        assert [(record.actor, record.action) for record in chain.records] == [
            ("reporter", "case.opened"),
            ("ada", "case.claimed"),
            ("ada", "case.decided"),
        ]

    def test_promise_9_an_upload_that_came_back_has_its_whole_story_on_record(self, world: World) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        case = judge(world, upload)
        answer(world, appeal(world, upload))
        world.drain()
        chain = read_audit(world.stack, case.case_id)[1]
        assert [record.action for record in chain.records] == ["upload.freed", "upload.published"]

    def test_a_record_that_was_changed_behind_our_back_is_told(self) -> None:
        # A world that is not checked afterwards: its chain is broken on purpose.
        with memory_world() as world:
            case_id = waiting(world, 1)
            decide(world, case_id, NOT_VIOLATING)
            table = world.cloud.settings.audit_table
            key = {"pk": {"S": case_chain(case_id)}, "sk": {"S": f"{2:010}"}}
            item = dict(world.cloud.table(table)[case_chain(case_id), f"{2:010}"])
            world.stack.dynamodb.transact_write_items(
                TransactItems=[
                    {"Put": {"TableName": table, "Item": {**item, **key, "actor": {"S": "mallory"}}}}
                ]
            )
            assert read_audit(world.stack, case_id)[0].broken == "record 2: its content was changed"
            world.stack.dynamodb.delete_item(TableName=table, Key=key)
            assert read_audit(world.stack, case_id)[0].broken == "record 2: the end of the chain is missing"


def test_a_withdrawn_case_is_closed_for_everybody(world: World) -> None:
    filed = report(world, world.upload("alpha", "ann", drawn(1)))
    withdraw_report(world.stack, filed.report.case_number, filed.secret)
    case = world.stack.cases.case(filed.cases[0].case_id)
    assert case is not None
    assert case.state is CaseState.WITHDRAWN
    with pytest.raises(AlreadyDecided):
        claim_case(world.stack, case_id=case.case_id, reviewer="ada")
