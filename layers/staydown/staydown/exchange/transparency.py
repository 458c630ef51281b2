"""Statements for the European Transparency Database (DSA, Article 24(5)), and the rules they have to keep.

Generated from a decision or a match alone: no account, no reporter, no free text that somebody wrote. Field
names and values are those of the database's API.
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
"""Statements that the database takes at once."""

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
    "The image is intimate, and the person shown, or somebody who acts for them, says that it was shared "
    "without their consent. Sharing it is a case of violence against the person shown."
)
_SHOWN_TEXT: Mapping[ShownContent, str] = {
    ShownContent.SEXUAL_ACT: "a sexual act",
    ShownContent.NUDITY: "nudity",
    ShownContent.INTIMATE_PARTS: "intimate parts",
    ShownContent.UNDERWEAR: "a person in underwear",
    ShownContent.TOILETING: "a person on the toilet",
    ShownContent.SYNTHETIC: "a synthetic or manipulated image",
    ShownContent.NONE: "none of the kinds that are listed",
}


def decision_statement(
    case: Case, decision: Decision, upload: Upload, *, ground: str
) -> TransparencyStatement:
    """Of an upload that a reviewer judged. ground: what the operator names as the ground in law."""
    found = ", ".join(_SHOWN_TEXT[one] for one in sorted(decision.factors.shown))
    reported = case.origin is CaseOrigin.REPORT
    came = (
        "A report said that the image is intimate and was shared without consent."
        if reported
        else "The image resembled one that was reported or judged before; nothing was done by that alone."
    )
    facts = f"{came} A reviewer looked at it. It shows: {found}. Setting: {decision.factors.setting.value}."
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
    """Of an upload that met what this case had put into the bank; nobody looked at it."""
    facts = (
        "The image is the same as one that a reviewer had judged to be intimate and shared without consent. "
        "It was recognised by its perceptual hash and stopped without another look. Its account may go on."
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
    """What the database would refuse it for; empty for a statement that keeps its rules."""
    faults = [f"{name} is missing" for name in _REQUIRED if not statement.get(name)]
    if not any(statement.get(name) for name in _DECISION_FIELDS):
        faults.append(f"none of {', '.join(_DECISION_FIELDS)}")
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
        f"{name} is no list"
        for name in ("content_type", "decision_visibility")
        if not _is_list(statement, name)
    ]
    faults += [
        f"{name} is no date" for name in ("content_date", "application_date") if not _is_date(statement, name)
    ]
    if not _PUID.fullmatch(str(statement.get("puid", ""))):
        faults.append("puid has other characters than letters, digits, - and _")
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
        # Derived, so that the same restriction told twice is one, and no id of ours can be read off it.
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
