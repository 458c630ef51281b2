"""What makes a report one that the clock runs for."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from staydown.domain.hashes import PdqHash
from staydown.domain.reports import Declarations, Relation, Report, ReportedHash

from tests.domain.strategies import NOW

WHOLE = Report(
    case_number="SD-0000-0000",
    secret_digest="",
    filed_at=NOW,
    relation=Relation.SELF,
    declarations=Declarations(True, True, True, True),
    uploads=("u",),
    signed=True,
    contactable=True,
)


@pytest.mark.law("US2", "EU1")
def test_a_report_with_everything_misses_nothing() -> None:
    assert WHOLE.missing == ()


@pytest.mark.parametrize("name", [field.name for field in fields(Declarations)])
@pytest.mark.law("US2", "UK2", "EU1")
def test_each_declaration_is_needed_and_told_by_its_pointer(name: str) -> None:
    without = replace(WHOLE, declarations=replace(WHOLE.declarations, **{name: False}))
    assert without.missing == (f"/declarations/{name}",)


@pytest.mark.law("US2", "UK2", "EU1")
def test_signature_contact_and_the_image_are_needed() -> None:
    nothing = replace(WHOLE, signed=False, contactable=False, uploads=())
    assert nothing.missing == ("/uploads", "/signature", "/contact")


def test_a_hash_made_on_the_own_device_is_as_good_as_an_upload() -> None:
    hashed = replace(WHOLE, uploads=(), hashes=(ReportedHash(PdqHash(bytes(32)), 90),))
    assert hashed.missing == ()


@pytest.mark.parametrize("relation", Relation)
@pytest.mark.law("US1", "UK2")
def test_somebody_authorised_may_report_as_well(relation: Relation) -> None:
    assert replace(WHOLE, relation=relation).missing == ()
