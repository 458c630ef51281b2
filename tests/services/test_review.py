"""The review queue, claims and reveals before a decision, and their audit records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from unittest import mock

import pytest
from staydown.aws.audit_store import case_chain
from staydown.aws.images import ImageAbsent
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.cases.states import CaseState
from staydown.domain.errors import (
    AlreadyDecided,
    CaseIsLocked,
    ClaimedByAnother,
    Conflict,
    ConflictOfInterest,
    NotAllowed,
    NotFound,
)
from staydown.domain.uploads.upload import Upload
from staydown.services.access.cases import Viewer, open_case
from staydown.services.records.read_audit import read_case_audit
from staydown.services.reports.amend_report import withdraw_report
from staydown.services.review.compare_pictures import PictureComparison, compare_pictures
from staydown.services.review.reveal_image import RevealRequest, record_reveal, reveal_blurred, reveal_sharp
from staydown.services.review.review_queue import (
    claim_case,
    claim_next,
    list_locked_cases,
    list_queued_cases,
    recuse,
    unclaim_case,
)
from staydown.services.review.view_case import view_case

from tests.support.actions import (
    INCOMPLETE,
    NOT_VIOLATING,
    appeal_case,
    decide,
    enforced_story,
    report,
    report_and_decide,
    resolve_appeal,
)
from tests.support.sample_images import NOT_AN_IMAGE, drawn, drawn_hash, photograph
from tests.support.world import World, memory_world

SUE = Viewer("sue", senior=True)


def open_case_id(world: World, number: int, *, hours: float = 0) -> str:
    world.clock.advance(hours=hours)
    return report(world, world.upload("alpha", f"ann{number}", drawn(number))).cases[0].case_id


class TestQueue:
    def test_nearest_deadline_comes_first_and_none_last(self, world: World) -> None:
        unclear = report(world, world.upload("alpha", "ann", drawn(9)), form=INCOMPLETE).cases[0].case_id
        expected = [open_case_id(world, number, hours=1) for number in range(3)]
        first, after = list_queued_cases(world.stack, after=None, limit=2)
        rest, _ = list_queued_cases(world.stack, after=after, limit=2)
        assert [case.case_id for case in first + rest] == [*expected, unclear]

    def test_decided_case_leaves_the_queue(self, world: World) -> None:
        case_id = open_case_id(world, 1)
        decide(world, case_id)
        assert list_queued_cases(world.stack, after=None, limit=10) == ([], None)

    def test_next_claims_an_unclaimed_case(self, world: World) -> None:
        first, second = open_case_id(world, 1), open_case_id(world, 2, hours=1)
        claimed = [claim_next(world.stack, reviewer=name) for name in ("ada", "ben", "cleo")]
        assert [case.case_id if case else None for case in claimed] == [first, second, None]

    def test_next_returns_the_claimed_case_until_it_is_decided(self, world: World) -> None:
        open_case_id(world, 1)
        open_case_id(world, 2, hours=1)
        one, again = claim_next(world.stack, reviewer="ada"), claim_next(world.stack, reviewer="ada")
        assert one is not None
        assert again is not None
        assert one.case_id == again.case_id

    def test_next_skips_cases_the_reviewer_has_passed_over(self, world: World) -> None:
        first, second = open_case_id(world, 1), open_case_id(world, 2, hours=1)
        found = claim_next(world.stack, reviewer="ada", skip={first})
        assert found is not None
        assert found.case_id == second
        assert claim_next(world.stack, reviewer="ada", skip={first, second}) is None

    def test_unclaimed_case_is_available_at_once_to_anyone(self, world: World) -> None:
        case_id = open_case_id(world, 1)
        claim_case(world.stack, case_id=case_id, reviewer="ada")
        unclaim_case(world.stack, case_id=case_id, reviewer="ben")
        assert claim_next(world.stack, reviewer="ben") is None
        for _ in range(2):
            unclaim_case(world.stack, case_id=case_id, reviewer="ada")
        taken = claim_next(world.stack, reviewer="ben")
        assert taken is not None
        assert taken.participants == {"ada", "ben"}, "each reviewer who had the case is a participant"
        actions = [one.action for one in world.stack.audit.list_records(case_chain(case_id))]
        assert actions.count("case.left") == 1

    def test_next_prefers_cases_that_await_no_reporter(self, world: World) -> None:
        asked, other = open_case_id(world, 1), open_case_id(world, 2, hours=1)
        decide(world, asked, DecisionOutcome.NEEDS_INFORMATION)
        found = claim_next(world.stack, reviewer="ada")
        assert found is not None
        assert found.case_id == other

    @pytest.mark.parametrize("outcome", [DecisionOutcome.VIOLATING, DecisionOutcome.SUSPECTED_CHILD])
    def test_next_skips_decided_cases_still_listed_by_the_index(
        self, world: World, outcome: DecisionOutcome
    ) -> None:
        """The index is eventually consistent: a listed case may already be decided or locked."""
        decided, other = open_case_id(world, 1), open_case_id(world, 2, hours=1)
        listed, _ = world.stack.cases.list_undecided_cases()
        decide(world, decided, outcome)
        with mock.patch.object(world.stack.cases, "iterate_undecided_cases", lambda: iter(listed)):
            found = claim_next(world.stack, reviewer="ben")
        assert found is not None
        assert found.case_id == other

    def test_lease_expires(self, world: World) -> None:
        case_id = open_case_id(world, 1)
        claim_case(world.stack, case_id=case_id, reviewer="ada")
        with pytest.raises(ClaimedByAnother):
            claim_case(world.stack, case_id=case_id, reviewer="ben")
        world.clock.advance(minutes=30)
        assert claim_case(world.stack, case_id=case_id, reviewer="ben").participants == {"ada", "ben"}

    def test_claim_of_an_unavailable_case_states_the_reason(self, world: World) -> None:
        with pytest.raises(NotFound):
            claim_case(world.stack, case_id="nothing", reviewer="ada")
        decided, locked = open_case_id(world, 1), open_case_id(world, 2)
        decide(world, decided)
        decide(world, locked, DecisionOutcome.SUSPECTED_CHILD)
        with pytest.raises(AlreadyDecided):
            claim_case(world.stack, case_id=decided, reviewer="ada")
        with pytest.raises(CaseIsLocked):
            claim_case(world.stack, case_id=locked, reviewer="ada")


def reveal_request(
    case_id: str, upload_id: str, reviewer: str = "ada", *, senior: bool = False
) -> RevealRequest:
    return RevealRequest(case_id, upload_id, reviewer, senior)


def recorded_reveals(world: World, case_id: str) -> list[tuple[str, bool]]:
    records = world.stack.audit.list_records(case_chain(case_id))
    return [(r.actor, bool(r.details["sharp"])) for r in records if r.action == "image.looked_at"]


class TestReveal:
    @pytest.mark.promise(9)
    def test_every_reveal_is_recorded_before_it_happens(self, photos: World) -> None:
        upload = photos.upload("alpha", "ann", photograph(1))
        case_id = report(photos, upload).cases[0].case_id
        claim_case(photos.stack, case_id=case_id, reviewer="ada")
        blurred = reveal_blurred(photos.stack, reveal_request(case_id, upload.upload_id))
        link = reveal_sharp(photos.stack, reveal_request(case_id, upload.upload_id))
        assert blurred.startswith(b"\xff\xd8")
        assert link.expires_at == photos.clock.now + timedelta(seconds=60)
        assert recorded_reveals(photos, case_id) == [("ada", False), ("ada", True)]

    @pytest.mark.promise(9)
    def test_reveal_that_cannot_be_recorded_does_not_happen(self, photos: World) -> None:
        upload = photos.upload("alpha", "ann", photograph(1))
        case_id = report(photos, upload).cases[0].case_id
        claim_case(photos.stack, case_id=case_id, reviewer="ada")
        down = mock.patch.object(photos.stack.audit, "append", side_effect=OSError("the line is down"))
        with (
            down,
            mock.patch.object(photos.stack.images, "read") as read,
            pytest.raises(OSError, match="down"),
        ):
            reveal_blurred(photos.stack, reveal_request(case_id, upload.upload_id))
        read.assert_not_called()

    def test_only_the_claiming_reviewer_can_reveal_an_image(self, world: World) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        case_id = report(world, upload).cases[0].case_id
        with pytest.raises(NotAllowed):
            reveal_sharp(world.stack, reveal_request(case_id, upload.upload_id))
        claim_case(world.stack, case_id=case_id, reviewer="ben")
        with pytest.raises(NotAllowed):
            reveal_sharp(world.stack, reveal_request(case_id, upload.upload_id))
        assert recorded_reveals(world, case_id) == []

    def test_reveal_after_the_decision_needs_an_appeal_or_a_senior(self, world: World) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        case = report_and_decide(world, upload)
        with pytest.raises(NotAllowed):
            reveal_sharp(world.stack, reveal_request(case.case_id, upload.upload_id, "cleo"))
        record_reveal(
            world.stack, reveal_request(case.case_id, upload.upload_id, "sue", senior=True), sharp=False
        )
        appeal_case(world, upload)
        record_reveal(world.stack, reveal_request(case.case_id, upload.upload_id, "cleo"), sharp=False)
        assert recorded_reveals(world, case.case_id) == [("sue", False), ("cleo", False)]

    def test_sharp_reveal_needs_a_blurred_one_first(self, world: World) -> None:
        uploads = [world.upload("alpha", "ann", drawn(1, copy=copy)) for copy in range(2)]
        case_id = report(world, *uploads).cases[0].case_id
        claim_case(world.stack, case_id=case_id, reviewer="ben")
        record_reveal(world.stack, reveal_request(case_id, uploads[0].upload_id, "ben"), sharp=False)
        world.clock.advance(hours=1)
        claim_case(world.stack, case_id=case_id, reviewer="ada")
        record_reveal(world.stack, reveal_request(case_id, uploads[1].upload_id), sharp=False)
        with pytest.raises(Conflict, match="blurred first"):
            reveal_sharp(world.stack, reveal_request(case_id, uploads[0].upload_id))
        record_reveal(world.stack, reveal_request(case_id, uploads[0].upload_id), sharp=False)
        for _ in range(2):
            assert reveal_sharp(world.stack, reveal_request(case_id, uploads[0].upload_id)).url

    @pytest.mark.law("CHILD")
    def test_suspected_child_image_cannot_be_revealed(self, world: World) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        case = report_and_decide(world, upload, outcome=DecisionOutcome.SUSPECTED_CHILD)
        with pytest.raises(CaseIsLocked):
            reveal_sharp(world.stack, reveal_request(case.case_id, upload.upload_id, "sue", senior=True))
        with pytest.raises(CaseIsLocked):
            view_case(world.stack, case_id=case.case_id, viewer=SUE)
        with pytest.raises(CaseIsLocked):
            open_case(world.stack, case.case_id, SUE, part="audit")
        tried = [
            (record.actor, record.action, record.details["what"])
            for record in world.stack.audit.list_records(case_chain(case.case_id))
            if "what" in record.details
        ]
        assert tried == [("sue", "look.refused", what) for what in ("image", "case", "audit")]

    @pytest.mark.promise(9)
    @pytest.mark.law("CHILD")
    def test_only_the_restricted_group_sees_a_suspected_child_case(self, world: World) -> None:
        case = report_and_decide(
            world, world.upload("alpha", "ann", drawn(1)), outcome=DecisionOutcome.SUSPECTED_CHILD
        )
        other = open_case_id(world, 2)
        charlie = Viewer("charlie", may_review=False, child_safety=True)
        (listed,), _ = list_locked_cases(world.stack, after=None, limit=10)
        assert listed.case_id == case.case_id
        assert view_case(world.stack, case_id=case.case_id, viewer=charlie).case.state is CaseState.LOCKED
        assert "locked.viewed" in {
            record.action for record in read_case_audit(world.stack, case.case_id)[0].records
        }
        with pytest.raises(NotAllowed):
            view_case(world.stack, case_id=other, viewer=charlie)
        with pytest.raises(CaseIsLocked):
            reveal_sharp(world.stack, reveal_request(case.case_id, case.uploads[0], "charlie"))

    def test_upload_of_another_case_is_not_found(self, world: World) -> None:
        upload, other = world.upload("alpha", "ann", drawn(1)), world.upload("alpha", "ann", drawn(2))
        case_id = report(world, upload).cases[0].case_id
        claim_case(world.stack, case_id=case_id, reviewer="ada")
        with pytest.raises(NotFound):
            reveal_sharp(world.stack, reveal_request(case_id, other.upload_id))

    def test_file_that_is_no_image_cannot_be_revealed(self, photos: World) -> None:
        upload = photos.upload("alpha", "ann", NOT_AN_IMAGE)
        case_id = report(photos, upload).cases[0].case_id
        claim_case(photos.stack, case_id=case_id, reviewer="ada")
        with pytest.raises(Conflict, match="cannot be shown"):
            reveal_blurred(photos.stack, reveal_request(case_id, upload.upload_id))


class TestComparison:
    """A copy of a confirmed image was reported, and a reviewer has claimed the case."""

    def copy(self, world: World) -> tuple[Upload, RevealRequest]:
        story = enforced_story(world, photograph(1))
        world.drain()
        copy = world.upload("beta", "bob", photograph(1, kind="JPEG"))
        case_id = report(world, copy).cases[0].case_id
        claim_case(world.stack, case_id=case_id, reviewer="ada")
        laid = RevealRequest(
            case_id, copy.upload_id, "ada", senior=False, compared_entry_id=story.case.banked_entries[0]
        )
        return world.reload(story.upload), laid

    def test_reference_and_upload_are_shown_aligned_and_blurred(self, photos: World) -> None:
        _, laid = self.copy(photos)
        found = compare_pictures(photos.stack, laid)
        assert found.reference_available
        assert found.overlay is not None
        assert found.overlay.startswith(b"\x89PNG")
        assert recorded_reveals(photos, laid.case_id) == [("ada", False)]
        (record,) = (
            one
            for one in photos.stack.audit.list_records(case_chain(laid.case_id))
            if one.action == "image.looked_at"
        )
        assert record.details["entry_id"] == laid.compared_entry_id

    def test_comparison_works_after_the_reference_is_erased(self, photos: World) -> None:
        judged, laid = self.copy(photos)
        read = photos.stack.images.read

        def gone(upload: Upload) -> bytes:
            if upload.upload_id == judged.upload_id:
                raise ImageAbsent
            return read(upload)

        with mock.patch.object(photos.stack.images, "read", gone):
            found = compare_pictures(photos.stack, laid)
        assert not found.reference_available
        assert found.overlay is not None

    def test_comparison_with_a_bare_hash_has_no_drawing(self, photos: World) -> None:
        upload = photos.upload("alpha", "ann", photograph(2))
        assert upload.fingerprint is not None
        report(photos, hashes=[upload.fingerprint.upright.pdq])
        photos.drain()
        held = photos.upload("beta", "bob", photograph(2, kind="JPEG"))
        case_id = held.cases[0]
        claim_case(photos.stack, case_id=case_id, reviewer="ada")
        laid = RevealRequest(
            case_id, held.upload_id, "ada", senior=False, compared_entry_id=held.matches[0].entry_id
        )
        assert compare_pictures(photos.stack, laid) == PictureComparison(None, reference_available=False)

    def test_comparison_is_restricted_and_recorded_like_a_reveal(self, photos: World) -> None:
        _, laid = self.copy(photos)
        with pytest.raises(NotAllowed):
            compare_pictures(photos.stack, replace(laid, reviewer="ben"))
        with pytest.raises(NotFound):
            compare_pictures(photos.stack, replace(laid, compared_entry_id="another"))
        assert recorded_reveals(photos, laid.case_id) == []


def test_reviewer_sees_matches_but_not_the_reporter(world: World) -> None:
    filed = report(world, hashes=[drawn_hash(1)])
    held = world.upload("alpha", "ann", drawn(1, flipped=3))
    view = view_case(world.stack, case_id=filed.cases[0].case_id, viewer=Viewer("sue"))
    assert [upload.upload_id for upload in view.uploads] == [held.upload_id]
    assert {match.entry_id for match in held.matches} <= view.entries.keys()
    assert "jane" not in repr(view).lower()


class TestRecusal:
    def test_recused_reviewer_never_gets_the_case(self, world: World) -> None:
        case_id, other = open_case_id(world, 1), open_case_id(world, 2, hours=1)
        claim_case(world.stack, case_id=case_id, reviewer="ada")
        for _ in range(2):
            recuse(world.stack, case_id=case_id, reviewer="ada")
        upload = world.stack.uploads.get_many(world.stack.cases.get_case(case_id).uploads)[0]  # type: ignore[union-attr]
        tries: list[Callable[[], object]] = [
            lambda: claim_case(world.stack, case_id=case_id, reviewer="ada"),
            lambda: view_case(world.stack, case_id=case_id, viewer=Viewer("ada", senior=True)),
            lambda: reveal_sharp(world.stack, reveal_request(case_id, upload.upload_id, "ada", senior=True)),
            lambda: decide(world, case_id, reviewer="ada"),
            lambda: open_case(world.stack, case_id, Viewer("ada", senior=True), part="audit"),
        ]
        for attempt in tries:
            with pytest.raises(ConflictOfInterest):
                attempt()
        found = claim_next(world.stack, reviewer="ada")
        assert found is not None
        assert found.case_id == other
        taken = claim_next(world.stack, reviewer="ben")
        assert taken is not None
        assert taken.case_id == case_id, "the claim of the recused reviewer must end"
        decide(world, case_id, reviewer="ben")
        with pytest.raises(ConflictOfInterest):
            resolve_appeal(world, appeal_case(world, upload), reviewer="ada")
        actions = [one.action for one in world.stack.audit.list_records(case_chain(case_id))]
        assert actions.count("conflict.declared") == 1


class TestAudit:
    @pytest.mark.promise(9)
    def test_audit_chain_holds_all_events_in_order(self, either_world: World) -> None:
        world = either_world
        upload = world.upload("alpha", "ann", drawn(1))
        case_id = report(world, upload).cases[0].case_id
        claim_case(world.stack, case_id=case_id, reviewer="ada")
        decide(world, case_id)
        chain = read_case_audit(world.stack, case_id)[0]
        assert chain.error is None
        assert [(record.actor, record.action) for record in chain.records] == [
            ("reporter", "case.opened"),
            ("ada", "case.claimed"),
            ("ada", "case.decided"),
        ]

    @pytest.mark.promise(9)
    def test_restored_upload_has_its_history_on_record(self, world: World) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        case = report_and_decide(world, upload)
        resolve_appeal(world, appeal_case(world, upload))
        world.drain()
        chain = read_case_audit(world.stack, case.case_id)[1]
        assert [record.action for record in chain.records] == ["upload.freed", "upload.published"]

    def test_changed_record_is_reported(self) -> None:
        # This world is not checked afterwards: its audit chain is broken on purpose.
        with memory_world() as world:
            case_id = open_case_id(world, 1)
            decide(world, case_id, NOT_VIOLATING)
            table = world.cloud.settings.audit_table
            key = {"pk": {"S": case_chain(case_id)}, "sk": {"S": f"{2:010}"}}
            item = dict(world.cloud.table(table)[case_chain(case_id), f"{2:010}"])
            world.stack.dynamodb.transact_write_items(
                TransactItems=[
                    {"Put": {"TableName": table, "Item": {**item, **key, "actor": {"S": "mallory"}}}}
                ]
            )
            assert read_case_audit(world.stack, case_id)[0].error == "record 2: its content was changed"
            world.stack.dynamodb.delete_item(TableName=table, Key=key)
            assert (
                read_case_audit(world.stack, case_id)[0].error == "record 2: the end of the chain is missing"
            )


def test_withdrawn_case_is_closed_for_everyone(world: World) -> None:
    filed = report(world, world.upload("alpha", "ann", drawn(1)))
    withdraw_report(world.stack, filed.report.case_number, filed.secret)
    case = world.stack.cases.get_case(filed.cases[0].case_id)
    assert case is not None
    assert case.state is CaseState.WITHDRAWN
    with pytest.raises(AlreadyDecided):
        claim_case(world.stack, case_id=case.case_id, reviewer="ada")
