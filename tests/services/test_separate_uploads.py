"""Two pictures that are near each other came into one case: each is judged by itself, and ends by itself."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

import pytest
from staydown.aws.audit_store import case_chain
from staydown.domain.audit import Record
from staydown.domain.case_states import CaseState
from staydown.domain.cases import MAX_REPORTS, MAX_UPLOADS, Case, Origin
from staydown.domain.decisions import Outcome
from staydown.domain.errors import (
    AlreadyDecided,
    ClaimedByAnother,
    Conflict,
    ConflictOfInterest,
    InvalidRequest,
    StaleVersion,
)
from staydown.domain.figures import Progress, count
from staydown.domain.notices import NoticeKind, Recipient
from staydown.domain.uploads import Upload, UploadState
from staydown.services.bank import change_bank
from staydown.services.reports.amend_report import Information, complete_report, withdraw_report
from staydown.services.reports.file_report import FiledReport
from staydown.services.reports.follow_report import follow_report
from staydown.services.retention.hold_case import HoldReason, hold_case
from staydown.services.review.review_queue import claim_case, declare_conflict
from staydown.services.review.separate_uploads import Separated, separate_uploads
from staydown.services.review.watch_deadlines import watch_deadlines

from tests.support.people import INCOMPLETE, NOT_VIOLATING, VIOLATING, answer, appeal, decide, report
from tests.support.pictures import drawn, drawn_hash
from tests.support.world import World

NEAR = 25
"""Bits by which the two pictures differ: near enough to be taken for one."""


class Two:
    """Pictures of ann and of bob, each reported by somebody, in one case that ada has claimed."""

    def __init__(self, world: World, **second: object) -> None:
        self.world = world
        self.ann = world.upload("alpha", "ann", drawn(1))
        self.bob = world.upload("beta", "bob", drawn(1, flipped=NEAR))
        self.of_ann = report(world, self.ann)
        world.clock.advance(hours=2)
        self.of_bob = report(world, self.bob, **second)  # type: ignore[arg-type]
        self.case_id = self.of_ann.cases[0].case_id
        assert self.of_bob.cases[0].case_id == self.case_id
        claim_case(world.stack, case_id=self.case_id, reviewer="ada")

    def separate(self, *uploads: Upload, reviewer: str = "ada", revision: int | None = None) -> Separated:
        named = [one.upload_id for one in uploads or (self.bob,)]
        return separate_uploads(
            self.world.stack,
            case_id=self.case_id,
            reviewer=reviewer,
            upload_ids=named,
            expected_revision=revision,
        )

    def case(self, case_id: str | None = None) -> Case:
        case = self.world.stack.cases.case(case_id or self.case_id)
        assert case is not None
        return case

    def state(self, upload: Upload) -> UploadState:
        stored = self.world.stack.uploads.get(upload.upload_id)
        assert stored is not None
        return stored.state

    def told(self, filed: FiledReport) -> list[NoticeKind]:
        return [one.kind for one in self.world.stack.notices.of(Recipient.reporter(filed.report.case_number))]

    def outcomes(self, filed: FiledReport) -> list[Outcome | None]:
        followed = follow_report(self.world.stack, filed.report.case_number, filed.secret)
        return [case.decision.outcome if case.decision else None for case in followed.cases]

    def records(self, case: Case) -> list[Record]:
        return list(self.world.stack.audit.records(case_chain(case.case_id)))


@pytest.fixture
def two(world: World) -> Two:
    return Two(world)


class TestWhatGoesWhere:
    def test_the_picture_its_report_and_the_claim_are_in_a_case_of_their_own(self, two: Two) -> None:
        separated = two.separate()
        case, other = two.case(), two.case(separated.other.case_id)
        assert (case.uploads, other.uploads) == ((two.ann.upload_id,), (two.bob.upload_id,))
        assert case.reports == (two.of_ann.report.case_number,)
        assert other.reports == (two.of_bob.report.case_number,)
        assert other.claim == case.claim is not None
        assert (other.image, case.image) == (drawn_hash(1, flipped=NEAR), drawn_hash(1))
        assert two.records(case)[-1].details["into"] == other.case_id
        assert two.records(other)[0].details["separated_from"] == case.case_id

    def test_each_is_due_by_the_reports_of_it(self, two: Two) -> None:
        before = two.case().deadline
        other = two.separate().other
        assert before is not None
        assert two.case().deadline == before
        assert other.deadline == before + timedelta(hours=2)

    def test_the_first_picture_can_be_taken_out_as_well(self, two: Two) -> None:
        other = two.separate(two.ann).other
        assert two.case().image == drawn_hash(1, flipped=NEAR)
        assert report(two.world, two.ann).cases[0].case_id == other.case_id
        copy = two.world.upload("alpha", "eve", drawn(1, copy=1))
        assert report(two.world, copy).cases[0].case_id == other.case_id

    def test_a_report_that_names_both_is_in_both(self, world: World) -> None:
        two = Two(world)
        both = report(world, two.ann, two.bob)
        other = two.separate().other
        assert both.report.case_number in two.case().reports
        assert both.report.case_number in other.reports
        stored = world.stack.cases.report(both.report.case_number)
        assert stored is not None
        assert stored.case_ids == (two.case_id, other.case_id)

    def test_what_is_incomplete_keeps_the_clock_that_runs(self, world: World) -> None:
        two = Two(world, form=INCOMPLETE)
        other = two.separate().other
        assert other.deadline == two.case().deadline
        complete_report(
            world.stack,
            two.of_bob.report.case_number,
            two.of_bob.secret,
            Information(signature="Jane Roe", email="jane@example.org"),
        )
        assert two.case(other.case_id).deadline == two.case().deadline

    def test_a_case_of_a_report_keeps_one_that_somebody_stands_for(self, two: Two) -> None:
        withdraw_report(two.world.stack, two.of_ann.report.case_number, two.of_ann.secret)
        other = two.separate().other
        assert two.of_bob.report.case_number in two.case().reports
        withdraw_report(two.world.stack, two.of_bob.report.case_number, two.of_bob.secret)
        assert two.case().state is two.case(other.case_id).state is CaseState.WITHDRAWN

    def test_a_hold_is_on_both(self, two: Two) -> None:
        hold_case(two.world.stack, two.case_id, by="sue", reason=HoldReason.COURT)
        assert two.separate().other.hold is not None


class TestWhatComesOfIt:
    @pytest.mark.parametrize("first", ["the case", "the other"])
    def test_one_comes_down_and_the_other_stays(self, two: Two, first: str) -> None:
        other = two.separate().other.case_id
        judged = [(two.case_id, VIOLATING), (other, NOT_VIOLATING)]
        for case_id, outcome in judged if first == "the case" else reversed(judged):
            decide(two.world, case_id, outcome)
            two.world.drain()
        assert (two.state(two.ann), two.state(two.bob)) == (UploadState.REMOVED, UploadState.PUBLISHED)
        assert not two.world.stack.accounts.get("beta", "bob").blocked
        assert (two.outcomes(two.of_ann), two.outcomes(two.of_bob)) == ([VIOLATING], [NOT_VIOLATING])
        for filed in (two.of_ann, two.of_bob):
            assert len(two.told(filed)) == 2

    def test_what_was_taken_out_comes_down_and_the_first_stays(self, two: Two) -> None:
        other = two.separate().other.case_id
        decide(two.world, other)
        decide(two.world, two.case_id, NOT_VIOLATING)
        two.world.drain()
        assert (two.state(two.ann), two.state(two.bob)) == (UploadState.PUBLISHED, UploadState.REMOVED)
        answer(two.world, appeal(two.world, two.bob))
        two.world.drain()
        assert two.state(two.bob) is UploadState.PUBLISHED

    def test_withdrawing_the_report_of_one_closes_that_case_alone(self, two: Two) -> None:
        other = two.separate().other.case_id
        withdraw_report(two.world.stack, two.of_bob.report.case_number, two.of_bob.secret)
        assert two.case(other).state is CaseState.WITHDRAWN
        assert two.case().state is CaseState.OPEN

    def test_reports_of_either_or_of_both_bring_them_together_no_more(self, two: Two) -> None:
        other = two.separate().other.case_id
        assert report(two.world, two.bob).cases[0].case_id == other
        assert report(two.world, two.ann).cases[0].case_id == two.case_id
        both = report(two.world, two.ann, two.bob)
        assert [case.case_id for case in both.cases] == [two.case_id, other]
        decide(two.world, other, NOT_VIOLATING)
        assert report(two.world, two.bob).cases[0].case_id != two.case_id

    def test_a_third_picture_near_both_brings_them_together_no_more(self, two: Two) -> None:
        two.separate()
        dee = two.world.upload("alpha", "dee", drawn(1, flipped=10))
        assert report(two.world, dee).cases[0].case_id == two.case_id
        report(two.world, dee, two.bob)
        assert two.bob.upload_id not in two.case().uploads

    def test_what_a_deadline_hid_waits_for_its_own_case(self, two: Two) -> None:
        two.world.clock.advance(hours=47)
        watch_deadlines(two.world.stack, lambda case_id, error: pytest.fail(str(error)))
        two.world.drain()
        assert two.state(two.bob) is UploadState.HELD
        claim_case(two.world.stack, case_id=two.case_id, reviewer="ada")
        other = two.separate().other
        assert (two.case().hidden, other.hidden) == ((two.ann.upload_id,), (two.bob.upload_id,))
        decide(two.world, two.case_id)
        two.world.drain()
        assert two.state(two.bob) is UploadState.HELD
        decide(two.world, other.case_id, NOT_VIOLATING)
        two.world.drain()
        assert two.state(two.bob) is UploadState.PUBLISHED

    def test_told_twice_is_one(self, two: Two) -> None:
        revision = two.case().revision
        first = two.separate(revision=revision)
        assert two.separate(revision=revision).other.case_id == first.other.case_id
        decide(two.world, first.other.case_id)
        assert two.separate(revision=revision).other.case_id == first.other.case_id
        with pytest.raises(ClaimedByAnother):
            two.separate(reviewer="ben")


class TestClaims:
    """A hash that somebody claims has no picture that a reviewer could lay beside another."""

    def test_a_claim_that_both_met_is_judged_with_both(self, world: World) -> None:
        claim = report(world, hashes=[drawn_hash(1, flipped=5)])
        world.drain()
        copies = [world.upload("beta", name, drawn(1, flipped=n)) for name, n in (("bob", 9), ("eve", 20))]
        world.drain()
        (case,) = claim.cases
        claim_case(world.stack, case_id=case.case_id, reviewer="ada")
        other = separate_uploads(
            world.stack,
            case_id=case.case_id,
            reviewer="ada",
            upload_ids=[copies[1].upload_id],
            expected_revision=None,
        ).other
        world.drain()
        held = world.stack.uploads.get(copies[1].upload_id)
        assert held is not None
        assert (held.state, held.in_review) == (UploadState.HELD, (f"review:{other.case_id}",))
        assert other.reports == (claim.report.case_number,)
        assert other.deadline == case.deadline
        decide(world, case.case_id, NOT_VIOLATING)
        decide(world, other.case_id)
        world.drain()
        assert [world.again(one).state for one in copies] == [UploadState.PUBLISHED, UploadState.BLOCKED]

    def test_what_is_up_is_not_brought_back_by_the_claim(self, world: World) -> None:
        copies = [world.upload("beta", name, drawn(1, flipped=n)) for name, n in (("bob", 9), ("eve", 20))]
        (case,) = report(world, hashes=[drawn_hash(1, flipped=5)]).cases
        world.drain()
        claim_case(world.stack, case_id=case.case_id, reviewer="ada")
        separated = separate_uploads(
            world.stack,
            case_id=case.case_id,
            reviewer="ada",
            upload_ids=[copies[1].upload_id],
            expected_revision=None,
        )
        report(world, hashes=[drawn_hash(1, flipped=6)])
        world.drain()
        eve = world.stack.uploads.get(copies[1].upload_id)
        assert eve is not None
        assert (eve.state, len(eve.cases)) == (UploadState.PUBLISHED, 2)
        assert eve.cases[0] == separated.other.case_id
        assert case.case_id not in eve.cases

    def test_what_only_the_claim_of_the_other_held_is_free(self, world: World) -> None:
        first = world.upload("alpha", "ann", drawn(1))
        filed = report(world, first, hashes=[drawn_hash(1)])
        world.drain()
        copy = world.upload("beta", "bob", drawn(1, flipped=NEAR))
        world.drain()
        (case,) = filed.cases
        claim_case(world.stack, case_id=case.case_id, reviewer="ada")
        other = separate_uploads(
            world.stack,
            case_id=case.case_id,
            reviewer="ada",
            upload_ids=[copy.upload_id],
            expected_revision=None,
        ).other
        assert other.origin is Origin.MATCH
        world.drain()
        stored = world.stack.uploads.get(copy.upload_id)
        assert stored is not None
        assert stored.state is UploadState.PUBLISHED

    def test_the_claim_of_the_picture_s_own_hash_goes_with_it(self, world: World) -> None:
        """Whoever claims it, those who are counted together among them; and what comes of it is for all."""
        ann = world.upload("alpha", "ann", drawn(1))
        bob = world.upload("beta", "bob", drawn(1, flipped=NEAR))
        with mock.patch.object(change_bank, "MAX_CLAIMS", 1):
            claims = [report(world, ann, hashes=[drawn_hash(1)]), report(world, hashes=[drawn_hash(1)])]
        of_bob = report(world, bob)
        (case_id,) = {filed.cases[0].case_id for filed in (*claims, of_bob)}
        claim_case(world.stack, case_id=case_id, reviewer="ada")
        separated = separate_uploads(
            world.stack,
            case_id=case_id,
            reviewer="ada",
            upload_ids=[ann.upload_id],
            expected_revision=None,
        )
        assert separated.other.reports == tuple(filed.report.case_number for filed in claims)
        assert separated.case.reports == (of_bob.report.case_number,)
        assert (separated.case.entries, len(separated.other.entries)) == ((), 1)
        decide(world, case_id, NOT_VIOLATING)
        decide(world, separated.other.case_id, NOT_VIOLATING)
        world.drain()
        later = world.upload("beta", "eve", drawn(1, flipped=2))
        world.drain()
        stored = world.stack.uploads.get(later.upload_id)
        assert stored is not None
        assert stored.state is UploadState.PUBLISHED


class TestFigures:
    def test_time_to_act_counts_from_the_report_and_the_report_is_counted_once(self, two: Two) -> None:
        two.world.clock.advance(hours=10)
        claim_case(two.world.stack, case_id=two.case_id, reviewer="ada")
        other = two.separate().other
        (record, *_) = two.records(other)
        progress, added = count(Progress(), record)
        assert progress.valid_at == two.of_bob.report.valid_at
        assert "notices" not in [one.name for one in added]


def test_the_largest_case_is_one_transaction(world: World) -> None:
    uploads = [world.upload("alpha", f"ann{n}", drawn(1, flipped=n)) for n in range(MAX_UPLOADS)]
    filed = [report(world, *uploads) for _ in range(MAX_REPORTS)]
    (case,) = filed[-1].cases
    assert (len(case.uploads), len(case.reports)) == (MAX_UPLOADS, MAX_REPORTS)
    hold_case(world.stack, case.case_id, by="sue", reason=HoldReason.COURT)
    claim_case(world.stack, case_id=case.case_id, reviewer="ada")
    other = separate_uploads(
        world.stack,
        case_id=case.case_id,
        reviewer="ada",
        upload_ids=[one.upload_id for one in uploads[1:]],
        expected_revision=None,
    ).other
    assert (len(other.uploads), len(other.reports)) == (MAX_UPLOADS - 1, MAX_REPORTS)


class TestRefusals:
    def test_one_has_to_stay(self, two: Two) -> None:
        with pytest.raises(InvalidRequest, match="has to stay"):
            two.separate(two.ann, two.bob)

    def test_what_is_of_another_case(self, two: Two) -> None:
        with pytest.raises(InvalidRequest) as refused:
            two.separate(two.bob, two.world.upload("alpha", "eve", drawn(7)))
        assert refused.value.pointers == {"/upload_ids/1": "not an upload of this case"}

    def test_one_and_the_same_hash(self, world: World) -> None:
        two = Two(world)
        copy = world.upload("beta", "cat", drawn(1, copy=1))
        report(world, copy)
        with pytest.raises(Conflict, match="same hash"):
            two.separate(copy)

    def test_a_case_that_changed_since_or_is_another_s_or_nobody_s_or_over(self, two: Two) -> None:
        with pytest.raises(StaleVersion):
            two.separate(revision=two.case().revision - 1)
        with pytest.raises(ClaimedByAnother):
            two.separate(reviewer="ben")
        declare_conflict(two.world.stack, case_id=two.case_id, reviewer="ada")
        with pytest.raises(ConflictOfInterest):
            two.separate()
        with pytest.raises(Conflict, match="Claim the case first"):
            two.separate(reviewer="ben")
        decide(two.world, two.case_id, reviewer="ben")
        with pytest.raises(AlreadyDecided):
            two.separate(reviewer="ben")
