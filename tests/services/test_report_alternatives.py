"""Reports by URL, reports by representatives, and recovery of a lost secret."""

from __future__ import annotations

from dataclasses import replace

import pytest
from staydown.domain.cases.reports import RelationToSubject, RepresentativeRole
from staydown.domain.errors import InvalidRequest, NotFound, TooManyAttempts
from staydown.domain.uploads.upload import UploadState
from staydown.services.access.cases import Viewer
from staydown.services.access.reporters import authenticate_reporter, recover_secret
from staydown.services.reports.file_report import FiledReport, file_report
from staydown.services.review.view_case import view_case

from tests.support.actions import FORM, decide
from tests.support.sample_images import drawn
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
    def test_platform_address_identifies_the_upload(self, world: World, written: str) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        base = world.stack.settings.published_base_url
        address = written.format(base=base, key=upload.public_key)
        filed = file_report(world.stack, replace(FORM, addresses=(address,)))
        assert (filed.report.uploads, filed.report.locations) == ((upload.upload_id,), ())
        assert filed.report.valid_at is not None
        decide(world, filed.cases[0].case_id)
        world.drain()
        assert world.reload(upload).state is UploadState.REMOVED

    def test_upload_named_and_addressed_is_listed_once(self, world: World) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        form = replace(FORM, uploads=(upload.upload_id,), addresses=(upload.public_key,))
        assert file_report(world.stack, form).report.uploads == (upload.upload_id,)

    def test_external_address_is_stored_and_shown_to_the_reviewer(self, world: World) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        elsewhere = f"beta/{upload.upload_id}"
        others = ("https://example.org/a?b=c", elsewhere, f"{upload.public_key}/more")
        filed = file_report(world.stack, replace(FORM, addresses=others))
        assert (filed.report.uploads, filed.report.locations) == ((), others)
        assert filed.report.missing == ("/uploads",)
        assert filed.report.valid_at is None
        view = view_case(world.stack, case_id=filed.cases[0].case_id, viewer=Viewer("ada"))
        assert view.reports[0].locations == others

    def test_too_many_platform_addresses_are_rejected(self, world: World) -> None:
        keys = tuple(world.upload("alpha", "ann", drawn(seed)).public_key for seed in range(16))
        with pytest.raises(InvalidRequest):
            file_report(world.stack, replace(FORM, addresses=keys))


@pytest.mark.law("US1")
def test_authority_of_a_representative_is_stored_and_shown(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    form = replace(
        FORM,
        uploads=(upload.upload_id,),
        relation=RelationToSubject.REPRESENTATIVE,
        authority=RepresentativeRole.LAWYER,
    )
    filed = file_report(world.stack, form)
    assert filed.report.valid_at is not None
    view = view_case(world.stack, case_id=filed.cases[0].case_id, viewer=Viewer("ada"))
    assert view.reports[0].authority is RepresentativeRole.LAWYER


class TestSecretRecovery:
    def test_recovery_phrase_replaces_the_secret(self, world: World) -> None:
        filed = with_phrase(world)
        number = filed.report.case_number
        secret = recover_secret(world.stack, number.lower(), "  The KETTLE sings  on sundays ")
        assert authenticate_reporter(world.stack, number, secret).case_number == number
        with pytest.raises(NotFound):
            authenticate_reporter(world.stack, number, filed.secret)

    def test_wrong_or_missing_phrase_and_number_get_one_answer(self, world: World) -> None:
        filed, without = with_phrase(world), with_phrase(world, "")
        asked = [
            (filed.report.case_number, "the kettle sings on Mondays"),
            (without.report.case_number, ""),
            (without.report.case_number, PHRASE),
            ("SD-0000-0000", PHRASE),
            ("SD-0000-0000", ""),
        ]
        details = set()
        for number, phrase in asked:
            with pytest.raises(NotFound) as refused:
                recover_secret(world.stack, number, phrase)
            details.add(refused.value.detail)
        assert len(details) == 1

    @pytest.mark.parametrize("known", [True, False])
    def test_recovery_stops_after_five_wrong_phrases(self, world: World, known: bool) -> None:
        number = with_phrase(world).report.case_number if known else "SD-0000-0000"
        for _ in range(5):
            with pytest.raises(NotFound):
                recover_secret(world.stack, number, "a guess that is wrong")
        with pytest.raises(TooManyAttempts):
            recover_secret(world.stack, number, PHRASE)
        if known:
            world.clock.advance(hours=1)
            assert recover_secret(world.stack, number, PHRASE)

    def test_only_a_salted_hash_of_the_phrase_is_stored(self, world: World) -> None:
        filed = with_phrase(world)
        tables = {name: str(world.cloud.table(name)) for name in world.cloud.table_names}
        assert not [name for name, text in tables.items() if "kettle" in text]
        other = with_phrase(world)
        kept = {
            found.recovery_phrase_digest
            for one in (filed, other)
            if (found := world.stack.reporters.get(one.report.case_number)) is not None
        }
        assert len(kept) == 2, "the hashes of one phrase share a salt"
