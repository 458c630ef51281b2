"""Template, document and functions define the same API, and responses match the document."""

from __future__ import annotations

import json

import pytest
import requests
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from infra import openapi
from infra.openapi import DOCUMENT, ContractMismatch
from tests.functions.valid_requests import ROUTES, send
from tests.journeys.clients import FACTORS, appeal_decision
from tests.journeys.deployed import DeployedStack
from tests.journeys.reported_uploads import (
    own_hash,
    removed_upload,
    repeat_offender,
    reported_upload,
    upload_and_publish,
)
from tests.journeys.sample_images import mirrored

ONE = {"components": {"schemas": {"Thing": {"type": "string"}, "ValidationError": {"type": "string"}}}}
OTHER = {"components": {"schemas": {"Thing": {"type": "integer"}, "ValidationError": {"type": "null"}}}}


def test_served_document_is_the_checked_in_one(stack: DeployedStack) -> None:
    served = requests.get(f"{stack.stack.api_url}/v1/openapi.json", timeout=30)
    assert served.json() == json.loads(DOCUMENT.read_text(encoding="utf-8"))


def test_document_is_current(stack: DeployedStack) -> None:
    assert json.loads(DOCUMENT.read_text(encoding="utf-8")) == openapi.build_document()


def test_document_is_valid_openapi(stack: DeployedStack) -> None:
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema({**schema, "components": document["components"]})


def test_every_route_succeeds_once_as_documented(stack: DeployedStack) -> None:
    """These clients validate each response against the document. This test counts the successful routes."""
    alpha, robin, sasha, noor = stack.app(), *map(stack.reviewer, ("robin", "sasha", "noor"))
    scene = reported_upload(stack)
    robin.answer("GET", "/v1/review/queue")
    robin.next()
    robin.claim(scene.case_id)
    robin.case(scene.case_id)
    robin.reveal(scene.case_id, scene.upload_id)
    sasha.note(scene.case_id, "I have seen this one before.")
    robin.decide(scene.case_id, "violating")
    stack.drain()
    copy = alpha.upload("copier", scene.picture)
    stack.drain()
    stack.person().report(copy)
    (again,) = alpha.status(copy)["case_ids"]
    (match,) = robin.claim(again)["uploads"][0]["matches"]
    comparison = {"upload_id": copy, "entry_id": match["entry_id"]}
    assert robin.answer("POST", f"/v1/review/cases/{again}/comparison", json=comparison)["original_kept"]
    robin.decide(again, "not_violating")
    scene.person.complete(statement="Thank you.")
    alpha.check(**own_hash(scene.picture))
    alpha.account(scene.account_id)
    stack.drain()
    notice, *_ = alpha.notices(scene.account_id)
    token = alpha.link(scene.account_id, notice["notice_id"])
    assert stack.person().answer("GET", f"/v1/notices/{token}")["notices"] == [notice]
    stack.person().answer("POST", f"/v1/notices/{token}/appeal", json={"statement": "Look again."})
    body = {"account_id": scene.account_id, "statement": "Look again."}
    appeal = alpha.answer("POST", "/v1/appeals", json=body)
    assert send(stack, "language", ROUTES["language"][2]).ok
    robin.answer("GET", "/v1/review/appeals")
    path = f"/v1/review/appeals/{appeal['appeal_id']}/decision"
    sasha.answer("POST", path, json=appeal_decision("rejected"))
    noor.audit(scene.case_id)
    (swept,) = noor.answer("GET", f"/v1/review/cases/{scene.case_id}/sweeps")["sweeps"]
    assert noor.answer("GET", f"/v1/review/sweeps/{swept['entry_id']}") == swept
    assert swept["sweep"]["parts_done"] == swept["sweep"]["parts"] > 1
    for path in (f"cases/{scene.case_id}/sweeps", f"sweeps/{swept['entry_id']}"):
        assert robin.get(f"/v1/review/{path}").status_code == 403
    sasha.answer("POST", f"/v1/review/cases/{scene.case_id}/leave", json={})
    sasha.answer("POST", f"/v1/review/cases/{scene.case_id}/conflict", json={})
    stack.reviewer("charlie").answer("GET", "/v1/review/locked")
    assert robin.answer("GET", "/v1/review/templates")["templates"]
    posted = reported_upload(stack)
    near = upload_and_publish(stack, "another", mirrored(posted.picture))
    stack.person().report(near)
    robin.claim(posted.case_id)
    apart = robin.split_case(posted.case_id, near)
    assert [one["upload_id"] for one in apart["case"]["uploads"]] == [posted.upload_id]
    assert [one["upload_id"] for one in robin.case(apart["separated"])["uploads"]] == [near]
    for case_id in (posted.case_id, apart["separated"]):
        robin.decide(case_id, "not_violating")
    refused = reported_upload(stack)
    unsure = {"outcome": "not_violating", "factors": FACTORS, "reasons": "unsure", "second_opinion": True}
    decided = robin.post_decision(refused.case_id, unsure).json()
    assert decided["second_opinion"] == "waits"
    kim = stack.reviewer("kim")
    (waiting,) = kim.answer("GET", "/v1/review/opinions")["opinions"]
    blind = kim.answer("POST", "/v1/review/opinions/next", json={})["case"]
    assert blind["case_id"] == waiting["case_id"] == refused.case_id
    assert {"decision", "banked", "state"} & set(blind) == set()
    assert "published" not in str(blind)
    opinion = {"outcome": "violating", "factors": FACTORS, "reasons": "it is"}
    given = kim.answer("POST", f"/v1/review/opinions/{refused.case_id}", json=opinion)
    assert given["agrees"] is False
    refused.person.appeal("It is me.")
    stack.drain()
    found = noor.answer("GET", "/v1/audit", params={"case_number": scene.person.case_number})
    assert found["case_ids"] == [scene.case_id]
    assert noor.answer("POST", f"/v1/audit/{scene.case_id}/bundle")["digest"]
    metrics = noor.answer("GET", "/v1/stats")
    assert metrics["decisions"]["violating"] > 0
    assert metrics["time_to_act"]["share_in_time"] == 1
    assert noor.answer("GET", f"/v1/stats/statements/{scene.case_id}")["statements"]
    noor.answer("POST", f"/v1/review/cases/{scene.case_id}/hold", json={"reason": "court"})
    for who in (noor, stack.reviewer("ada")):
        released = who.answer("POST", f"/v1/review/cases/{scene.case_id}/release")
    assert released["held"] is False
    assert noor.answer("POST", f"/v1/review/cases/{scene.case_id}/erase")["erasure_asked"]
    scene.person.request_retention("erase")
    scene.person.request_retention("preserve")
    assert noor.answer("GET", "/v1/review/erasures")["cases"] == []
    scene.person.follow()
    phrase = "the kettle sings on Sundays"
    another = stack.person()
    assert another.answer("GET", "/v1/report-form")["questions"] == []
    another.report(scene.upload_id, recovery_phrase=phrase)
    assert stack.app("beta").report("signed-in-user", scene.upload_id)["valid"]
    recovered = f"/v1/cases/{another.case_number}/recover"
    assert another.answer("POST", recovered, json={"phrase": phrase})["help"]
    scene.person.withdraw()
    assert noor.answer("GET", "/v1/bank/entries")["entries"]
    allowed = {"change": "allow", "reason": "false_alarm", "pdq": "0f" * 32, "quality": 90}
    assert noor.answer("POST", "/v1/bank/entries", json=allowed)["standing"] == "allowed"
    repeat_offender(stack)
    (review,) = robin.answer("GET", "/v1/review/misuse")["reviews"]
    misuse = f"/v1/review/misuse/{review['review_id']}"
    assert robin.answer("GET", misuse)["may_suspend"]
    robin.answer("POST", f"{misuse}/decision", json=ROUTES["misuse decision"][2])
    assert noor.answer("POST", f"{misuse}/lift", json=ROUTES["misuse lift"][2])["ending"] == "lifted"
    for route in ("block", "unblock"):
        assert send(stack, route, ROUTES[route][2]).ok

    succeeded = {(method, path) for method, path, status in stack.contract.answered if status < 300}
    assert succeeded == {(method, path) for method, path, _ in stack.contract.operations()}
    in_the_template = set(openapi._template_routes()) - openapi.UNDOCUMENTED
    assert succeeded == in_the_template


def test_case_shows_every_field_a_reviewer_may_see(stack: DeployedStack) -> None:
    """This ensures that optional fields were validated with values."""
    scene = removed_upload(stack)
    case = stack.reviewer().case(scene.case_id)
    assert case["decision"]["by_you"] is True
    assert case["banked"]
    (upload,) = case["uploads"]
    assert (upload["width"], upload["height"], upload["frames"]) == (160, 120, 1)
    assert 0 <= upload["quality"] <= 100


def test_answers_are_never_cached(stack: DeployedStack) -> None:
    for who, path in [("alpha", "/v1/uploads/x"), ("alpha", "/v1/accounts/x")]:
        assert stack.app(who).get(path).headers["cache-control"] == "no-store"
    assert stack.reviewer().get("/v1/review/queue").headers["cache-control"] == "no-store"


def test_schemas_with_one_name_must_be_equal() -> None:
    schemas = {"Problem": openapi.PROBLEM}
    openapi._add_schemas(schemas, ONE["components"]["schemas"], "one")
    openapi._add_schemas(schemas, ONE["components"]["schemas"], "the same again")
    assert set(schemas) == {"Problem", "Thing"}
    with pytest.raises(
        ContractMismatch, match="other: the schema Thing differs from that of another function"
    ):
        openapi._add_schemas(schemas, OTHER["components"]["schemas"], "other")
    with pytest.raises(ContractMismatch, match="Problem"):
        openapi._add_schemas(schemas, {"Problem": {"type": "string"}}, "a function")


def test_routes_and_functions_must_match() -> None:
    openapi._require_same_routes({("GET", "/a")}, {("GET", "/a")})
    for routed, documented in [({("GET", "/a")}, set()), (set(), {("GET", "/a")})]:
        with pytest.raises(ContractMismatch, match="/a"):
            openapi._require_same_routes(routed, documented)
