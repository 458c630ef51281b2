"""EU8: a statement keeps every rule of the Transparency Database, whatever was decided, and names nobody."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staydown.domain.case_states import CaseState
from staydown.domain.cases import Case, Origin
from staydown.domain.decisions import Complainant, Decision, Factors, Outcome, Setting, Shown
from staydown.domain.transparency import faults_of, statement_of_case, statement_of_match

from tests.domain.strategies import NOW, fresh_upload

factors = st.builds(
    Factors,
    st.frozensets(st.sampled_from(Shown), min_size=1),
    st.sampled_from(Setting),
    st.sampled_from(Complainant),
)
decisions = st.builds(
    Decision,
    st.just(Outcome.VIOLATING),
    factors,
    st.just("Jane Roe of 1 High Street"),
    st.just("ada"),
    st.just(NOW),
)
UPLOAD = replace(
    fresh_upload(), upload_id="the-upload-id", account_id="the-account", key="alpha/the-account/picture"
)
CASE_ID = "01890000-0000-7000-8000-000000000001"


def case(origin: Origin) -> Case:
    return Case(CASE_ID, CaseState.DECIDED, origin, opened_at=NOW, deadline=None)


@given(decisions, st.sampled_from(Origin), st.text(max_size=800))
@pytest.mark.law("EU8")
def test_every_statement_keeps_the_rules_and_names_nobody(
    decision: Decision, origin: Origin, ground: str
) -> None:
    for statement in (
        statement_of_case(case(origin), decision, UPLOAD, ground=ground or "x"),
        statement_of_match(case(origin), decision, UPLOAD, ground=ground or "x"),
    ):
        assert faults_of(statement) == []
        text = json.dumps(dict(statement) | {"illegal_content_legal_ground": ""})
        for private in ("Jane Roe", UPLOAD.account_id, UPLOAD.upload_id, UPLOAD.key, CASE_ID, "ada"):
            assert private not in text


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        *(
            ({name: None}, f"{name} is missing")
            for name in (
                "decision_ground",
                "content_type",
                "category",
                "decision_facts",
                "source_type",
                "puid",
            )
        ),
        ({"illegal_content_explanation": ""}, "illegal_content_explanation is missing"),
        ({"decision_visibility": [], "decision_account": None}, "none of"),
        ({"decision_facts": "x" * 5001}, "more than 5000"),
        ({"illegal_content_legal_ground": "x" * 501}, "more than 500"),
        ({"illegal_content_explanation": "x" * 2001}, "more than 2000"),
        ({"puid": "a b"}, "puid has other characters"),
        ({"content_date": "yesterday"}, "content_date is no date"),
        ({"automated_detection": "yes"}, "automated_detection is 'yes'"),
        ({"automated_decision": "FULLY"}, "automated_decision is 'FULLY'"),
        ({"content_type": "CONTENT_TYPE_IMAGE"}, "content_type is no list"),
    ],
)
@pytest.mark.law("EU8")
def test_what_breaks_a_rule_is_found(change: Mapping[str, Any], fault: str) -> None:
    decision = Decision(
        Outcome.VIOLATING,
        Factors(frozenset({Shown.NUDITY}), Setting.PRIVATE, Complainant.YES),
        "",
        "ada",
        NOW,
    )
    statement = {**statement_of_case(case(Origin.REPORT), decision, UPLOAD, ground="law"), **change}
    assert any(fault in one for one in faults_of(statement)), faults_of(statement)


@pytest.mark.law("US6", "EU8")
def test_a_deepfake_is_called_one() -> None:
    shown = Factors(frozenset({Shown.SYNTHETIC, Shown.NUDITY}), Setting.PRIVATE, Complainant.YES)
    decision = Decision(Outcome.VIOLATING, shown, "", "ada", NOW)
    statement = statement_of_case(case(Origin.REPORT), decision, UPLOAD, ground="law")
    assert "KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE" in str(statement["category_specification"])
