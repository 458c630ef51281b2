"""Use cases about reports, prepared up to the call under test."""

from __future__ import annotations

from dataclasses import replace

from staydown.domain.cases.reports import ReportedHash
from staydown.services.access.reporters import recover_secret
from staydown.services.reports.amend_report import ReportUpdate, complete_report, withdraw_report
from staydown.services.reports.file_report import file_report

from tests.faults.steps import Action, UseCase
from tests.support.actions import (
    FORM,
    INCOMPLETE,
    report,
)
from tests.support.sample_images import drawn, drawn_hash
from tests.support.world import World


def report_of_a_copy(world: World) -> Action:
    """Another reporter has already reported another upload of the image."""
    report(world, world.upload("alpha", "ann", drawn(1)))
    copy = world.upload("beta", "bob", drawn(1, flipped=20))
    form = replace(FORM, uploads=(copy.upload_id,))
    return lambda _: file_report(world.stack, form, request_id="the same")


def report_of_uploads_and_hashes(world: World) -> Action:
    uploads = tuple(world.upload("alpha", "ann", drawn(n)).upload_id for n in (1, 2))
    form = replace(FORM, uploads=uploads, hashes=(ReportedHash(drawn_hash(3), 90),))
    return lambda _: file_report(world.stack, form, request_id="a request")


def secret_recovered(world: World) -> Action:
    upload = world.upload("alpha", "ann", drawn(1))
    form = replace(FORM, uploads=(upload.upload_id,), recovery_phrase="the kettle sings on Sundays")
    filed = file_report(world.stack, form)
    return lambda _: recover_secret(world.stack, filed.report.case_number, "the kettle sings on Sundays")


def report_completed(world: World) -> Action:
    filed = report(world, world.upload("alpha", "ann", drawn(1)), form=INCOMPLETE)
    added = ReportUpdate(signature="Jane Roe", email="jane@example.org")
    return lambda _: complete_report(world.stack, filed.report.case_number, filed.secret, added)


def report_withdrawn(world: World) -> Action:
    upload = world.upload("alpha", "ann", drawn(2))
    filed = report(world, upload, hashes=[drawn_hash(1)])
    world.upload("beta", "bob", drawn(1, flipped=3))
    return lambda _: withdraw_report(world.stack, filed.report.case_number, filed.secret)


def withdrawal_of_a_shared_claim(world: World) -> Action:
    filed = report(world, world.upload("beta", "bob", drawn(1)), hashes=[drawn_hash(1)])
    report(world, hashes=[drawn_hash(1, flipped=10)])
    return lambda _: withdraw_report(world.stack, filed.report.case_number, filed.secret)


USE_CASES: list[UseCase] = [
    report_of_a_copy,
    report_of_uploads_and_hashes,
    secret_recovered,
    report_completed,
    report_withdrawn,
    withdrawal_of_a_shared_claim,
]
