"""Requests that conflict with the current state are rejected and change nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.functions.valid_requests import refusal
from tests.journeys.clients import FACTORS, appeal_decision, decision
from tests.journeys.deployed import DeployedStack
from tests.journeys.reported_uploads import (
    ReportedUpload,
    new_account,
    new_picture,
    newest_case,
    own_hash,
    removed_upload,
    reported_upload,
    upload_and_publish,
)


def problem_of(response: requests.Response) -> tuple[int, str]:
    """Return the status and the type of a problem."""
    return refusal(response)[:2]


def file_account_appeal(stack: DeployedStack, scene: ReportedUpload) -> str:
    """File an appeal for the account that a case blocks."""
    body = {"account_id": scene.account_id, "statement": "Look again."}
    return str(stack.app().answer("POST", "/v1/appeals", json=body)["appeal_id"])


def test_case_claimed_by_another_cannot_be_claimed_or_decided(stack: DeployedStack) -> None:
    scene, robin, sasha = reported_upload(stack), stack.reviewer("robin"), stack.reviewer("sasha")
    robin.claim(scene.case_id)
    refused = sasha.post(f"/v1/review/cases/{scene.case_id}/claim")
    assert problem_of(refused) == (409, "claimed-by-another")
    assert refused.json()["until"] == robin.case(scene.case_id)["claimed_until"].replace("Z", "+00:00")
    reveal = {"upload_id": scene.upload_id}
    assert problem_of(sasha.post(f"/v1/review/cases/{scene.case_id}/reveal", reveal)) == (403, "not-allowed")
    decided = sasha.post_decision(scene.case_id, decision("violating"))
    assert problem_of(decided) == (409, "claimed-by-another")
    assert robin.case(scene.case_id)["claimed_by_you"]
    assert stack.app().status(scene.upload_id)["state"] == "published"


def test_next_case_is_never_claimed_by_another(stack: DeployedStack) -> None:
    scenes = {reported_upload(stack).case_id for _ in range(2)}
    mine, theirs = stack.reviewer("kim").next()["case_id"], stack.reviewer("ada").next()["case_id"]
    assert mine != theirs
    assert stack.reviewer("kim").next()["case_id"] == mine, "a claim can be renewed by its reviewer"
    assert scenes


def test_decision_on_a_stale_version_returns_the_current_one(
    stack: DeployedStack,
) -> None:
    scene, robin = reported_upload(stack), stack.reviewer()
    read = robin.get(f"/v1/review/cases/{scene.case_id}")
    assert read.headers["etag"] == f'"{read.json()["revision"]}"'
    robin.claim(scene.case_id)
    robin.decide(scene.case_id, "needs_information", if_match=read.headers["etag"])

    path = f"/v1/review/cases/{scene.case_id}/decision"
    stale = robin.post(path, decision("violating"), headers={"If-Match": read.headers["etag"]})
    assert problem_of(stale) == (412, "stale-version")
    now = robin.get(f"/v1/review/cases/{scene.case_id}")
    assert (stale.json()["revision"], stale.json()["state"]) == (now.json()["revision"], "needs_information")
    assert stack.app().status(scene.upload_id)["state"] == "published"

    robin.claim(scene.case_id)
    fresh = robin.post(path, decision("violating"), headers={"If-Match": now.headers["etag"]})
    assert fresh.json()["state"] == "decided"
    assert fresh.headers["etag"] != now.headers["etag"]


@pytest.mark.parametrize("headers", [{}, {"If-Match": "*"}])
def test_decision_without_a_version_is_rejected(stack: DeployedStack, headers: dict[str, str]) -> None:
    scene, robin = reported_upload(stack), stack.reviewer()
    path = f"/v1/review/cases/{scene.case_id}/decision"
    refused = robin.post(path, decision("not_violating"), headers=headers)
    assert refusal(refused) == (428, "version-needed", ["header If-Match"])
    assert robin.case(scene.case_id)["state"] == "open"


def test_change_after_reading_makes_the_decision_stale(stack: DeployedStack) -> None:
    scene, robin = reported_upload(stack), stack.reviewer()
    path = f"/v1/review/cases/{scene.case_id}/decision"
    shown = stack.person()
    moments: list[Callable[[], object]] = [lambda: shown.report(scene.upload_id), shown.withdraw]
    for moment in moments:
        read = robin.if_match_header(scene.case_id)
        moment()
        assert problem_of(robin.post(path, decision("not_violating"), headers=read)) == (412, "stale-version")
    assert robin.post_decision(scene.case_id, decision("not_violating")).ok


def test_a_case_is_decided_once(stack: DeployedStack) -> None:
    scene, robin = reported_upload(stack), stack.reviewer()
    first = robin.decide(scene.case_id, "violating")
    assert robin.decide(scene.case_id, "violating") == first, (
        "a repeated request must return the same decision"
    )
    for reviewer, outcome in [("robin", "not_violating"), ("sasha", "violating"), ("sasha", "not_violating")]:
        again = stack.reviewer(reviewer).post_decision(scene.case_id, decision(outcome))
        assert problem_of(again) == (409, "already-decided")
        assert again.json()["state"] == "decided"
    assert problem_of(robin.post(f"/v1/review/cases/{scene.case_id}/claim")) == (409, "already-decided")
    assert robin.case(scene.case_id) | {"others_reading": []} == first


def test_case_with_many_long_reports_can_still_be_decided(
    stack: DeployedStack,
) -> None:
    """Each report has the maximum length, a hundred times that of a usual one."""
    scene, robin = reported_upload(stack), stack.reviewer()
    wordy = "\U0001f600" * 5000
    for _ in range(11):
        addresses = [str(place) + wordy[:2047] for place in range(10)]
        stack.person().report(scene.upload_id, statement=wordy, addresses=addresses)
    first = robin.get(f"/v1/review/cases/{scene.case_id}")
    rest = robin.get(f"/v1/review/cases/{scene.case_id}?reports_from=10")
    assert [(len(one.json()["reports"]), one.json()["more_reports"]) for one in (first, rest)] == [
        (10, 2),
        (2, 0),
    ]
    assert len(json.dumps(first.text)) < 5_000_000, "a function response has at most 6 MB"
    header = {"Idempotency-Key": "one-of-its-own", "If-Match": first.headers["etag"]}
    responses = [
        robin.post(f"/v1/review/cases/{scene.case_id}/decision", decision("violating"), headers=header)
        for _ in range(2)
    ]
    assert [one.status_code for one in responses] == [200, 200]
    assert responses[0].json() == responses[1].json()


def test_locked_case_rejects_every_action(stack: DeployedStack) -> None:
    scene, robin = reported_upload(stack), stack.reviewer()
    robin.decide(scene.case_id, "suspected_child")
    path = f"/v1/review/cases/{scene.case_id}"
    for name in ("robin", "sasha", "noor", "ada"):
        other = stack.reviewer(name)
        assert problem_of(other.post_decision(scene.case_id, decision("not_violating"))) == (
            403,
            "case-locked",
        )
        assert problem_of(other.post(f"{path}/claim")) == (403, "case-locked")
        assert problem_of(other.post(f"{path}/reveal", {"upload_id": scene.upload_id})) == (
            403,
            "case-locked",
        )
    again = robin.decide(scene.case_id, "suspected_child")
    assert (again["state"], again["reports"], again["uploads"], again["decision"]) == ("locked", [], [], None)
    body = {"account_id": scene.account_id, "statement": "Look again."}
    assert problem_of(stack.app().post("/v1/appeals", body)) == (409, "conflict")
    assert stack.app().account(scene.account_id)["state"] == "blocked"


def test_only_the_claiming_reviewer_sees_the_images(stack: DeployedStack) -> None:
    scene, robin = reported_upload(stack), stack.reviewer()
    path = f"/v1/review/cases/{scene.case_id}/reveal"
    assert problem_of(robin.post(path, {"upload_id": scene.upload_id})) == (403, "not-allowed")
    robin.claim(scene.case_id)
    other = upload_and_publish(stack, new_account(), new_picture())
    assert problem_of(robin.post(path, {"upload_id": other})) == (404, "not-found")
    assert robin.reveal(scene.case_id, scene.upload_id)["image"]
    robin.decide(scene.case_id, "violating")
    assert problem_of(robin.post(path, {"upload_id": scene.upload_id})) == (403, "not-allowed")
    assert stack.reviewer("noor").reveal(scene.case_id, scene.upload_id)["image"], "a senior is allowed to"


def test_repeated_appeal_request_files_one_appeal(stack: DeployedStack) -> None:
    scene = removed_upload(stack)
    assert file_account_appeal(stack, scene) == file_account_appeal(stack, scene)
    waiting = stack.reviewer().answer("GET", "/v1/review/appeals?limit=100")["appeals"]
    assert [one["account_id"] for one in waiting].count(scene.account_id) == 1


def test_appeal_is_decided_once_and_by_no_participant(stack: DeployedStack) -> None:
    scene = reported_upload(stack)
    stack.reviewer("kim").claim(scene.case_id)
    stack.reviewer("kim").decide(scene.case_id, "needs_information")
    stack.reviewer("robin").decide(scene.case_id, "violating")
    path = f"/v1/review/appeals/{file_account_appeal(stack, scene)}/decision"
    for name in ("kim", "robin"):
        assert problem_of(stack.reviewer(name).post(path, appeal_decision("upheld"))) == (
            403,
            "same-reviewer",
        )
    sasha = stack.reviewer("sasha")
    first = sasha.answer("POST", path, json=appeal_decision("rejected"))
    assert sasha.answer("POST", path, json=appeal_decision("rejected")) == first
    again = stack.reviewer("noor").post(path, appeal_decision("upheld"))
    assert (*problem_of(again), again.json()["outcome"]) == (409, "already-decided", "rejected")
    assert stack.app().account(scene.account_id)["state"] == "blocked"


def test_account_without_a_block_has_nothing_to_appeal(stack: DeployedStack) -> None:
    body: dict[str, Any] = {"account_id": new_account(), "statement": "Look."}
    assert problem_of(stack.app().post("/v1/appeals", body)) == (409, "conflict")
    block = {"platform": "alpha", "reason": "spam"}
    stack.reviewer("noor").answer("POST", f"/v1/accounts/{body['account_id']}/block", json=block)
    assert problem_of(stack.app().post("/v1/appeals", body)) == (409, "conflict")
    scene = reported_upload(stack)
    assert problem_of(stack.app().post("/v1/appeals", {**body, "case_id": scene.case_id})) == (
        404,
        "not-found",
    )


def test_account_blocked_by_two_cases_must_name_one(stack: DeployedStack) -> None:
    account_id = new_account()
    uploads = [upload_and_publish(stack, account_id, new_picture()) for _ in range(2)]
    cases = []
    for upload_id in uploads:
        stack.person().report(upload_id)
        cases += stack.app().status(upload_id)["case_ids"]
        stack.reviewer().decide(cases[-1], "violating")
    stack.drain()
    body = {"account_id": account_id, "statement": "Both are mine."}
    unclear = stack.app().post("/v1/appeals", body)
    assert refusal(unclear) == (422, "invalid-request", ["/case_id"])
    assert sorted(unclear.json()["cases"]) == sorted(cases)

    appeal = stack.app().answer("POST", "/v1/appeals", json={**body, "case_id": cases[0]})
    path = f"/v1/review/appeals/{appeal['appeal_id']}/decision"
    stack.reviewer("sasha").answer("POST", path, json=appeal_decision("upheld"))
    stack.drain()
    still = stack.app().account(account_id)
    assert [block["case_id"] for block in still["blocks"]] == [cases[1]], (
        "the other case still blocks the account"
    )
    assert [stack.app().status(upload_id)["state"] for upload_id in uploads] == ["published", "removed"]


def test_manual_unblock_does_not_lift_a_block_of_a_case(stack: DeployedStack) -> None:
    scene, noor = removed_upload(stack), stack.reviewer("noor")
    path, block = f"/v1/accounts/{scene.account_id}", {"platform": "alpha", "reason": "a mistake"}
    unblock = {"platform": "alpha"}
    refused = noor.post(f"{path}/unblock", unblock)
    assert (*problem_of(refused), refused.json()["cases"]) == (409, "conflict", [scene.case_id])
    noor.answer("POST", f"{path}/block", json=block)
    lifted = noor.answer("POST", f"{path}/unblock", json=unblock)
    assert (lifted["state"], [one["case_id"] for one in lifted["blocks"]]) == ("blocked", [scene.case_id])


def test_withdrawn_report_takes_no_update(stack: DeployedStack) -> None:
    scene = reported_upload(stack)
    scene.person.withdraw()
    path = f"/v1/cases/{scene.person.case_number}/information"
    rejected_update = scene.person.post(path, {"statement": "And yet."}, headers=scene.person.secret_header)
    assert problem_of(rejected_update) == (409, "conflict")
    rejected_decision = stack.reviewer().post_decision(scene.case_id, decision("violating"))
    assert (*problem_of(rejected_decision), rejected_decision.json()["state"]) == (
        409,
        "already-decided",
        "withdrawn",
    )


def test_hash_without_an_image_cannot_be_judged(stack: DeployedStack) -> None:
    stack.person().report(hashes=[own_hash(new_picture())])
    case_id = newest_case(stack)["case_id"]
    refused = stack.reviewer().post_decision(case_id, decision("violating"))
    assert problem_of(refused) == (409, "conflict")
    assert stack.reviewer().case(case_id)["state"] == "open"


def test_hash_of_low_quality_is_rejected(stack: DeployedStack) -> None:
    hashes = [{"pdq": "0f" * 32, "quality": quality} for quality in (80, 49, 0)]
    refused = stack.person().post("/v1/reports", {"relation": "self", "hashes": hashes})
    assert refusal(refused) == (422, "invalid-request", ["/hashes/1/quality", "/hashes/2/quality"])
    assert stack.app().check("0f" * 32) == "clear"


def test_texts_in_any_language_are_returned_unchanged(stack: DeployedStack) -> None:
    scene, robin = reported_upload(stack), stack.reviewer()
    text = "Das bin ich. 这是我。🙈 \u202eabc\u0000'); DROP TABLE cases;-- <script>alert(1)</script> {{7*7}}"
    scene.person.complete(
        statement=text, signature="Zoë 山田", contact={"name": "Ж", "email": "j@example.org"}
    )
    assert robin.case(scene.case_id)["reports"][0]["statement"] == text
    long = "ß💩" * 2500
    scene.person.complete(statement=long)
    assert robin.case(scene.case_id)["reports"][0]["statement"] == long
    wordy = decision("not_violating", reasons=long, factors={**FACTORS, "shown": ["none", "synthetic"]})
    decided = robin.post_decision(scene.case_id, wordy).json()
    assert decided["decision"]["reasons"] == long
