"""Reports are filed, completed, viewed and withdrawn."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from staydown.aws import cases_store
from staydown.aws.codec import Codec, to_dynamodb
from staydown.domain.bank.entry import MAX_REPORT_SUPPORTS, BankEntry, Standing, Support, SupportSource
from staydown.domain.bank.hashes import PdqHash
from staydown.domain.cases import case as cases
from staydown.domain.cases.case import MAX_CASE_ENTRIES, MAX_CASE_REPORTS, MAX_CASE_UPLOADS, Case, CaseOrigin
from staydown.domain.cases.decisions import Decision, DecisionOutcome
from staydown.domain.cases.reports import Declarations, ReportedHash
from staydown.domain.cases.states import CaseState
from staydown.domain.errors import Conflict, InvalidRequest, NotFound, TooManyAttempts
from staydown.domain.uploads.upload import UploadState
from staydown.services.access.reporters import MAX_WRONG_SECRETS_PER_HOUR
from staydown.services.bank import supports as change_bank
from staydown.services.reports.amend_report import ReportUpdate, complete_report, withdraw_report
from staydown.services.reports.file_report import MAX_PICTURES, FiledReport, file_report
from staydown.services.reports.view_report import view_report
from staydown.services.review.review_queue import claim_case

from tests.support.actions import (
    FACTORS,
    FORM,
    INCOMPLETE,
    NOT_VIOLATING,
    decide,
    enforced_story,
    file_dismissal_appeal,
    file_match_appeal,
    report,
    report_and_decide,
    resolve_appeal,
)
from tests.support.dynamodb_rules import MAX_ITEM_BYTES, item_size
from tests.support.sample_images import drawn, drawn_hash
from tests.support.state_dump import StateDump, dump_state
from tests.support.world import World


def withdraw(world: World, filed: FiledReport) -> None:
    withdraw_report(world.stack, filed.report.case_number, filed.secret)


def standings(ledger: StateDump) -> set[Standing]:
    return {entry.standing for entry in ledger.entries.values()}


class TestFiling:
    def test_a_complete_report_is_valid_and_its_clock_runs(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        (case,) = filed.cases
        assert filed.report.missing == ()
        assert case.deadline == world.clock.now + timedelta(hours=48)
        assert (case.state, case.origin) == (CaseState.OPEN, CaseOrigin.REPORT)

    def test_incomplete_report_is_stored_without_a_deadline(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)), form=INCOMPLETE)
        assert filed.report.missing == ("/signature", "/contact")
        assert filed.cases[0].deadline is None

    def test_report_without_an_image_is_stored_without_a_case(self, world: World) -> None:
        filed = report(world)
        assert (filed.cases, filed.report.missing) == ((), ("/uploads",))
        view = view_report(world.stack, filed.report.case_number, filed.secret)
        assert (view.report, view.cases) == (replace(filed.report, version=1), ())

    @pytest.mark.law("GD4")
    def test_reporter_identity_is_stored_only_in_its_own_table(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        world.drain()
        reporters = world.cloud.settings.reporters_table
        for name, items in world.cloud.tables().items():
            assert ("jane@example.org" in repr(items)) == (name == reporters)
            assert filed.secret not in repr(items)
        assert not any("jane" in repr(event).lower() for event in world.events)

    def test_report_groups_uploads_of_one_image_into_one_case(self, world: World) -> None:
        uploads = [world.upload("alpha", "ann", data) for data in (drawn(1), drawn(2), drawn(1, flipped=31))]
        filed = report(world, *uploads)
        first, second, third = (upload.upload_id for upload in uploads)
        assert [set(case.uploads) for case in filed.cases] == [{first, third}, {second}]

    def test_second_report_joins_the_case_with_the_nearer_deadline(self, world: World) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        first = report(world, upload)
        world.clock.advance(hours=5)
        second = report(world, upload)
        assert second.cases[0].case_id == first.cases[0].case_id
        assert second.cases[0].deadline == first.cases[0].deadline

    def test_report_of_the_same_image_elsewhere_joins_the_case(self, world: World) -> None:
        """Two people report two uploads of the same file: one case."""
        first = report(world, world.upload("alpha", "ann", drawn(1)))
        second = report(world, world.upload("beta", "bob", drawn(1, copy=1)))
        other = report(world, world.upload("beta", "bob", drawn(2)))
        assert first.cases[0].case_id == second.cases[0].case_id != other.cases[0].case_id
        assert len(second.cases[0].uploads) == 2
        decide(world, first.cases[0].case_id)
        third = report(world, world.upload("alpha", "eve", drawn(1, copy=2)))
        assert third.cases[0].case_id != first.cases[0].case_id

    def test_report_of_a_copy_by_another_reporter_joins_the_case(self, world: World) -> None:
        """Two people report two similar uploads: one case with the earlier deadline."""
        first = report(world, world.upload("alpha", "ann", drawn(1)), form=INCOMPLETE)
        second = report(world, world.upload("beta", "bob", drawn(1, flipped=31)))
        (case,) = second.cases
        assert case.case_id == first.cases[0].case_id
        assert (len(case.uploads), len(case.reports), case.revision) == (2, 2, first.cases[0].revision + 2)
        assert case.deadline == world.clock.now + timedelta(hours=48)
        withdraw(world, first)
        assert dump_state(world.cloud).cases[case.case_id].state is CaseState.OPEN
        withdraw(world, second)
        assert dump_state(world.cloud).cases[case.case_id].state is CaseState.WITHDRAWN

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            pytest.param(drawn(1), drawn(1, flipped=32), id="not near enough"),
            pytest.param(drawn(1), drawn(1, flipped=1, quality=49), id="too plain"),
            pytest.param(drawn(1, quality=49), drawn(1, flipped=1), id="too plain before"),
        ],
    )
    def test_possibly_different_image_is_a_separate_case(
        self, world: World, one: bytes, other: bytes
    ) -> None:
        first = report(world, world.upload("alpha", "ann", one))
        second = report(world, world.upload("beta", "bob", other))
        assert first.cases[0].case_id != second.cases[0].case_id

    def test_copy_of_a_copy_joins_no_distant_case(self, world: World) -> None:
        """A copy is compared with the image that opened the case, so a chain of copies cannot drift away."""
        uploads = [world.upload("alpha", "ann", drawn(1, flipped=bits)) for bits in (0, 30, 60)]
        first, second, third = (report(world, upload).cases[0].case_id for upload in uploads)
        assert first == second != third

    def test_a_copy_joins_the_nearest_case(self, world: World) -> None:
        """If the nearest case is full, the copy joins the next one."""
        far, near = (
            report(world, world.upload("alpha", "ann", drawn(1, flipped=bits))).cases[0] for bits in (0, 40)
        )
        copies = [
            world.upload("beta", "bob", drawn(1, flipped=25, copy=number))
            for number in range(MAX_CASE_UPLOADS)
        ]
        joined = [report(world, copy).cases[0].case_id for copy in copies]
        assert joined == [near.case_id] * (MAX_CASE_UPLOADS - 1) + [far.case_id]

    @pytest.mark.parametrize(
        "outcome", [DecisionOutcome.VIOLATING, DecisionOutcome.NOT_VIOLATING, DecisionOutcome.SUSPECTED_CHILD]
    )
    def test_copy_joins_no_decided_case(self, world: World, outcome: DecisionOutcome) -> None:
        """A decided case no longer takes part in the comparison."""
        one, other = (world.upload("alpha", "ann", drawn(1, flipped=bits)) for bits in (0, 20))
        case = report_and_decide(world, one, outcome=outcome)
        assert case.grouping_hash is None
        assert report(world, other).cases[0].case_id != case.case_id

    def test_upload_found_to_differ_on_appeal_is_a_separate_case(self, world: World) -> None:
        """The upload matched a confirmed image by mistake; later reports do not match it again."""
        story = enforced_story(world, drawn(1))
        world.drain()
        alike = world.upload("beta", "bob", drawn(1, flipped=20))
        resolve_appeal(world, file_match_appeal(world, alike))
        world.drain()
        again = report(world, story.upload)
        assert report(world, alike).cases[0].case_id != again.cases[0].case_id

    def test_copy_beyond_the_comparison_limit_is_a_separate_case(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cases_store, "MAX_COMPARED_CASES", 1)
        first = report(world, world.upload("alpha", "ann", drawn(1))).cases[0]
        world.clock.advance(hours=1)  # the copy is compared with the case that is due first
        second = report(world, world.upload("alpha", "ann", drawn(2))).cases[0]
        copies = (world.upload("beta", "bob", drawn(seed, flipped=9)) for seed in (1, 2))
        third, fourth = (report(world, copy).cases[0] for copy in copies)
        assert third.case_id == first.case_id
        assert fourth.case_id not in {first.case_id, second.case_id}

    def test_a_report_by_upload_joins_the_case_of_its_hash(self, world: World) -> None:
        claimed = report(world, hashes=[drawn_hash(1)])
        upload = world.upload("alpha", "ann", drawn(1))
        assert report(world, upload).cases[0].case_id == claimed.cases[0].case_id

    def test_report_after_the_decision_is_a_separate_case(self, world: World) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        case = report_and_decide(world, upload, outcome=NOT_VIOLATING)
        assert report(world, upload).cases[0].case_id != case.case_id

    def test_upload_in_a_full_case_stays_in_it(self, world: World) -> None:
        report(world, hashes=[drawn_hash(1)])
        uploads = [world.upload("alpha", "ann", drawn(1, copy=number)) for number in range(MAX_CASE_UPLOADS)]
        (case_id,) = {upload.cases[0] for upload in uploads}
        assert report(world, uploads[3]).cases[0].case_id == case_id

    def test_case_takes_at_most_the_uploads_of_one_decision(self, world: World) -> None:
        uploads = [
            world.upload("alpha", "ann", drawn(1, copy=number)) for number in range(MAX_CASE_UPLOADS + 3)
        ]
        filed = report(world, *uploads)
        assert all(len(case.uploads) <= MAX_CASE_UPLOADS for case in filed.cases)
        assert sum(len(case.uploads) for case in filed.cases) == MAX_CASE_UPLOADS + 3

    def test_an_upload_and_the_hash_that_holds_it_are_one_case(self, world: World) -> None:
        report(world, hashes=[drawn_hash(1)])
        held = world.upload("alpha", "ann", drawn(1, flipped=3))
        filed = report(world, held, hashes=[drawn_hash(1)])
        assert len(filed.cases) == 1

    @pytest.mark.parametrize("apart", [0, 2, 31])
    def test_upload_and_hash_of_one_image_get_one_decision(self, world: World, apart: int) -> None:
        up = world.upload("alpha", "ann", drawn(1))
        filed = report(world, up, hashes=[drawn_hash(1, flipped=apart)])
        world.drain()
        (case,) = filed.cases
        assert (case.uploads, len(case.entries)) == ((up.upload_id,), 1)
        assert dump_state(world.cloud).cases.keys() == {case.case_id}
        decide(world, case.case_id)
        world.drain()
        assert world.reload(up).state is UploadState.REMOVED
        assert world.upload("beta", "bob", drawn(1, flipped=apart)).state is UploadState.BLOCKED

    def test_dismissal_of_upload_and_hash_releases_both(self, world: World) -> None:
        up = world.upload("alpha", "ann", drawn(1))
        filed = report(world, up, hashes=[drawn_hash(1, flipped=2)])
        world.drain()
        decide(world, filed.cases[0].case_id, DecisionOutcome.NOT_VIOLATING)
        world.drain()
        assert world.reload(up).state is UploadState.PUBLISHED
        assert world.upload("beta", "bob", drawn(1, flipped=2)).state is UploadState.PUBLISHED

    def test_upload_and_hash_of_another_image_are_two_cases(self, world: World) -> None:
        up = world.upload("alpha", "ann", drawn(1))
        assert len(report(world, up, hashes=[drawn_hash(1, flipped=33)]).cases) == 2

    def test_duplicate_hash_in_a_report_is_one_case(self, world: World) -> None:
        filed = report(world, hashes=[drawn_hash(1), drawn_hash(1)])
        assert len(filed.cases) == 1

    def test_the_largest_report_is_one_transaction(self, world: World) -> None:
        uploads = [world.upload("alpha", f"a{number}", drawn(number)) for number in range(5)]
        hashes = [drawn_hash(100 + number) for number in range(MAX_PICTURES - 5)]
        filed = report(world, *uploads, hashes=hashes)
        assert len(filed.cases) == MAX_PICTURES
        with pytest.raises(InvalidRequest, match="at most 15 images"):
            report(world, *uploads, hashes=[*hashes, drawn_hash(99)])

    @pytest.mark.promise(7)
    def test_repeated_request_is_one_report_with_a_working_secret(self, either_world: World) -> None:
        """The first answer was lost. Nobody would know the secret of a second report, to withdraw it."""
        world = either_world
        form = replace(FORM, hashes=(ReportedHash(drawn_hash(1), 100),))
        first = file_report(world.stack, form, request_id="request")
        again = file_report(world.stack, form, request_id="request")
        other = file_report(world.stack, replace(form, statement="more"), request_id="request")
        assert again.report.case_number == first.report.case_number != other.report.case_number
        assert view_report(world.stack, again.report.case_number, again.secret).cases
        ledger = dump_state(world.cloud)
        assert len(ledger.reports) == 2
        assert [len(case.reports) for case in ledger.cases.values()] == [2]

    def test_invalid_upload_or_hash_is_named_by_its_pointer(self, world: World) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        unknown = replace(FORM, uploads=(upload.upload_id, "nothing"))
        with pytest.raises(InvalidRequest) as refused:
            file_report(world.stack, unknown)
        assert refused.value.pointers.keys() == {"/uploads/1"}
        plain = replace(FORM, hashes=(ReportedHash(PdqHash(bytes(32)), 49),))
        with pytest.raises(InvalidRequest) as refused:
            file_report(world.stack, plain)
        assert refused.value.pointers.keys() == {"/hashes/0/quality"}

    def test_hash_of_a_published_image_is_reviewed_while_it_stays_up(self, world: World) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        report(world, hashes=[drawn_hash(1)])
        world.drain()
        again = world.reload(upload)
        assert again.state is UploadState.PUBLISHED
        assert len(again.cases) == 1

    def test_dismissed_hash_can_be_claimed_again(self, world: World) -> None:
        first = report(world, hashes=[drawn_hash(1)])
        decide(world, first.cases[0].case_id, NOT_VIOLATING)
        second = report(world, hashes=[drawn_hash(1)])
        assert second.cases[0].case_id != first.cases[0].case_id
        assert world.upload("alpha", "ann", drawn(1)).state is UploadState.HELD


class TestCompleting:
    def test_clock_starts_when_nothing_is_missing(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)), form=INCOMPLETE)
        world.clock.advance(hours=7)
        half = complete_report(
            world.stack, filed.report.case_number, filed.secret, ReportUpdate(signature="Jane Roe")
        )
        assert (half.valid_at, half.missing) == (None, ("/contact",))
        world.clock.advance(hours=1)
        whole = complete_report(
            world.stack, filed.report.case_number, filed.secret, ReportUpdate(email="jane@example.org")
        )
        assert whole.valid_at == world.clock.now
        case = dump_state(world.cloud).cases[filed.cases[0].case_id]
        assert case.deadline == world.clock.now + timedelta(hours=48)

    def test_requested_information_reopens_the_case(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        case = decide(world, filed.cases[0].case_id, DecisionOutcome.NEEDS_INFORMATION)
        assert case.state is CaseState.NEEDS_INFORMATION
        complete_report(
            world.stack, filed.report.case_number, filed.secret, ReportUpdate(statement="in my room")
        )
        assert dump_state(world.cloud).cases[case.case_id].state is CaseState.OPEN

    def test_change_of_contact_does_not_reopen_the_case(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        case = decide(world, filed.cases[0].case_id, DecisionOutcome.NEEDS_INFORMATION)
        another = ReportUpdate(email="jane@another.example")
        complete_report(world.stack, filed.report.case_number, filed.secret, another)
        ledger = dump_state(world.cloud)
        assert ledger.cases[case.case_id].state is CaseState.NEEDS_INFORMATION
        followed = view_report(world.stack, filed.report.case_number, filed.secret)
        assert followed.timeline[-1].text == "A reviewer needs more information to decide."

    def test_valid_report_keeps_its_first_valid_time(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        world.clock.advance(hours=1)
        again = complete_report(
            world.stack,
            filed.report.case_number,
            filed.secret,
            ReportUpdate(declarations=Declarations(True, True, True, True)),
        )
        assert again.valid_at == filed.report.valid_at

    def test_withdrawn_report_cannot_be_completed(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        withdraw(world, filed)
        with pytest.raises(Conflict, match="withdrawn"):
            complete_report(world.stack, filed.report.case_number, filed.secret, ReportUpdate())


class TestWithdrawing:
    def test_withdrawal_deactivates_hashes_and_releases_uploads(self, either_world: World) -> None:
        world = either_world
        filed = report(world, hashes=[drawn_hash(1)])
        held = world.upload("alpha", "ann", drawn(1, flipped=3))
        withdraw(world, filed)
        assert standings(dump_state(world.cloud)) == {Standing.INACTIVE}
        assert world.upload("beta", "bob", drawn(1)).state is UploadState.PUBLISHED
        world.drain()
        assert world.reload(held).state is UploadState.PUBLISHED

    def test_withdrawal_of_one_reporter_keeps_the_report_of_another(self, world: World) -> None:
        first, second = report(world, hashes=[drawn_hash(1)]), report(world, hashes=[drawn_hash(1)])
        held = world.upload("alpha", "ann", drawn(1, flipped=3))
        withdraw(world, first)
        world.drain()
        assert world.reload(held).state is UploadState.HELD
        assert standings(dump_state(world.cloud)) == {Standing.UNVERIFIED}
        withdraw(world, second)
        world.drain()
        assert world.reload(held).state is UploadState.PUBLISHED

    def test_withdrawal_keeps_an_existing_decision(self, world: World) -> None:
        filed = report(world, hashes=[drawn_hash(1)])
        held = world.upload("alpha", "ann", drawn(1, flipped=3))
        decide(world, filed.cases[0].case_id)
        withdraw(world, filed)
        world.drain()
        assert world.reload(held).state is UploadState.BLOCKED
        assert world.upload("beta", "bob", drawn(1)).state is UploadState.BLOCKED

    def test_withdrawal_does_not_publish_another_near_match(self, world: World) -> None:
        """The upload was never reviewed, and a withdrawn claim does not clear its other matches."""
        enforced_story(world, drawn(1))
        filed = report(world, hashes=[drawn_hash(1, flipped=60)])
        between = world.upload("alpha", "bob", drawn(1, flipped=40))
        assert between.cases == (filed.cases[0].case_id,)
        withdraw(world, filed)
        world.drain()
        assert world.reload(between).state is UploadState.HELD

    def test_withdrawn_claim_does_not_void_the_claim_of_another(self, world: World) -> None:
        """Otherwise an account holder could claim their own upload, withdraw, and evade the person shown."""
        posters = report(world, hashes=[drawn_hash(1)])
        held = world.upload("alpha", "ann", drawn(1, flipped=3))
        withdraw(world, posters)
        world.drain()
        report(world, hashes=[drawn_hash(1)])
        world.drain()
        (case_id,) = {case for case in world.reload(held).cases if case != posters.cases[0].case_id}
        assert held.upload_id in dump_state(world.cloud).cases[case_id].uploads

    def test_repeated_withdrawal_is_made_once(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        withdraw(world, filed)
        withdraw(world, filed)
        world.drain()
        assert len(world.events_of_type("case.withdrawn")) == 1

    def test_withdrawal_closes_a_claimed_case(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        claim_case(world.stack, case_id=filed.cases[0].case_id, reviewer="ada")
        withdraw(world, filed)
        with pytest.raises(Conflict, match="withdrawn"):
            decide(world, filed.cases[0].case_id)

    def test_a_report_of_many_full_cases_can_be_withdrawn(self, world: World) -> None:
        seeds = range(1, MAX_PICTURES + 1)
        filed = report(world, hashes=[drawn_hash(seed) for seed in seeds])
        held = [
            world.upload("alpha", "ann", drawn(seed, copy=number))
            for seed in (1, 2, 3)
            for number in range(MAX_CASE_UPLOADS)
        ]
        withdraw(world, filed)
        world.drain()
        assert {world.reload(upload).state for upload in held} == {UploadState.PUBLISHED}


class TestFollowing:
    @pytest.mark.law("US8")
    def test_number_and_secret_open_the_case_however_they_are_typed(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        typed = filed.report.case_number.lower().replace("-", " ")
        followed = view_report(world.stack, typed, filed.secret.lower().replace("-", ""))
        assert followed.report.case_number == filed.report.case_number
        assert [moment.text for moment in followed.timeline] == ["We opened a case."]

    def test_wrong_secret_and_unknown_number_get_one_answer(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        answers = []
        for number in (filed.report.case_number, "SD-0000-0000"):
            with pytest.raises(NotFound) as refused:
                view_report(world.stack, number, "wrong")
            answers.append(refused.value.detail)
        assert len(set(answers)) == 1

    def test_wrong_secrets_are_throttled_without_a_lockout(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        for _ in range(MAX_WRONG_SECRETS_PER_HOUR):
            with pytest.raises(NotFound):
                view_report(world.stack, filed.report.case_number, "wrong")
        with pytest.raises(TooManyAttempts):
            view_report(world.stack, filed.report.case_number, "wrong")
        assert view_report(world.stack, filed.report.case_number, filed.secret).cases
        world.clock.advance(hours=1)
        with pytest.raises(NotFound):
            view_report(world.stack, filed.report.case_number, "wrong")

    def test_information_request_is_not_shown_as_a_decision(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        decide(world, filed.cases[0].case_id, DecisionOutcome.NEEDS_INFORMATION)
        timeline = view_report(world.stack, filed.report.case_number, filed.secret).timeline
        assert timeline[-1].text == "A reviewer needs more information to decide."

    def test_timeline_omits_reveals_and_earlier_events(self, world: World) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        first = report(world, upload)
        world.clock.advance(hours=1)
        second = report(world, upload)
        world.clock.advance(hours=1)
        decide(world, first.cases[0].case_id)
        timeline = view_report(world.stack, second.report.case_number, second.secret).timeline
        assert [moment.text for moment in timeline] == [
            "A report was added to the case.",
            "A reviewer made a decision.",
        ]


class TestFullCases:
    """An undecided image with many reports."""

    @pytest.fixture(autouse=True)
    def small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(cases, "MAX_CASE_REPORTS", 3)
        monkeypatch.setattr(change_bank, "MAX_REPORT_SUPPORTS", 2)

    def test_full_case_is_followed_by_another(self, world: World) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        filed = [report(world, upload) for _ in range(4)]
        copy = report(world, world.upload("alpha", "ann", drawn(1, copy=1)))
        found = dump_state(world.cloud).cases
        assert sorted(len(case.reports) for case in found.values()) == [2, 3]
        assert filed[3].cases[0].case_id == copy.cases[0].case_id != filed[2].cases[0].case_id

    def test_further_claims_of_a_hash_count_once_per_case(self, world: World) -> None:
        filed = [report(world, hashes=[drawn_hash(1)]) for _ in range(8)]
        world.drain()
        ledger = dump_state(world.cloud)
        (entry,) = ledger.entries.values()
        own = {one.report.case_number for one in filed[:2]}
        shared = {one.cases[0].case_id for one in filed[2:]}
        assert {claim.reference for claim in entry.supports} == own | shared
        assert (len(shared), len(ledger.changes)) == (3, 2 + 3)
        assert len(world.events_of_type("bank.changed")) == 1, "only the first claim may change the bank"

    def test_shared_claim_stands_until_the_last_one_is_withdrawn(self, world: World) -> None:
        filed = [report(world, hashes=[drawn_hash(1)]) for _ in range(3)]
        for one in filed[:2]:
            withdraw(world, one)
        assert standings(dump_state(world.cloud)) == {Standing.UNVERIFIED}
        withdraw(world, filed[2])
        assert standings(dump_state(world.cloud)) == {Standing.INACTIVE}

    def test_shared_claim_follows_a_dismissal_and_its_reversal(self, world: World) -> None:
        filed = [report(world, hashes=[drawn_hash(1)]) for _ in range(3)]
        world.upload("alpha", "ann", drawn(1, flipped=3))
        for one in filed[:2]:
            withdraw(world, one)
        case_id = filed[2].cases[0].case_id
        decide(world, case_id, NOT_VIOLATING)
        (claimed,) = dump_state(world.cloud).entries.values()
        assert claimed.standing is Standing.INACTIVE
        resolve_appeal(world, file_dismissal_appeal(world, filed[2]))
        again = dump_state(world.cloud)
        assert again.entries[claimed.entry_id].standing is Standing.CONFIRMED


def test_reporters_of_a_full_case_are_erased(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    filed = [report(world, upload) for _ in range(MAX_CASE_REPORTS)]
    decide(world, filed[0].cases[0].case_id)
    world.clock.advance(days=191)
    world.apply_retention()
    assert not world.cloud.table(world.cloud.settings.reporters_table)


def test_full_case_is_far_below_the_item_size_limit() -> None:
    """Every field has its maximum length."""
    ids = tuple(str(uuid.UUID(int=number)) for number in range(200))
    decision = Decision(NOT_VIOLATING, FACTORS, "\U0001f600" * 5000, ids[0], datetime.now(UTC))
    references = [f"SD-{number:04}-0000" for number in range(MAX_CASE_REPORTS)]
    case = Case(
        ids[0],
        CaseState.DECIDED,
        CaseOrigin.REPORT,
        datetime.now(UTC),
        datetime.now(UTC),
        uploads=ids[:MAX_CASE_UPLOADS],
        entries=ids[:MAX_CASE_ENTRIES],
        blocked_accounts=tuple(("p" * 64, one) for one in ids[:MAX_CASE_UPLOADS]),
        reports=tuple(references),
        rejected_report_supports=tuple(
            (one, number) for one in ids[:MAX_CASE_ENTRIES] for number in (*references, ids[0])
        ),
        pending_appeals=ids[: MAX_CASE_REPORTS + MAX_CASE_UPLOADS],
        participants=frozenset(ids),
        hidden_uploads=ids[:MAX_CASE_UPLOADS],
        decision=decision,
        past_decisions=(decision,),
    )
    assert item_size(to_dynamodb(Codec(Case).dump(case))) < MAX_ITEM_BYTES / 3
    supports = frozenset(Support(SupportSource.REPORT, one) for one in [*ids, *ids[:MAX_REPORT_SUPPORTS]])
    entry = BankEntry(ids[0], drawn_hash(1), 100, bytes(32), 0, supports)
    assert item_size(to_dynamodb(Codec(BankEntry).dump(entry))) < MAX_ITEM_BYTES / 10
