"""An address instead of an id, somebody who acts for another, a way back to a lost secret."""

from __future__ import annotations

from dataclasses import replace

import pytest
from staydown.domain.errors import InvalidRequest, NotFound, TooManyAttempts
from staydown.domain.reports import Authority, Relation
from staydown.domain.uploads import UploadState
from staydown.services.reports.file_report import FiledReport, file_report
from staydown.services.reports.follow_report import open_report
from staydown.services.reports.recover_secret import recover_secret
from staydown.services.review.view_case import Onlooker, view_case

from tests.support.people import FORM, decide
from tests.support.pictures import drawn
from tests.support.world import World

PHRASE = "the kettle sings on Sundays"


def with_phrase(world: World, phrase: str = PHRASE) -> FiledReport:
    upload = world.upload("alpha", "ann", drawn(1))
    form = replace(FORM, uploads=(upload.upload_id,), recovery_phrase=phrase)
    return file_report(world.stack, form)


class TestAddresses:
    @pytest.mark.law("US2", "EU1")
    @pytest.mark.parametrize(
        "written", ["{base}/{key}", "{base}/{key}?size=small#top", "{key}", " {base}/{key} "]
    )
    def test_an_address_of_ours_is_as_good_as_naming_the_upload(self, world: World, written: str) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        base = world.stack.settings.published_base_url
        address = written.format(base=base, key=upload.public_key)
        filed = file_report(world.stack, replace(FORM, addresses=(address,)))
        assert (filed.report.uploads, filed.report.addresses) == ((upload.upload_id,), ())
        assert filed.report.valid_at is not None
        decide(world, filed.cases[0].case_id)
        world.drain()
        assert world.again(upload).state is UploadState.REMOVED

    def test_an_upload_that_is_named_and_addressed_is_one(self, world: World) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        form = replace(FORM, uploads=(upload.upload_id,), addresses=(upload.public_key,))
        assert file_report(world.stack, form).report.uploads == (upload.upload_id,)

    def test_another_address_is_kept_as_given_and_read_by_a_reviewer(self, world: World) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        elsewhere = f"beta/{upload.upload_id}"
        others = ("https://example.org/a?b=c", elsewhere, f"{upload.public_key}/more")
        filed = file_report(world.stack, replace(FORM, addresses=others))
        assert (filed.report.uploads, filed.report.addresses) == ((), others)
        assert filed.report.missing == ("/uploads",)
        assert filed.report.valid_at is None
        view = view_case(world.stack, case_id=filed.cases[0].case_id, onlooker=Onlooker("ada"))
        assert view.reports[0].addresses == others

    def test_more_addresses_of_ours_than_a_report_takes_are_refused(self, world: World) -> None:
        keys = tuple(world.upload("alpha", "ann", drawn(seed)).public_key for seed in range(16))
        with pytest.raises(InvalidRequest):
            file_report(world.stack, replace(FORM, addresses=keys))


@pytest.mark.law("US1")
def test_by_what_somebody_acts_for_another_is_kept_and_shown(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    form = replace(
        FORM, uploads=(upload.upload_id,), relation=Relation.REPRESENTATIVE, authority=Authority.LAWYER
    )
    filed = file_report(world.stack, form)
    assert filed.report.valid_at is not None
    view = view_case(world.stack, case_id=filed.cases[0].case_id, onlooker=Onlooker("ada"))
    assert view.reports[0].authority is Authority.LAWYER


class TestALostSecret:
    def test_the_phrase_gives_a_new_one_in_place_of_the_lost_one(self, world: World) -> None:
        filed = with_phrase(world)
        number = filed.report.case_number
        secret = recover_secret(world.stack, number.lower(), "  The KETTLE sings  on sundays ")
        assert open_report(world.stack, number, secret).case_number == number
        with pytest.raises(NotFound):
            open_report(world.stack, number, filed.secret)

    def test_no_phrase_a_wrong_one_and_an_unknown_number_are_one_answer(self, world: World) -> None:
        filed, without = with_phrase(world), with_phrase(world, "")
        asked = [
            (filed.report.case_number, "the kettle sings on Mondays"),
            (without.report.case_number, ""),
            (without.report.case_number, PHRASE),
            ("SD-0000-0000", PHRASE),
            ("SD-0000-0000", ""),
        ]
        told = set()
        for number, phrase in asked:
            with pytest.raises(NotFound) as refused:
                recover_secret(world.stack, number, phrase)
            told.add(refused.value.detail)
        assert len(told) == 1

    @pytest.mark.parametrize("known", [True, False])
    def test_guessing_stops_after_five_for_a_number_that_there_is_and_one_that_there_is_not(
        self, world: World, known: bool
    ) -> None:
        number = with_phrase(world).report.case_number if known else "SD-0000-0000"
        for _ in range(5):
            with pytest.raises(NotFound):
                recover_secret(world.stack, number, "a guess that is wrong")
        with pytest.raises(TooManyAttempts):
            recover_secret(world.stack, number, PHRASE)
        if known:
            world.clock.advance(hours=1)
            assert recover_secret(world.stack, number, PHRASE)

    def test_of_the_phrase_a_salted_hash_alone_is_kept_and_where_no_reviewer_reads(
        self, world: World
    ) -> None:
        filed = with_phrase(world)
        tables = {name: str(world.cloud.table(name)) for name in world.cloud.table_names}
        assert not [name for name, text in tables.items() if "kettle" in text]
        other = with_phrase(world)
        kept = {
            found.recovery
            for one in (filed, other)
            if (found := world.stack.reporters.get(one.report.case_number)) is not None
        }
        assert len(kept) == 2, "the same phrase, two salts"
