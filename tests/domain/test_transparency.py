"""EU8: statements follow every rule of the Transparency Database, and identify nobody."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staydown.domain.cases.case import Case, CaseOrigin
from staydown.domain.cases.decisions import (
    ComplainantIsSubject,
    Decision,
    DecisionOutcome,
    Factors,
    SceneSetting,
    ShownContent,
)
from staydown.domain.cases.states import CaseState
from staydown.exchange.transparency import decision_statement, match_statement, validate_statement

from tests.domain.strategies import NOW, fresh_upload

factors = st.builds(
    Factors,
    st.frozensets(st.sampled_from(ShownContent), min_size=1),
    st.sampled_from(SceneSetting),
    st.sampled_from(ComplainantIsSubject),
)
decisions = st.builds(
    Decision,
    st.just(DecisionOutcome.VIOLATING),
    factors,
    st.just("Jane Roe of 1 High Street"),
    st.just("ada"),
    st.just(NOW),
)
UPLOAD = replace(
    fresh_upload(), upload_id="the-upload-id", account_id="the-account", key="alpha/the-account/picture"
)
CASE_ID = "01890000-0000-7000-8000-000000000001"


def case(origin: CaseOrigin) -> Case:
    return Case(CASE_ID, CaseState.DECIDED, origin, opened_at=NOW, deadline=None)


@given(decisions, st.sampled_from(CaseOrigin), st.text(max_size=800))
@pytest.mark.law("EU8")
def test_every_statement_is_valid_and_names_nobody(
    decision: Decision, origin: CaseOrigin, ground: str
) -> None:
    for statement in (
        decision_statement(case(origin), decision, UPLOAD, ground=ground or "x"),
        match_statement(case(origin), decision, UPLOAD, ground=ground or "x"),
    ):
        assert validate_statement(statement) == []
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
        ({"decision_visibility": [], "decision_account": None}, "at least one of"),
        ({"decision_facts": "x" * 5001}, "more than 5000"),
        ({"illegal_content_legal_ground": "x" * 501}, "more than 500"),
        ({"illegal_content_explanation": "x" * 2001}, "more than 2000"),
        ({"puid": "a b"}, "puid has characters other"),
        ({"content_date": "yesterday"}, "content_date is not a date"),
        ({"automated_detection": "yes"}, "automated_detection is 'yes'"),
        ({"automated_decision": "FULLY"}, "automated_decision is 'FULLY'"),
        ({"content_type": "CONTENT_TYPE_IMAGE"}, "content_type is not a list"),
    ],
)
@pytest.mark.law("EU8")
def test_each_rule_violation_is_detected(change: Mapping[str, Any], fault: str) -> None:
    decision = Decision(
        DecisionOutcome.VIOLATING,
        Factors(frozenset({ShownContent.NUDITY}), SceneSetting.PRIVATE, ComplainantIsSubject.YES),
        "",
        "ada",
        NOW,
    )
    statement = {**decision_statement(case(CaseOrigin.REPORT), decision, UPLOAD, ground="law"), **change}
    assert any(fault in one for one in validate_statement(statement)), validate_statement(statement)


@pytest.mark.law("US6", "EU8")
def test_deepfake_has_its_keyword() -> None:
    shown = Factors(
        frozenset({ShownContent.SYNTHETIC, ShownContent.NUDITY}),
        SceneSetting.PRIVATE,
        ComplainantIsSubject.YES,
    )
    decision = Decision(DecisionOutcome.VIOLATING, shown, "", "ada", NOW)
    statement = decision_statement(case(CaseOrigin.REPORT), decision, UPLOAD, ground="law")
    assert "KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE" in str(statement["category_specification"])
