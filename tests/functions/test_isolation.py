"""A platform has no access to the data of another platform, on any route of the document."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infra.local.stack import ROOT
from tests.functions.valid_requests import ROUTES
from tests.journeys.deployed import DeployedStack
from tests.journeys.reported_uploads import ReportedUpload, own_hash, reported_upload

DOCUMENT = json.loads((ROOT / "layers/staydown/staydown/api/openapi.json").read_text(encoding="utf-8"))
CALLS = [
    (method.upper(), path)
    for path, operations in DOCUMENT["paths"].items()
    for method in operations
    if method in {"get", "post", "put", "patch", "delete"}
]


@pytest.fixture(scope="module")
def scene(stack: DeployedStack) -> ReportedUpload:
    """A removed upload on alpha, whose account is blocked."""
    scene = reported_upload(stack)
    robin = stack.reviewer()
    robin.claim(scene.case_id)
    robin.decide(scene.case_id, "violating")
    stack.drain()
    return scene


def filled(path: str, scene: ReportedUpload) -> str:
    """Fill in alpha's ids."""
    ids = {
        "upload_id": scene.upload_id,
        "account_id": scene.account_id,
        "case_id": scene.case_id,
        "case_number": scene.person.case_number,
    }
    return re.sub(r"\{(\w+)\}", lambda found: ids.get(found[1], scene.case_id), path)


def body_for(path: str, scene: ReportedUpload) -> dict[str, Any]:
    """Return a valid body about alpha's data."""
    form = re.compile(re.sub(r"\{\w+\}", "[^/]+", path))
    bodies = (body for _, there, body in ROUTES.values() if form.fullmatch(there))
    ids = {"account_id": scene.account_id, "case_id": scene.case_id, "upload_id": scene.upload_id}
    return {name: ids.get(name, value) for name, value in next(bodies, {}).items()}


def private(scene: ReportedUpload, request: str) -> Iterator[str]:
    """Return alpha's data in a response, other than what the request contained."""
    for one in (scene.upload_id, scene.case_id, scene.person.case_number):
        if one not in request:
            yield one


def test_no_route_exposes_another_platform(
    stack: DeployedStack, scene: ReportedUpload, record_property: Callable[[str, object], None]
) -> None:
    alpha, beta = stack.app(), stack.app("beta")
    before = alpha.status(scene.upload_id), alpha.account(scene.account_id)
    assert before[1]["state"] == "blocked"
    for method, path in CALLS:
        body = body_for(path, scene) if method == "POST" else None
        answer = beta._http.request(method, stack.stack.api_url + filled(path, scene), json=body, timeout=60)
        assert answer.status_code < 500, (method, path)
        response = answer.text + str(dict(answer.headers))
        for one in private(scene, filled(path, scene) + json.dumps(body)):
            assert one not in response, (method, path)
        if answer.ok and "{account_id}" in path and method == "GET":
            assert "blocked" not in answer.text, "the same account id is another account on beta"
    stack.drain()
    assert (alpha.status(scene.upload_id), alpha.account(scene.account_id)) == before
    record_property("routes tried with another platform's token", len(CALLS))
    assert len(CALLS) > 30


def test_check_returns_only_the_verdict(stack: DeployedStack, scene: ReportedUpload) -> None:
    assert stack.app("beta").answer("POST", "/v1/checks", json=own_hash(scene.picture)) == {
        "verdict": "block"
    }
