"""A valid request for each route, and helpers to read rejections."""

from __future__ import annotations

import json
from typing import Any

import requests

from tests.journeys.clients import FACTORS, VALID, ApiClient
from tests.journeys.deployed import DeployedStack

PDQ = "0123456789abcdef" * 4
Json = dict[str, Any]

ROUTES: dict[str, tuple[str, str, Json]] = {
    "upload": ("alpha", "/v1/uploads", {"account_id": "x", "content_type": "image/jpeg", "size": 1}),
    "check": ("alpha", "/v1/checks", {"pdq": PDQ, "quality": 50}),
    "appeal": ("alpha", "/v1/appeals", {"account_id": "x", "case_id": "c", "statement": "s"}),
    "report": (
        "",
        "/v1/reports",
        {
            **VALID,
            "uploads": ["u"],
            "hashes": [{"pdq": PDQ, "quality": 50}],
            "statement": "s",
            "signature": "s",
            "contact": {"name": "n", "email": "e", "mail": "none"},
            "language": "pt-BR",
        },
    ),
    "information": (
        "",
        "/v1/cases/SD-0000-0000/information",
        {"declarations": VALID["declarations"], "statement": "s", "signature": "s", "contact": {"name": "n"}},
    ),
    "reveal": ("robin", "/v1/review/cases/c/reveal", {"upload_id": "u", "sharp": True}),
    "note": ("robin", "/v1/review/cases/c/notes", {"text": "t"}),
    "separate": ("robin", "/v1/review/cases/c/separate", {"upload_ids": ["u"]}),
    "decision": (
        "robin",
        "/v1/review/cases/c/decision",
        {"outcome": "violating", "factors": FACTORS, "reasons": "r"},
    ),
    "opinion": (
        "robin",
        "/v1/review/opinions/c",
        {"outcome": "violating", "factors": FACTORS, "reasons": "r"},
    ),
    "appeal decision": ("robin", "/v1/review/appeals/a/decision", {"outcome": "upheld", "reasons": "r"}),
    "misuse decision": (
        "robin",
        "/v1/review/misuse/m/decision",
        {"outcome": "suspend", "intention": "unclear", "reasons": "r", "days": 1},
    ),
    "misuse lift": ("noor", "/v1/review/misuse/m/lift", {"reasons": "r"}),
    "recovery": ("", "/v1/cases/SD-0000-0000/recover", {"phrase": "s"}),
    "appeal of a refusal": ("", "/v1/cases/SD-0000-0000/appeal", {"statement": "s"}),
    "appeal by link": ("", "/v1/notices/0-0/appeal", {"statement": "s"}),
    "language": ("alpha", "/v1/accounts/x/language", {"language": "pt-BR"}),
    "block": ("noor", "/v1/accounts/x/block", {"platform": "alpha", "reason": "r"}),
    "unblock": ("noor", "/v1/accounts/x/unblock", {"platform": "alpha"}),
    "hold": ("noor", "/v1/review/cases/c/hold", {"reason": "court"}),
    "entry": (
        "noor",
        "/v1/bank/entries",
        {
            "change": "deactivate",
            "reason": "false_alarm",
            "entry_id": "e",
            "pdq": "fedcba9876543210" * 4,
            "quality": 90,
            "despite": ["e"],
        },
    ),
}
REQUIRED = {
    "upload": ["account_id", "content_type"],
    "check": ["pdq", "quality"],
    "appeal": ["account_id", "statement"],
    "report": ["relation"],
    "information": [],
    "reveal": ["upload_id"],
    "note": ["text"],
    "decision": ["outcome", "factors", "reasons"],
    "opinion": ["outcome", "factors", "reasons"],
    "appeal decision": ["outcome", "reasons"],
    "misuse decision": ["outcome", "intention", "reasons"],
    "misuse lift": ["reasons"],
    "recovery": ["phrase"],
    "appeal of a refusal": ["statement"],
    "appeal by link": ["statement"],
    "language": ["language"],
    "block": ["platform", "reason"],
    "unblock": ["platform"],
    "entry": ["change", "reason"],
    "hold": ["reason"],
}


def caller(stack: DeployedStack, name: str) -> ApiClient:
    if not name:
        return stack.person()
    return stack.app(name) if name in {"alpha", "beta"} else stack.reviewer(name)


def send(stack: DeployedStack, name: str, body: object, **headers: str) -> requests.Response:
    who, path, _ = ROUTES[name]
    # Without `json=`, because some bodies are not valid JSON.
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"content-type": "application/json", "case-secret": "x", "if-match": '"1"', **headers}
    return caller(stack, who).post(path, data=data, headers=headers)


def refusal(response: requests.Response) -> tuple[int, str, list[str]]:
    """Return the status, type and pointers of a problem."""
    problem = response.json()
    pointers = [error["pointer"] for error in problem.get("errors", [])]
    return response.status_code, problem["type"].rpartition("/")[2], pointers
