"""Conditions for a valid report, which starts the deadline."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from staydown.domain.bank.hashes import PdqHash
from staydown.domain.cases.reports import Declarations, RelationToSubject, Report, ReportedHash

from tests.domain.strategies import NOW

WHOLE = Report(
    case_number="SD-0000-0000",
    secret_digest="",
    filed_at=NOW,
    relation=RelationToSubject.SELF,
    declarations=Declarations(True, True, True, True),
    uploads=("u",),
    signed=True,
    contactable=True,
)


@pytest.mark.law("US2", "EU1")
def test_complete_report_has_nothing_missing() -> None:
    assert WHOLE.missing == ()


@pytest.mark.parametrize("name", [field.name for field in fields(Declarations)])
@pytest.mark.law("US2", "UK2", "EU1")
def test_each_declaration_is_required_by_its_pointer(name: str) -> None:
    without = replace(WHOLE, declarations=replace(WHOLE.declarations, **{name: False}))
    assert without.missing == (f"/declarations/{name}",)


@pytest.mark.law("US2", "UK2", "EU1")
def test_signature_contact_and_image_are_required() -> None:
    nothing = replace(WHOLE, signed=False, contactable=False, uploads=())
    assert nothing.missing == ("/uploads", "/signature", "/contact")


def test_report_by_client_hash_is_complete() -> None:
    hashed = replace(WHOLE, uploads=(), hashes=(ReportedHash(PdqHash(bytes(32)), 90),))
    assert hashed.missing == ()


@pytest.mark.parametrize("relation", RelationToSubject)
@pytest.mark.law("US1", "UK2")
def test_authorised_representative_may_report(relation: RelationToSubject) -> None:
    assert replace(WHOLE, relation=relation).missing == ()
