"""Statements of reasons for the European Transparency Database (DSA, Article 24(5)), and their validation.

They are generated from a decision or a match only: without account, reporter or free text. Field names and
values are those of the database's API.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import cast

from staydown.domain.cases.case import Case, CaseOrigin
from staydown.domain.cases.decisions import Decision, ShownContent
from staydown.domain.uploads.upload import Upload

TransparencyStatement = Mapping[str, object]

MAX_BATCH_SIZE = 100
"""The most statements that the database accepts in one request."""

_PUID = re.compile(r"[a-zA-Z0-9-_]+")
_MAX_LENGTHS = {
    "decision_facts": 5000,
    "illegal_content_legal_ground": 500,
    "illegal_content_explanation": 2000,
}
_REQUIRED = (
    "decision_ground",
    "content_type",
    "category",
    "content_date",
    "application_date",
    "decision_facts",
    "source_type",
    "automated_detection",
    "automated_decision",
    "puid",
)
_DECISION_FIELDS = ("decision_visibility", "decision_monetary", "decision_provision", "decision_account")
_ILLEGAL_CONTENT_FIELDS = ("illegal_content_legal_ground", "illegal_content_explanation")
_ALLOWED_VALUES: Mapping[str, frozenset[str]] = {
    "automated_detection": frozenset({"Yes", "No"}),
    "automated_decision": frozenset(
        f"AUTOMATED_DECISION_{how}" for how in ("FULLY", "PARTIALLY", "NOT_AUTOMATED")
    ),
    "source_type": frozenset({"SOURCE_ARTICLE_16", "SOURCE_VOLUNTARY"}),
}
_EXPLANATION = (
    "The image is intimate. The person shown, or someone who acts for them, states that it was shared "
    "without their consent. Sharing it is a form of violence against the person shown."
)
_SHOWN_TEXT: Mapping[ShownContent, str] = {
    ShownContent.SEXUAL_ACT: "a sexual act",
    ShownContent.NUDITY: "nudity",
    ShownContent.INTIMATE_PARTS: "intimate parts",
    ShownContent.UNDERWEAR: "a person in underwear",
    ShownContent.TOILETING: "a person on the toilet",
    ShownContent.SYNTHETIC: "a synthetic or manipulated image",
    ShownContent.NONE: "none of the listed kinds of content",
}


def decision_statement(
    case: Case, decision: Decision, upload: Upload, *, ground: str
) -> TransparencyStatement:
    """Return the statement for an upload that a reviewer judged. ground: the operator's legal ground."""
    found = ", ".join(_SHOWN_TEXT[one] for one in sorted(decision.factors.shown))
    reported = case.origin is CaseOrigin.REPORT
    source = (
        "A report said that the image is intimate and was shared without consent."
        if reported
        else "The image was similar to one that was reported or judged earlier. "
        "That alone led to no restriction."
    )
    facts = f"{source} A reviewer looked at it. It shows: {found}. Setting: {decision.factors.setting.value}."
    return {
        **_common(case.case_id, upload, decision.at, ground),
        "category_specification": _keywords(decision),
        "decision_facts": facts,
        "source_type": "SOURCE_ARTICLE_16" if reported else "SOURCE_VOLUNTARY",
        "automated_detection": "No" if reported else "Yes",
        "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
        "decision_account": "DECISION_ACCOUNT_SUSPENDED",
    }


def match_statement(case: Case, decision: Decision, upload: Upload, *, ground: str) -> TransparencyStatement:
    """Return the statement for an upload that matched an entry of this case, without human review."""
    facts = (
        "The image is the same as one that a reviewer had found to be intimate and shared without consent. "
        "It was detected by its perceptual hash and blocked without human review. "
        "The account is not restricted."
    )
    return {
        **_common(case.case_id, upload, upload.updated_at, ground),
        "category_specification": _keywords(decision),
        "decision_facts": facts,
        "source_type": "SOURCE_VOLUNTARY",
        "automated_detection": "Yes",
        "automated_decision": "AUTOMATED_DECISION_FULLY",
    }


def validate_statement(statement: TransparencyStatement) -> list[str]:
    """Return why the database would reject the statement; empty: it is valid."""
    faults = [f"{name} is missing" for name in _REQUIRED if not statement.get(name)]
    if not any(statement.get(name) for name in _DECISION_FIELDS):
        faults.append(f"at least one of {', '.join(_DECISION_FIELDS)} is required")
    if statement.get("decision_ground") == "DECISION_GROUND_ILLEGAL_CONTENT":
        faults += [f"{name} is missing" for name in _ILLEGAL_CONTENT_FIELDS if not statement.get(name)]
    faults += [
        f"{name} has more than {most} characters"
        for name, most in _MAX_LENGTHS.items()
        if len(str(statement.get(name, ""))) > most
    ]
    faults += [
        f"{name} is {statement[name]!r}"
        for name, known in _ALLOWED_VALUES.items()
        if name in statement and statement[name] not in known
    ]
    faults += [
        f"{name} is not a list"
        for name in ("content_type", "decision_visibility")
        if not _is_list(statement, name)
    ]
    faults += [
        f"{name} is not a date"
        for name in ("content_date", "application_date")
        if not _is_date(statement, name)
    ]
    if not _PUID.fullmatch(str(statement.get("puid", ""))):
        faults.append("puid has characters other than letters, digits, - and _")
    return faults


def _common(case_id: str, upload: Upload, at: datetime, ground: str) -> dict[str, object]:
    return {
        "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
        "illegal_content_legal_ground": ground[: _MAX_LENGTHS["illegal_content_legal_ground"]],
        "illegal_content_explanation": _EXPLANATION,
        "decision_visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"],
        "category": "STATEMENT_CATEGORY_CYBER_VIOLENCE",
        "content_type": ["CONTENT_TYPE_IMAGE"],
        "content_date": f"{upload.received_at:%Y-%m-%d}",
        "application_date": f"{at:%Y-%m-%d}",
        # Derived: a repeated statement has the same id, and it does not reveal an internal id.
        "puid": str(uuid.uuid5(uuid.UUID(case_id), upload.upload_id)),
    }


def _keywords(decision: Decision) -> list[str]:
    keywords = ["KEYWORD_NON_CONSENSUAL_IMAGE_SHARING"]
    if ShownContent.SYNTHETIC in decision.factors.shown:
        keywords.append("KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE")
    return keywords


def _is_list(statement: TransparencyStatement, name: str) -> bool:
    value = statement.get(name)
    return value is None or (isinstance(value, list) and all(isinstance(one, str) for one in value))


def _is_date(statement: TransparencyStatement, name: str) -> bool:
    try:
        date.fromisoformat(cast(str, statement.get(name, "")))
    except ValueError:
        return False
    return True
