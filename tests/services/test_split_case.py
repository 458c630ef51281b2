"""A case of two similar images is split: each image gets its own decision and deadline."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

import pytest
from staydown.aws.audit_store import case_chain
from staydown.domain.audit.actors import Actor
from staydown.domain.audit.chain import AuditRecord
from staydown.domain.cases.case import MAX_CASE_REPORTS, MAX_CASE_UPLOADS, Case, CaseOrigin
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.cases.states import CaseState
from staydown.domain.errors import (
    AlreadyDecided,
    ClaimedByAnother,
    Conflict,
    ConflictOfInterest,
    InvalidRequest,
    StaleVersion,
)
from staydown.domain.metrics import ChainCursor, count_record
from staydown.domain.uploads.upload import Upload, UploadState
from staydown.notices.notice import NoticeKind, Recipient
from staydown.services.bank import supports as change_bank
from staydown.services.deadlines import watch_deadlines
from staydown.services.reports.amend_report import ReportUpdate, complete_report, withdraw_report
from staydown.services.reports.file_report import FiledReport
from staydown.services.reports.view_report import view_report
from staydown.services.retention.legal_hold import LegalHoldReason, place_legal_hold
from staydown.services.review.review_queue import claim_case, recuse
from staydown.services.review.split_case import SplitResult, split_case

from tests.support.actions import (
    INCOMPLETE,
    NOT_VIOLATING,
    VIOLATING,
    appeal_case,
    decide,
    report,
    resolve_appeal,
)
from tests.support.sample_images import drawn, drawn_hash
from tests.support.world import World

NEAR = 25
"""Distance of the two images in bits, close enough to share a case."""


class TwoImages:
    """Reported images of ann and bob in one case that ada has claimed."""

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

    def split(self, *uploads: Upload, reviewer: str = "ada", revision: int | None = None) -> SplitResult:
        named = [one.upload_id for one in uploads or (self.bob,)]
        return split_case(
            self.world.stack,
            case_id=self.case_id,
            reviewer=reviewer,
            upload_ids=named,
            expected_revision=revision,
        )

    def case(self, case_id: str | None = None) -> Case:
        case = self.world.stack.cases.get_case(case_id or self.case_id)
        assert case is not None
        return case

    def state(self, upload: Upload) -> UploadState:
        stored = self.world.stack.uploads.get(upload.upload_id)
        assert stored is not None
        return stored.state

    def notice_kinds(self, filed: FiledReport) -> list[NoticeKind]:
        return [
            one.kind
            for one in self.world.stack.notices.list_for(Recipient.reporter(filed.report.case_number))
        ]

    def outcomes(self, filed: FiledReport) -> list[DecisionOutcome | None]:
        followed = view_report(self.world.stack, filed.report.case_number, filed.secret)
        return [case.decision.outcome if case.decision else None for case in followed.cases]

    def records(self, case: Case) -> list[AuditRecord]:
        return list(self.world.stack.audit.list_records(case_chain(case.case_id)))


@pytest.fixture
def two(world: World) -> TwoImages:
    return TwoImages(world)


class TestContents:
    def test_split_moves_the_image_its_report_and_its_claim(self, two: TwoImages) -> None:
        separated = two.split()
        case, other = two.case(), two.case(separated.new_case.case_id)
        assert (case.uploads, other.uploads) == ((two.ann.upload_id,), (two.bob.upload_id,))
        assert case.reports == (two.of_ann.report.case_number,)
        assert other.reports == (two.of_bob.report.case_number,)
        assert other.claim == case.claim is not None
        assert (other.grouping_hash, case.grouping_hash) == (drawn_hash(1, flipped=NEAR), drawn_hash(1))
        assert two.records(case)[-1].details["into"] == other.case_id
        assert two.records(other)[0].details["separated_from"] == case.case_id

    def test_each_case_has_the_deadline_of_its_own_reports(self, two: TwoImages) -> None:
        before = two.case().deadline
        other = two.split().new_case
        assert before is not None
        assert two.case().deadline == before
        assert other.deadline == before + timedelta(hours=2)

    def test_first_image_can_be_split_off_as_well(self, two: TwoImages) -> None:
        other = two.split(two.ann).new_case
        assert two.case().grouping_hash == drawn_hash(1, flipped=NEAR)
        assert report(two.world, two.ann).cases[0].case_id == other.case_id
        copy = two.world.upload("alpha", "eve", drawn(1, copy=1))
        assert report(two.world, copy).cases[0].case_id == other.case_id

    def test_report_that_names_both_images_is_in_both_cases(self, world: World) -> None:
        two = TwoImages(world)
        both = report(world, two.ann, two.bob)
        other = two.split().new_case
        assert both.report.case_number in two.case().reports
        assert both.report.case_number in other.reports
        stored = world.stack.cases.get_report(both.report.case_number)
        assert stored is not None
        assert stored.case_ids == (two.case_id, other.case_id)

    def test_incomplete_report_keeps_the_running_deadline(self, world: World) -> None:
        two = TwoImages(world, form=INCOMPLETE)
        other = two.split().new_case
        assert other.deadline == two.case().deadline
        complete_report(
            world.stack,
            two.of_bob.report.case_number,
            two.of_bob.secret,
            ReportUpdate(signature="Jane Roe", email="jane@example.org"),
        )
        assert two.case(other.case_id).deadline == two.case().deadline

    def test_case_keeps_a_report_that_still_stands(self, two: TwoImages) -> None:
        withdraw_report(two.world.stack, two.of_ann.report.case_number, two.of_ann.secret)
        other = two.split().new_case
        assert two.of_bob.report.case_number in two.case().reports
        withdraw_report(two.world.stack, two.of_bob.report.case_number, two.of_bob.secret)
        assert two.case().state is two.case(other.case_id).state is CaseState.WITHDRAWN

    def test_legal_hold_applies_to_both_cases(self, two: TwoImages) -> None:
        place_legal_hold(
            two.world.stack, two.case_id, actor=Actor.reviewer("sue"), reason=LegalHoldReason.COURT
        )
        assert two.split().new_case.legal_hold is not None


class TestOutcome:
    @pytest.mark.parametrize("first", ["the case", "the other"])
    def test_one_image_is_removed_and_the_other_stays(self, two: TwoImages, first: str) -> None:
        other = two.split().new_case.case_id
        judged = [(two.case_id, VIOLATING), (other, NOT_VIOLATING)]
        for case_id, outcome in judged if first == "the case" else reversed(judged):
            decide(two.world, case_id, outcome)
            two.world.drain()
        assert (two.state(two.ann), two.state(two.bob)) == (UploadState.REMOVED, UploadState.PUBLISHED)
        assert not two.world.stack.accounts.get("beta", "bob").blocked
        assert (two.outcomes(two.of_ann), two.outcomes(two.of_bob)) == ([VIOLATING], [NOT_VIOLATING])
        for filed in (two.of_ann, two.of_bob):
            assert len(two.notice_kinds(filed)) == 2

    def test_split_image_is_removed_and_the_first_stays(self, two: TwoImages) -> None:
        other = two.split().new_case.case_id
        decide(two.world, other)
        decide(two.world, two.case_id, NOT_VIOLATING)
        two.world.drain()
        assert (two.state(two.ann), two.state(two.bob)) == (UploadState.PUBLISHED, UploadState.REMOVED)
        resolve_appeal(two.world, appeal_case(two.world, two.bob))
        two.world.drain()
        assert two.state(two.bob) is UploadState.PUBLISHED

    def test_withdrawal_closes_only_the_case_of_its_report(self, two: TwoImages) -> None:
        other = two.split().new_case.case_id
        withdraw_report(two.world.stack, two.of_bob.report.case_number, two.of_bob.secret)
        assert two.case(other).state is CaseState.WITHDRAWN
        assert two.case().state is CaseState.OPEN

    def test_later_reports_do_not_rejoin_split_cases(self, two: TwoImages) -> None:
        other = two.split().new_case.case_id
        assert report(two.world, two.bob).cases[0].case_id == other
        assert report(two.world, two.ann).cases[0].case_id == two.case_id
        both = report(two.world, two.ann, two.bob)
        assert [case.case_id for case in both.cases] == [two.case_id, other]
        decide(two.world, other, NOT_VIOLATING)
        assert report(two.world, two.bob).cases[0].case_id != two.case_id

    def test_third_near_image_does_not_rejoin_split_cases(self, two: TwoImages) -> None:
        two.split()
        dee = two.world.upload("alpha", "dee", drawn(1, flipped=10))
        assert report(two.world, dee).cases[0].case_id == two.case_id
        report(two.world, dee, two.bob)
        assert two.bob.upload_id not in two.case().uploads

    def test_upload_hidden_at_the_deadline_waits_for_its_own_case(self, two: TwoImages) -> None:
        two.world.clock.advance(hours=47)
        watch_deadlines(two.world.stack, lambda case_id, error: pytest.fail(str(error)))
        two.world.drain()
        assert two.state(two.bob) is UploadState.HELD
        claim_case(two.world.stack, case_id=two.case_id, reviewer="ada")
        other = two.split().new_case
        assert (two.case().hidden_uploads, other.hidden_uploads) == (
            (two.ann.upload_id,),
            (two.bob.upload_id,),
        )
        decide(two.world, two.case_id)
        two.world.drain()
        assert two.state(two.bob) is UploadState.HELD
        decide(two.world, other.case_id, NOT_VIOLATING)
        two.world.drain()
        assert two.state(two.bob) is UploadState.PUBLISHED

    def test_repeated_split_is_made_once(self, two: TwoImages) -> None:
        revision = two.case().revision
        first = two.split(revision=revision)
        assert two.split(revision=revision).new_case.case_id == first.new_case.case_id
        decide(two.world, first.new_case.case_id)
        assert two.split(revision=revision).new_case.case_id == first.new_case.case_id
        with pytest.raises(ClaimedByAnother):
            two.split(reviewer="ben")


class TestClaims:
    """A claimed hash has no image that a reviewer could compare."""

    def test_claim_matched_by_both_is_decided_with_both(self, world: World) -> None:
        claim = report(world, hashes=[drawn_hash(1, flipped=5)])
        world.drain()
        copies = [world.upload("beta", name, drawn(1, flipped=n)) for name, n in (("bob", 9), ("eve", 20))]
        world.drain()
        (case,) = claim.cases
        claim_case(world.stack, case_id=case.case_id, reviewer="ada")
        other = split_case(
            world.stack,
            case_id=case.case_id,
            reviewer="ada",
            upload_ids=[copies[1].upload_id],
            expected_revision=None,
        ).new_case
        world.drain()
        held = world.stack.uploads.get(copies[1].upload_id)
        assert held is not None
        assert (held.state, held.review_causes) == (UploadState.HELD, (f"review:{other.case_id}",))
        assert other.reports == (claim.report.case_number,)
        assert other.deadline == case.deadline
        decide(world, case.case_id, NOT_VIOLATING)
        decide(world, other.case_id)
        world.drain()
        assert [world.reload(one).state for one in copies] == [UploadState.PUBLISHED, UploadState.BLOCKED]

    def test_claim_does_not_return_a_published_upload_to_the_case(self, world: World) -> None:
        copies = [world.upload("beta", name, drawn(1, flipped=n)) for name, n in (("bob", 9), ("eve", 20))]
        (case,) = report(world, hashes=[drawn_hash(1, flipped=5)]).cases
        world.drain()
        claim_case(world.stack, case_id=case.case_id, reviewer="ada")
        separated = split_case(
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
        assert eve.cases[0] == separated.new_case.case_id
        assert case.case_id not in eve.cases

    def test_upload_held_only_by_the_claim_of_the_other_is_released(self, world: World) -> None:
        first = world.upload("alpha", "ann", drawn(1))
        filed = report(world, first, hashes=[drawn_hash(1)])
        world.drain()
        copy = world.upload("beta", "bob", drawn(1, flipped=NEAR))
        world.drain()
        (case,) = filed.cases
        claim_case(world.stack, case_id=case.case_id, reviewer="ada")
        other = split_case(
            world.stack,
            case_id=case.case_id,
            reviewer="ada",
            upload_ids=[copy.upload_id],
            expected_revision=None,
        ).new_case
        assert other.origin is CaseOrigin.MATCH
        world.drain()
        stored = world.stack.uploads.get(copy.upload_id)
        assert stored is not None
        assert stored.state is UploadState.PUBLISHED

    def test_claim_of_the_split_image_moves_with_it(self, world: World) -> None:
        """All claims of the split image move with it, including claims that are only counted."""
        ann = world.upload("alpha", "ann", drawn(1))
        bob = world.upload("beta", "bob", drawn(1, flipped=NEAR))
        with mock.patch.object(change_bank, "MAX_REPORT_SUPPORTS", 1):
            claims = [report(world, ann, hashes=[drawn_hash(1)]), report(world, hashes=[drawn_hash(1)])]
        of_bob = report(world, bob)
        (case_id,) = {filed.cases[0].case_id for filed in (*claims, of_bob)}
        claim_case(world.stack, case_id=case_id, reviewer="ada")
        separated = split_case(
            world.stack,
            case_id=case_id,
            reviewer="ada",
            upload_ids=[ann.upload_id],
            expected_revision=None,
        )
        assert separated.new_case.reports == tuple(filed.report.case_number for filed in claims)
        assert separated.remaining_case.reports == (of_bob.report.case_number,)
        assert (separated.remaining_case.entries, len(separated.new_case.entries)) == ((), 1)
        decide(world, case_id, NOT_VIOLATING)
        decide(world, separated.new_case.case_id, NOT_VIOLATING)
        world.drain()
        later = world.upload("beta", "eve", drawn(1, flipped=2))
        world.drain()
        stored = world.stack.uploads.get(later.upload_id)
        assert stored is not None
        assert stored.state is UploadState.PUBLISHED


class TestMetrics:
    def test_time_to_act_counts_from_the_report_which_counts_once(self, two: TwoImages) -> None:
        two.world.clock.advance(hours=10)
        claim_case(two.world.stack, case_id=two.case_id, reviewer="ada")
        other = two.split().new_case
        (record, *_) = two.records(other)
        progress, added = count_record(ChainCursor(), record)
        assert progress.valid_at == two.of_bob.report.valid_at
        assert "notices" not in [one.name for one in added]


def test_largest_case_is_split_in_one_transaction(world: World) -> None:
    uploads = [world.upload("alpha", f"ann{n}", drawn(1, flipped=n)) for n in range(MAX_CASE_UPLOADS)]
    filed = [report(world, *uploads) for _ in range(MAX_CASE_REPORTS)]
    (case,) = filed[-1].cases
    assert (len(case.uploads), len(case.reports)) == (MAX_CASE_UPLOADS, MAX_CASE_REPORTS)
    place_legal_hold(world.stack, case.case_id, actor=Actor.reviewer("sue"), reason=LegalHoldReason.COURT)
    claim_case(world.stack, case_id=case.case_id, reviewer="ada")
    other = split_case(
        world.stack,
        case_id=case.case_id,
        reviewer="ada",
        upload_ids=[one.upload_id for one in uploads[1:]],
        expected_revision=None,
    ).new_case
    assert (len(other.uploads), len(other.reports)) == (MAX_CASE_UPLOADS - 1, MAX_CASE_REPORTS)


class TestRejections:
    def test_at_least_one_upload_must_remain(self, two: TwoImages) -> None:
        with pytest.raises(InvalidRequest, match="has to stay"):
            two.split(two.ann, two.bob)

    def test_upload_of_another_case_is_rejected(self, two: TwoImages) -> None:
        with pytest.raises(InvalidRequest) as refused:
            two.split(two.bob, two.world.upload("alpha", "eve", drawn(7)))
        assert refused.value.pointers == {"/upload_ids/1": "not an upload of this case"}

    def test_uploads_with_the_same_hash_are_rejected(self, world: World) -> None:
        two = TwoImages(world)
        copy = world.upload("beta", "cat", drawn(1, copy=1))
        report(world, copy)
        with pytest.raises(Conflict, match="same hash"):
            two.split(copy)

    def test_stale_unclaimed_or_decided_case_is_rejected(self, two: TwoImages) -> None:
        with pytest.raises(StaleVersion):
            two.split(revision=two.case().revision - 1)
        with pytest.raises(ClaimedByAnother):
            two.split(reviewer="ben")
        recuse(two.world.stack, case_id=two.case_id, reviewer="ada")
        with pytest.raises(ConflictOfInterest):
            two.split()
        with pytest.raises(Conflict, match="Claim the case first"):
            two.split(reviewer="ben")
        decide(two.world, two.case_id, reviewer="ben")
        with pytest.raises(AlreadyDecided):
            two.split(reviewer="ben")
