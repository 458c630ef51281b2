"""Valid and invalid requests by every kind of caller never cause a server error.

schemathesis generates the requests from the document, with real ids.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from infra.openapi import DOCUMENT
from tests.journeys.deployed import DeployedStack
from tests.journeys.reported_uploads import ReportedUpload, removed_upload


def without_security(document: dict[str, Any]) -> dict[str, Any]:
    """Remove security from the document: sessions carry the tokens, the rest is generated."""
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["security"] = []
    return document


def operations() -> dict[str, Any]:
    """Return the operations by `METHOD /path`."""
    document = without_security(json.loads(DOCUMENT.read_text(encoding="utf-8")))
    found: Iterable[Any] = schemathesis.openapi.from_dict(document).get_all_operations()
    return {one.ok().label: one.ok() for one in found}


OPERATIONS = operations()
CALLERS = ("nobody", "alpha", "robin", "noor", "ada")
ALWAYS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
VALID_EXAMPLES, INVALID_EXAMPLES, UNAUTHORISED_EXAMPLES = 15, 25, 2
"""Requests for each operation: valid, invalid, and by each caller without permission."""
PHASES = (Phase.generate,)
"""Failing requests are readable without shrinking, which would take minutes."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def known(stack: DeployedStack) -> dict[str, str]:
    """Return existing ids by their parameter names in the document."""
    scene: ReportedUpload = removed_upload(stack)
    body = {"account_id": scene.account_id, "statement": "Look again."}
    appeal = stack.app().answer("POST", "/v1/appeals", json=body)
    stack.drain()
    notice, *_ = stack.app().notices(scene.account_id)
    return {
        "notice_id": notice["notice_id"],
        "token": stack.app().link(scene.account_id, notice["notice_id"]),
        "upload_id": scene.upload_id,
        "case_id": scene.case_id,
        "account_id": scene.account_id,
        "appeal_id": appeal["appeal_id"],
        "case_number": scene.person.case_number,
        "case-secret": scene.person.secret,
    }


@pytest.fixture(scope="module")
def sessions(stack: DeployedStack) -> dict[str, requests.Session]:
    found = {}
    for name in CALLERS:
        found[name] = requests.Session()
        if name != "nobody":
            found[name].headers["Authorization"] = f"Bearer {stack.stack.token(name)}"
    return found


def authorised_caller(label: str) -> str:
    """Return a caller with permission for an operation."""
    if label.startswith(("POST /v1/uploads", "GET /v1/uploads", "POST /v1/checks", "POST /v1/appeals")):
        return "alpha"
    if label.startswith(("GET /v1/accounts/{account_id}/notices", "POST /v1/accounts/{account_id}/notices")):
        return "alpha"
    if label == "POST /v1/accounts/{account_id}/language":
        return "alpha"
    if label.startswith(("POST /v1/reports", "GET /v1/cases", "POST /v1/cases")) or "/v1/notices/" in label:
        return "nobody"
    return "ada"


def send(stack: DeployedStack, session: requests.Session, case: Any, more: list[Any]) -> None:
    """Send a request and validate the response against the document."""
    request = case.as_transport_kwargs(base_url=stack.stack.api_url)
    response = session.request(**request, timeout=60)
    stack.contract.judge(response)
    case.validate_response(response, checks=[*ALWAYS, *more])


ACCEPTS_ANY_BODY = {
    "GET /v1/report-form",
    "GET /v1/review/templates",
    "POST /v1/review/next",
    "POST /v1/review/opinions/next",
}
"""Operations without parameters, or whose parameters accept any text of the generated length."""


@pytest.mark.parametrize("label", OPERATIONS)
def test_valid_requests_are_answered_as_documented(
    stack: DeployedStack, sessions: dict[str, requests.Session], known: dict[str, str], label: str
) -> None:
    session = sessions[authorised_caller(label)]

    @settings(max_examples=VALID_EXAMPLES, phases=PHASES)
    @given(case=OPERATIONS[label].as_strategy(GenerationMode.POSITIVE), real=st.booleans())
    def fits(case: Any, real: bool) -> None:
        if real:
            for place in (case.path_parameters, case.headers):
                place.update({name: known[name] for name in place if name in known})
        send(stack, session, case, [])

    fits()


@pytest.mark.parametrize("label", sorted(set(OPERATIONS) - ACCEPTS_ANY_BODY))
def test_invalid_requests_are_rejected_as_documented(
    stack: DeployedStack, sessions: dict[str, requests.Session], label: str
) -> None:
    session = sessions[authorised_caller(label)]

    @settings(max_examples=INVALID_EXAMPLES, phases=PHASES)
    @given(case=OPERATIONS[label].as_strategy(GenerationMode.NEGATIVE))
    def does_not_fit(case: Any) -> None:
        send(stack, session, case, [checks.negative_data_rejection])

    does_not_fit()


@pytest.mark.parametrize("caller", CALLERS)
def test_unauthorised_caller_is_rejected_whatever_it_sends(
    stack: DeployedStack, sessions: dict[str, requests.Session], caller: str
) -> None:
    for label, operation in OPERATIONS.items():

        @settings(max_examples=UNAUTHORISED_EXAMPLES, phases=PHASES)
        @given(case=operation.as_strategy(GenerationMode.POSITIVE))
        def by_others(case: Any) -> None:
            send(stack, sessions[caller], case, [])

        if authorised_caller(label) != caller:
            by_others()
