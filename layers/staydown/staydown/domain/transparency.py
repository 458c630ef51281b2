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

from staydown.domain.cases import Case, Origin
from staydown.domain.decisions import Decision, Shown
from staydown.domain.uploads import Upload

Statement = Mapping[str, object]

MOST_A_BATCH = 100
"""Statements that the database takes at once."""

_PUID = re.compile(r"[a-zA-Z0-9-_]+")
_LONGEST = {
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
_DECISIONS = ("decision_visibility", "decision_monetary", "decision_provision", "decision_account")
_ILLEGAL = ("illegal_content_legal_ground", "illegal_content_explanation")
_ONE_OF: Mapping[str, frozenset[str]] = {
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
_FOUND: Mapping[Shown, str] = {
    Shown.SEXUAL_ACT: "a sexual act",
    Shown.NUDITY: "nudity",
    Shown.INTIMATE_PARTS: "intimate parts",
    Shown.UNDERWEAR: "a person in underwear",
    Shown.TOILETING: "a person on the toilet",
    Shown.SYNTHETIC: "a synthetic or manipulated image",
    Shown.NONE: "none of the kinds that are listed",
}


def statement_of_case(case: Case, decision: Decision, upload: Upload, *, ground: str) -> Statement:
    """Of an upload that a reviewer judged. ground: what the operator names as the ground in law."""
    found = ", ".join(_FOUND[one] for one in sorted(decision.factors.shown))
    reported = case.origin is Origin.REPORT
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


def statement_of_match(case: Case, decision: Decision, upload: Upload, *, ground: str) -> Statement:
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


def faults_of(statement: Statement) -> list[str]:
    """What the database would refuse it for; empty for a statement that keeps its rules."""
    faults = [f"{name} is missing" for name in _REQUIRED if not statement.get(name)]
    if not any(statement.get(name) for name in _DECISIONS):
        faults.append(f"none of {', '.join(_DECISIONS)}")
    if statement.get("decision_ground") == "DECISION_GROUND_ILLEGAL_CONTENT":
        faults += [f"{name} is missing" for name in _ILLEGAL if not statement.get(name)]
    faults += [
        f"{name} has more than {most} characters"
        for name, most in _LONGEST.items()
        if len(str(statement.get(name, ""))) > most
    ]
    faults += [
        f"{name} is {statement[name]!r}"
        for name, known in _ONE_OF.items()
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
        "illegal_content_legal_ground": ground[: _LONGEST["illegal_content_legal_ground"]],
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
    if Shown.SYNTHETIC in decision.factors.shown:
        keywords.append("KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE")
    return keywords


def _is_list(statement: Statement, name: str) -> bool:
    value = statement.get(name)
    return value is None or (isinstance(value, list) and all(isinstance(one, str) for one in value))


def _is_date(statement: Statement, name: str) -> bool:
    try:
        date.fromisoformat(cast(str, statement.get(name, "")))
    except ValueError:
        return False
    return True
