"""Reports: filed, completed, followed, withdrawn."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from staydown.aws import cases_store
from staydown.aws.items import Codec, to_dynamodb
from staydown.domain import cases
from staydown.domain.bank import MAX_CLAIMS, Entry, Source, Standing, Support
from staydown.domain.case_states import CaseState
from staydown.domain.cases import MAX_ENTRIES, MAX_REPORTS, MAX_UPLOADS, Case, Origin
from staydown.domain.decisions import Decision, Outcome
from staydown.domain.errors import Conflict, InvalidRequest, NotFound, TooManyAttempts
from staydown.domain.hashes import PdqHash
from staydown.domain.reports import Declarations, ReportedHash
from staydown.domain.uploads import UploadState
from staydown.services.bank import change_bank
from staydown.services.reports.amend_report import Information, complete_report, withdraw_report
from staydown.services.reports.file_report import MOST_PICTURES, FiledReport, file_report
from staydown.services.reports.follow_report import WRONG_SECRETS_AN_HOUR, follow_report
from staydown.services.review.review_queue import claim_case

from tests.support.dynamodb_rules import MAX_ITEM, item_size
from tests.support.ledger import Ledger, read_ledger
from tests.support.people import (
    FACTORS,
    FORM,
    INCOMPLETE,
    NOT_VIOLATING,
    answer,
    appeal_as_reporter,
    appeal_of_stop,
    decide,
    judge,
    judged_story,
    report,
)
from tests.support.pictures import drawn, drawn_hash
from tests.support.world import World


def withdraw(world: World, filed: FiledReport) -> None:
    withdraw_report(world.stack, filed.report.case_number, filed.secret)


def standings(ledger: Ledger) -> set[Standing]:
    return {entry.standing for entry in ledger.entries.values()}


class TestFiling:
    def test_a_complete_report_is_valid_and_its_clock_runs(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        (case,) = filed.cases
        assert filed.report.missing == ()
        assert case.deadline == world.clock.now + timedelta(hours=48)
        assert (case.state, case.origin) == (CaseState.OPEN, Origin.REPORT)

    def test_an_incomplete_report_is_kept_and_has_no_deadline_yet(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)), form=INCOMPLETE)
        assert filed.report.missing == ("/signature", "/contact")
        assert filed.cases[0].deadline is None

    @pytest.mark.law("GD4")
    def test_who_reported_is_nowhere_but_in_a_table_of_its_own(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        world.drain()
        reporters = world.cloud.settings.reporters_table
        for name, items in world.cloud.tables().items():
            assert ("jane@example.org" in repr(items)) == (name == reporters)
            assert filed.secret not in repr(items)
        assert not any("jane" in repr(event).lower() for event in world.told)

    def test_uploads_of_one_image_are_one_case_and_others_are_others(self, world: World) -> None:
        uploads = [world.upload("alpha", "ann", data) for data in (drawn(1), drawn(2), drawn(1, flipped=31))]
        filed = report(world, *uploads)
        first, second, third = (upload.upload_id for upload in uploads)
        assert [set(case.uploads) for case in filed.cases] == [{first, third}, {second}]

    def test_a_second_report_joins_the_case_and_the_nearer_deadline_counts(self, world: World) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        first = report(world, upload)
        world.clock.advance(hours=5)
        second = report(world, upload)
        assert second.cases[0].case_id == first.cases[0].case_id
        assert second.cases[0].deadline == first.cases[0].deadline

    def test_another_s_report_of_the_same_image_by_another_upload_joins_the_case(self, world: World) -> None:
        """Posted twice as it is: two people, two uploads, one image to judge."""
        first = report(world, world.upload("alpha", "ann", drawn(1)))
        second = report(world, world.upload("beta", "bob", drawn(1, copy=1)))
        other = report(world, world.upload("beta", "bob", drawn(2)))
        assert first.cases[0].case_id == second.cases[0].case_id != other.cases[0].case_id
        assert len(second.cases[0].uploads) == 2
        decide(world, first.cases[0].case_id)
        third = report(world, world.upload("alpha", "eve", drawn(1, copy=2)))
        assert third.cases[0].case_id != first.cases[0].case_id

    def test_another_s_report_of_a_copy_joins_the_case(self, world: World) -> None:
        """Posted anew, a little altered: two people, two uploads, one image to judge, by the nearer clock."""
        first = report(world, world.upload("alpha", "ann", drawn(1)), form=INCOMPLETE)
        second = report(world, world.upload("beta", "bob", drawn(1, flipped=31)))
        (case,) = second.cases
        assert case.case_id == first.cases[0].case_id
        assert (len(case.uploads), len(case.reports), case.revision) == (2, 2, first.cases[0].revision + 2)
        assert case.deadline == world.clock.now + timedelta(hours=48)
        withdraw(world, first)
        assert read_ledger(world.cloud).cases[case.case_id].state is CaseState.OPEN
        withdraw(world, second)
        assert read_ledger(world.cloud).cases[case.case_id].state is CaseState.WITHDRAWN

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            pytest.param(drawn(1), drawn(1, flipped=32), id="not near enough"),
            pytest.param(drawn(1), drawn(1, flipped=1, quality=49), id="too plain"),
            pytest.param(drawn(1, quality=49), drawn(1, flipped=1), id="too plain before"),
        ],
    )
    def test_what_may_be_another_picture_is_a_case_of_its_own(
        self, world: World, one: bytes, other: bytes
    ) -> None:
        first = report(world, world.upload("alpha", "ann", one))
        second = report(world, world.upload("beta", "bob", other))
        assert first.cases[0].case_id != second.cases[0].case_id

    def test_copies_of_copies_join_no_case_that_they_are_far_from(self, world: World) -> None:
        """A case is known by the picture that it was opened for: by steps nothing gets away from that."""
        uploads = [world.upload("alpha", "ann", drawn(1, flipped=bits)) for bits in (0, 30, 60)]
        first, second, third = (report(world, upload).cases[0].case_id for upload in uploads)
        assert first == second != third

    def test_a_copy_joins_the_nearest_case(self, world: World) -> None:
        """And the next one where that is full."""
        far, near = (
            report(world, world.upload("alpha", "ann", drawn(1, flipped=bits))).cases[0] for bits in (0, 40)
        )
        copies = [
            world.upload("beta", "bob", drawn(1, flipped=25, copy=number)) for number in range(MAX_UPLOADS)
        ]
        joined = [report(world, copy).cases[0].case_id for copy in copies]
        assert joined == [near.case_id] * (MAX_UPLOADS - 1) + [far.case_id]

    @pytest.mark.parametrize("outcome", [Outcome.VIOLATING, Outcome.NOT_VIOLATING, Outcome.SUSPECTED_CHILD])
    def test_a_copy_joins_no_case_that_is_decided(self, world: World, outcome: Outcome) -> None:
        """Nor is it known any more of what it was."""
        one, other = (world.upload("alpha", "ann", drawn(1, flipped=bits)) for bits in (0, 20))
        case = judge(world, one, outcome=outcome)
        assert case.image is None
        assert report(world, other).cases[0].case_id != case.case_id

    def test_what_was_found_to_be_another_picture_is_a_case_of_its_own(self, world: World) -> None:
        """It looked like a judged picture and was stopped for it; that was wrong, and stays said."""
        story = judged_story(world, drawn(1))
        world.drain()
        alike = world.upload("beta", "bob", drawn(1, flipped=20))
        answer(world, appeal_of_stop(world, alike))
        world.drain()
        again = report(world, story.upload)
        assert report(world, alike).cases[0].case_id != again.cases[0].case_id

    def test_beyond_those_that_are_compared_a_copy_is_a_case_of_its_own(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cases_store, "MOST_COMPARED", 1)
        first = report(world, world.upload("alpha", "ann", drawn(1))).cases[0]
        world.clock.advance(hours=1)  # the one that is due first is the one that is compared
        second = report(world, world.upload("alpha", "ann", drawn(2))).cases[0]
        copies = (world.upload("beta", "bob", drawn(seed, flipped=9)) for seed in (1, 2))
        third, fourth = (report(world, copy).cases[0] for copy in copies)
        assert third.case_id == first.case_id
        assert fourth.case_id not in {first.case_id, second.case_id}

    def test_a_report_by_upload_joins_the_case_of_its_hash(self, world: World) -> None:
        claimed = report(world, hashes=[drawn_hash(1)])
        upload = world.upload("alpha", "ann", drawn(1))
        assert report(world, upload).cases[0].case_id == claimed.cases[0].case_id

    def test_a_report_after_the_decision_is_a_case_of_its_own(self, world: World) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        case = judge(world, upload, outcome=NOT_VIOLATING)
        assert report(world, upload).cases[0].case_id != case.case_id

    def test_an_upload_that_is_in_a_full_case_stays_in_it(self, world: World) -> None:
        report(world, hashes=[drawn_hash(1)])
        uploads = [world.upload("alpha", "ann", drawn(1, copy=number)) for number in range(MAX_UPLOADS)]
        (case_id,) = {upload.cases[0] for upload in uploads}
        assert report(world, uploads[3]).cases[0].case_id == case_id

    def test_no_case_takes_more_uploads_than_one_decision_can_act_on(self, world: World) -> None:
        uploads = [world.upload("alpha", "ann", drawn(1, copy=number)) for number in range(MAX_UPLOADS + 3)]
        filed = report(world, *uploads)
        assert all(len(case.uploads) <= MAX_UPLOADS for case in filed.cases)
        assert sum(len(case.uploads) for case in filed.cases) == MAX_UPLOADS + 3

    def test_an_upload_and_the_hash_that_holds_it_are_one_case(self, world: World) -> None:
        report(world, hashes=[drawn_hash(1)])
        held = world.upload("alpha", "ann", drawn(1, flipped=3))
        filed = report(world, held, hashes=[drawn_hash(1)])
        assert len(filed.cases) == 1

    @pytest.mark.parametrize("apart", [0, 2, 31])
    def test_an_upload_and_the_hash_of_the_same_picture_have_one_answer(
        self, world: World, apart: int
    ) -> None:
        up = world.upload("alpha", "ann", drawn(1))
        filed = report(world, up, hashes=[drawn_hash(1, flipped=apart)])
        world.drain()
        (case,) = filed.cases
        assert (case.uploads, len(case.entries)) == ((up.upload_id,), 1)
        assert read_ledger(world.cloud).cases.keys() == {case.case_id}
        decide(world, case.case_id)
        world.drain()
        assert world.again(up).state is UploadState.REMOVED
        assert world.upload("beta", "bob", drawn(1, flipped=apart)).state is UploadState.BLOCKED

    def test_when_both_are_found_not_violating_neither_stops_anything(self, world: World) -> None:
        up = world.upload("alpha", "ann", drawn(1))
        filed = report(world, up, hashes=[drawn_hash(1, flipped=2)])
        world.drain()
        decide(world, filed.cases[0].case_id, Outcome.NOT_VIOLATING)
        world.drain()
        assert world.again(up).state is UploadState.PUBLISHED
        assert world.upload("beta", "bob", drawn(1, flipped=2)).state is UploadState.PUBLISHED

    def test_an_upload_and_the_hash_of_another_picture_are_two_cases(self, world: World) -> None:
        up = world.upload("alpha", "ann", drawn(1))
        assert len(report(world, up, hashes=[drawn_hash(1, flipped=33)]).cases) == 2

    def test_the_same_hash_twice_in_one_report_is_one(self, world: World) -> None:
        filed = report(world, hashes=[drawn_hash(1), drawn_hash(1)])
        assert len(filed.cases) == 1

    def test_the_largest_report_is_one_transaction(self, world: World) -> None:
        uploads = [world.upload("alpha", f"a{number}", drawn(number)) for number in range(5)]
        hashes = [drawn_hash(100 + number) for number in range(MOST_PICTURES - 5)]
        filed = report(world, *uploads, hashes=hashes)
        assert len(filed.cases) == MOST_PICTURES
        with pytest.raises(InvalidRequest, match="15 pictures at most"):
            report(world, *uploads, hashes=[*hashes, drawn_hash(99)])

    def test_promise_7_a_request_told_again_is_one_report_with_a_secret_that_opens_it(
        self, either_world: World
    ) -> None:
        """Its first answer was lost: nobody could ever withdraw a second report that nobody knows of."""
        world = either_world
        form = replace(FORM, hashes=(ReportedHash(drawn_hash(1), 100),))
        first = file_report(world.stack, form, request_id="request")
        again = file_report(world.stack, form, request_id="request")
        other = file_report(world.stack, replace(form, statement="more"), request_id="request")
        assert again.report.case_number == first.report.case_number != other.report.case_number
        assert follow_report(world.stack, again.report.case_number, again.secret).cases
        ledger = read_ledger(world.cloud)
        assert len(ledger.reports) == 2
        assert [len(case.reports) for case in ledger.cases.values()] == [2]

    def test_what_is_not_there_or_says_too_little_is_named_by_its_place(self, world: World) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        unknown = replace(FORM, uploads=(upload.upload_id, "nothing"))
        with pytest.raises(InvalidRequest) as refused:
            file_report(world.stack, unknown)
        assert refused.value.pointers.keys() == {"/uploads/1"}
        plain = replace(FORM, hashes=(ReportedHash(PdqHash(bytes(32)), 49),))
        with pytest.raises(InvalidRequest) as refused:
            file_report(world.stack, plain)
        assert refused.value.pointers.keys() == {"/hashes/0/quality"}

    def test_a_hash_of_a_published_picture_brings_it_to_a_reviewer_and_leaves_it_up(
        self, world: World
    ) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        report(world, hashes=[drawn_hash(1)])
        world.drain()
        again = world.again(upload)
        assert again.state is UploadState.PUBLISHED
        assert len(again.cases) == 1

    def test_a_hash_that_is_refused_already_can_be_claimed_again(self, world: World) -> None:
        first = report(world, hashes=[drawn_hash(1)])
        decide(world, first.cases[0].case_id, NOT_VIOLATING)
        second = report(world, hashes=[drawn_hash(1)])
        assert second.cases[0].case_id != first.cases[0].case_id
        assert world.upload("alpha", "ann", drawn(1)).state is UploadState.HELD


class TestCompleting:
    def test_the_clock_runs_from_when_nothing_is_missing(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)), form=INCOMPLETE)
        world.clock.advance(hours=7)
        half = complete_report(
            world.stack, filed.report.case_number, filed.secret, Information(signature="Jane Roe")
        )
        assert (half.valid_at, half.missing) == (None, ("/contact",))
        world.clock.advance(hours=1)
        whole = complete_report(
            world.stack, filed.report.case_number, filed.secret, Information(email="jane@example.org")
        )
        assert whole.valid_at == world.clock.now
        case = read_ledger(world.cloud).cases[filed.cases[0].case_id]
        assert case.deadline == world.clock.now + timedelta(hours=48)

    def test_what_was_asked_for_reopens_the_case(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        case = decide(world, filed.cases[0].case_id, Outcome.NEEDS_INFORMATION)
        assert case.state is CaseState.NEEDS_INFORMATION
        complete_report(
            world.stack, filed.report.case_number, filed.secret, Information(statement="in my room")
        )
        assert read_ledger(world.cloud).cases[case.case_id].state is CaseState.OPEN

    def test_how_its_sender_is_reached_is_nothing_to_the_case(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        case = decide(world, filed.cases[0].case_id, Outcome.NEEDS_INFORMATION)
        another = Information(email="jane@another.example")
        complete_report(world.stack, filed.report.case_number, filed.secret, another)
        ledger = read_ledger(world.cloud)
        assert ledger.cases[case.case_id].state is CaseState.NEEDS_INFORMATION
        followed = follow_report(world.stack, filed.report.case_number, filed.secret)
        assert followed.timeline[-1].what == "A reviewer needs to know more before it can be decided."

    def test_a_valid_report_stays_valid_from_its_first_moment(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        world.clock.advance(hours=1)
        again = complete_report(
            world.stack,
            filed.report.case_number,
            filed.secret,
            Information(declarations=Declarations(True, True, True, True)),
        )
        assert again.valid_at == filed.report.valid_at

    def test_a_withdrawn_report_can_not_be_completed(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        withdraw(world, filed)
        with pytest.raises(Conflict, match="withdrawn"):
            complete_report(world.stack, filed.report.case_number, filed.secret, Information())


class TestWithdrawing:
    def test_its_hashes_are_inactive_at_once_and_what_they_held_is_published(
        self, either_world: World
    ) -> None:
        world = either_world
        filed = report(world, hashes=[drawn_hash(1)])
        held = world.upload("alpha", "ann", drawn(1, flipped=3))
        withdraw(world, filed)
        assert standings(read_ledger(world.cloud)) == {Standing.INACTIVE}
        assert world.upload("beta", "bob", drawn(1)).state is UploadState.PUBLISHED
        world.drain()
        assert world.again(held).state is UploadState.PUBLISHED

    def test_one_of_two_reporters_leaves_the_other_s_report_standing(self, world: World) -> None:
        first, second = report(world, hashes=[drawn_hash(1)]), report(world, hashes=[drawn_hash(1)])
        held = world.upload("alpha", "ann", drawn(1, flipped=3))
        withdraw(world, first)
        world.drain()
        assert world.again(held).state is UploadState.HELD
        assert standings(read_ledger(world.cloud)) == {Standing.UNVERIFIED}
        withdraw(world, second)
        world.drain()
        assert world.again(held).state is UploadState.PUBLISHED

    def test_a_decision_that_was_made_stays(self, world: World) -> None:
        filed = report(world, hashes=[drawn_hash(1)])
        held = world.upload("alpha", "ann", drawn(1, flipped=3))
        decide(world, filed.cases[0].case_id)
        withdraw(world, filed)
        world.drain()
        assert world.again(held).state is UploadState.BLOCKED
        assert world.upload("beta", "bob", drawn(1)).state is UploadState.BLOCKED

    def test_what_is_near_a_judged_picture_as_well_is_still_not_published_unseen(self, world: World) -> None:
        """Promise 4. Nobody looked at it: who withdraws a claim says nothing of what else it is near to."""
        judged_story(world, drawn(1))
        filed = report(world, hashes=[drawn_hash(1, flipped=60)])
        between = world.upload("alpha", "bob", drawn(1, flipped=40))
        assert between.cases == (filed.cases[0].case_id,)
        withdraw(world, filed)
        world.drain()
        assert world.again(between).state is UploadState.HELD

    def test_a_claim_that_was_withdrawn_makes_nobody_else_s_claim_void(self, world: World) -> None:
        """Otherwise a poster could claim their own upload, withdraw, and be safe from the person shown."""
        posters = report(world, hashes=[drawn_hash(1)])
        held = world.upload("alpha", "ann", drawn(1, flipped=3))
        withdraw(world, posters)
        world.drain()
        report(world, hashes=[drawn_hash(1)])
        world.drain()
        (case_id,) = {case for case in world.again(held).cases if case != posters.cases[0].case_id}
        assert held.upload_id in read_ledger(world.cloud).cases[case_id].uploads

    def test_told_twice_it_is_one(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        withdraw(world, filed)
        withdraw(world, filed)
        world.drain()
        assert len(world.told_of("case.withdrawn")) == 1

    def test_a_claimed_case_is_closed_under_its_reviewer_who_is_told(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        claim_case(world.stack, case_id=filed.cases[0].case_id, reviewer="ada")
        withdraw(world, filed)
        with pytest.raises(Conflict, match="withdrawn"):
            decide(world, filed.cases[0].case_id)

    def test_a_report_of_many_full_cases_can_be_withdrawn(self, world: World) -> None:
        seeds = range(1, MOST_PICTURES + 1)
        filed = report(world, hashes=[drawn_hash(seed) for seed in seeds])
        held = [
            world.upload("alpha", "ann", drawn(seed, copy=number))
            for seed in (1, 2, 3)
            for number in range(MAX_UPLOADS)
        ]
        withdraw(world, filed)
        world.drain()
        assert {world.again(upload).state for upload in held} == {UploadState.PUBLISHED}


class TestFollowing:
    @pytest.mark.law("US8")
    def test_number_and_secret_open_the_case_however_they_are_typed(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        typed = filed.report.case_number.lower().replace("-", " ")
        followed = follow_report(world.stack, typed, filed.secret.lower().replace("-", ""))
        assert followed.report.case_number == filed.report.case_number
        assert [moment.what for moment in followed.timeline] == ["We opened a case."]

    def test_a_wrong_secret_and_an_unknown_number_are_one_answer(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        answers = []
        for number in (filed.report.case_number, "SD-0000-0000"):
            with pytest.raises(NotFound) as refused:
                follow_report(world.stack, number, "wrong")
            answers.append(refused.value.detail)
        assert len(set(answers)) == 1

    def test_guessing_is_slowed_down_and_locks_nobody_out(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        for _ in range(WRONG_SECRETS_AN_HOUR):
            with pytest.raises(NotFound):
                follow_report(world.stack, filed.report.case_number, "wrong")
        with pytest.raises(TooManyAttempts):
            follow_report(world.stack, filed.report.case_number, "wrong")
        assert follow_report(world.stack, filed.report.case_number, filed.secret).cases
        world.clock.advance(hours=1)
        with pytest.raises(NotFound):
            follow_report(world.stack, filed.report.case_number, "wrong")

    def test_who_is_asked_for_more_is_not_told_that_it_was_decided(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        decide(world, filed.cases[0].case_id, Outcome.NEEDS_INFORMATION)
        told = follow_report(world.stack, filed.report.case_number, filed.secret).timeline
        assert told[-1].what == "A reviewer needs to know more before it can be decided."

    def test_looks_and_what_came_before_are_not_told(self, world: World) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        first = report(world, upload)
        world.clock.advance(hours=1)
        second = report(world, upload)
        world.clock.advance(hours=1)
        decide(world, first.cases[0].case_id)
        told = follow_report(world.stack, second.report.case_number, second.secret).timeline
        assert [moment.what for moment in told] == ["A report was added to the case.", "It was decided."]


class TestVeryMany:
    """One image, reported again and again while nobody decides."""

    @pytest.fixture(autouse=True)
    def small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(cases, "MAX_REPORTS", 3)
        monkeypatch.setattr(change_bank, "MAX_CLAIMS", 2)

    def test_a_full_case_is_followed_by_a_further_one(self, world: World) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        filed = [report(world, upload) for _ in range(4)]
        copy = report(world, world.upload("alpha", "ann", drawn(1, copy=1)))
        found = read_ledger(world.cloud).cases
        assert sorted(len(case.reports) for case in found.values()) == [2, 3]
        assert filed[3].cases[0].case_id == copy.cases[0].case_id != filed[2].cases[0].case_id

    def test_further_claims_of_a_hash_count_once_for_each_case(self, world: World) -> None:
        filed = [report(world, hashes=[drawn_hash(1)]) for _ in range(8)]
        world.drain()
        ledger = read_ledger(world.cloud)
        (entry,) = ledger.entries.values()
        own = {one.report.case_number for one in filed[:2]}
        shared = {one.cases[0].case_id for one in filed[2:]}
        assert {claim.reference for claim in entry.supports} == own | shared
        assert (len(shared), len(ledger.changes)) == (3, 2 + 3)
        assert len(world.told_of("bank.changed")) == 1, "it stood as it does from the first of them on"

    def test_what_the_claims_share_stands_until_the_last_of_them_is_withdrawn(self, world: World) -> None:
        filed = [report(world, hashes=[drawn_hash(1)]) for _ in range(3)]
        for one in filed[:2]:
            withdraw(world, one)
        assert standings(read_ledger(world.cloud)) == {Standing.UNVERIFIED}
        withdraw(world, filed[2])
        assert standings(read_ledger(world.cloud)) == {Standing.INACTIVE}

    def test_what_the_claims_share_goes_with_a_refusal_and_comes_back_with_it(self, world: World) -> None:
        filed = [report(world, hashes=[drawn_hash(1)]) for _ in range(3)]
        world.upload("alpha", "ann", drawn(1, flipped=3))
        for one in filed[:2]:
            withdraw(world, one)
        case_id = filed[2].cases[0].case_id
        decide(world, case_id, NOT_VIOLATING)
        (claimed,) = read_ledger(world.cloud).entries.values()
        assert claimed.standing is Standing.INACTIVE
        answer(world, appeal_as_reporter(world, filed[2]))
        again = read_ledger(world.cloud)
        assert again.entries[claimed.entry_id].standing is Standing.CONFIRMED


def test_who_sent_the_reports_of_a_full_case_is_erased(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    filed = [report(world, upload) for _ in range(MAX_REPORTS)]
    decide(world, filed[0].cases[0].case_id)
    world.clock.advance(days=191)
    world.retain()
    assert not world.cloud.table(world.cloud.settings.reporters_table)


def test_a_full_case_is_far_smaller_than_an_item_may_be() -> None:
    """With the longest that each part of it can be."""
    ids = tuple(str(uuid.UUID(int=number)) for number in range(200))
    decision = Decision(NOT_VIOLATING, FACTORS, "\U0001f600" * 5000, ids[0], datetime.now(UTC))
    references = [f"SD-{number:04}-0000" for number in range(MAX_REPORTS)]
    case = Case(
        ids[0],
        CaseState.DECIDED,
        Origin.REPORT,
        datetime.now(UTC),
        datetime.now(UTC),
        uploads=ids[:MAX_UPLOADS],
        entries=ids[:MAX_ENTRIES],
        blocked=tuple(("p" * 64, one) for one in ids[:MAX_UPLOADS]),
        reports=tuple(references),
        refused=tuple((one, number) for one in ids[:MAX_ENTRIES] for number in (*references, ids[0])),
        appeals=ids[: MAX_REPORTS + MAX_UPLOADS],
        involved=frozenset(ids),
        hidden=ids[:MAX_UPLOADS],
        decision=decision,
        former=(decision,),
    )
    assert item_size(to_dynamodb(Codec(Case).dump(case))) < MAX_ITEM / 3
    supports = frozenset(Support(Source.REPORT, one) for one in [*ids, *ids[:MAX_CLAIMS]])
    entry = Entry(ids[0], drawn_hash(1), 100, bytes(32), 0, supports)
    assert item_size(to_dynamodb(Codec(Entry).dump(entry))) < MAX_ITEM / 10
