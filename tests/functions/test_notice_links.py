"""Notices by link: a link opens the notices about one decision, and a wrong one reveals nothing."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.functions.valid_requests import refusal
from tests.journeys.clients import Json, PlatformClient, appeal_decision
from tests.journeys.deployed import DeployedStack
from tests.journeys.reported_uploads import (
    ReportedUpload,
    new_account,
    new_picture,
    removed_upload,
    upload_and_publish,
)

MAX_ATTEMPTS = 10
"""Allowed wrong secrets for one link, per hour."""


@pytest.fixture(scope="module")
def scene(stack: DeployedStack) -> ReportedUpload:
    return removed_upload(stack)


@pytest.fixture
def alpha(stack: DeployedStack) -> PlatformClient:
    return stack.app()


@pytest.fixture
def token(scene: ReportedUpload, alpha: PlatformClient) -> Iterator[str]:
    notice = alpha.notices(scene.account_id)[-1]
    token = alpha.link(scene.account_id, notice["notice_id"])
    yield token
    opened = alpha.get(f"/v1/notices/{token}")
    assert opened.ok, "the right link must open after any number of wrong ones"


def attempts(stack: DeployedStack, token: str, times: int) -> list[tuple[int, bytes, list[tuple[str, str]]]]:
    """Return the responses to this many wrong links, alternately to read and to appeal."""
    responses = []
    for number in range(times):
        method, more, body = [("GET", "", None), ("POST", "/appeal", {"statement": "why"})][number % 2]
        answer = stack.person().request(method, f"/v1/notices/{token}{more}", json=body)
        headers = sorted((name, value) for name, value in answer.headers.items() if name != "Date")
        responses.append((answer.status_code, answer.content, headers))
    return responses


def test_wrong_and_unknown_links_get_identical_answers(stack: DeployedStack, token: str) -> None:
    number = token.partition("-")[0]
    wrong = attempts(stack, f"{number}-AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-F", MAX_ATTEMPTS + 3)
    assert wrong == attempts(stack, "00000000-AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-F", MAX_ATTEMPTS + 3)
    assert [status for status, _, _ in wrong] == [404] * MAX_ATTEMPTS + [429] * 3
    assert len({body for _, body, _ in wrong}) == 2


@pytest.mark.parametrize("token", ["0", "-", "%2E%2E", "A" * 64, "%F0%9F%98%80", "ATTEMPTS%23x"])
def test_malformed_link_opens_nothing(stack: DeployedStack, token: str) -> None:
    assert refusal(stack.person().get(f"/v1/notices/{token}")) == (404, "not-found", [])


def test_link_shows_action_and_reason_and_names_nobody(
    stack: DeployedStack, scene: ReportedUpload, token: str
) -> None:
    opened = stack.person().answer("GET", f"/v1/notices/{token}")
    statement = opened["notices"][0]
    assert (opened["platform"], opened["account_id"]) == ("alpha", scene.account_id)
    assert statement["kind"] == "statement_of_reasons"
    assert statement["values"]["uploads"] == [scene.upload_id]
    assert scene.person.case_number not in str(opened)
    assert opened["appealable_until"] is not None


def test_appeal_by_link_equals_the_appeal_by_the_platform(stack: DeployedStack) -> None:
    scene, alpha = removed_upload(stack), stack.app()
    token = alpha.link(scene.account_id, alpha.notices(scene.account_id)[0]["notice_id"])
    filed = stack.person().answer("POST", f"/v1/notices/{token}/appeal", json={"statement": "A beach."})
    body = {"account_id": scene.account_id, "statement": "Again."}
    assert alpha.answer("POST", "/v1/appeals", json=body)["filed_at"] == filed["filed_at"]
    waiting = stack.reviewer("sasha").answer("GET", "/v1/review/appeals?limit=100")["appeals"]
    (mine,) = [one for one in waiting if one["account_id"] == scene.account_id]
    assert mine["statement"] == "A beach."
    opened = stack.person().answer("GET", f"/v1/notices/{token}")
    assert (opened["appealable_until"], opened["appeal"]["outcome"]) == (None, None)


def test_manual_block_appeal_is_one_by_link_and_by_platform(
    stack: DeployedStack, alpha: PlatformClient
) -> None:
    account_id, noor, sasha = new_account(), stack.reviewer("noor"), stack.reviewer("sasha")
    block = {"platform": "alpha", "reason": "It sells what others posted."}
    noor.answer("POST", f"/v1/accounts/{account_id}/block", json=block)
    stack.drain()
    (notice,) = alpha.notices(account_id)
    token = alpha.link(account_id, notice["notice_id"])
    filed = stack.person().answer("POST", f"/v1/notices/{token}/appeal", json={"statement": "Not me."})
    body = {"account_id": account_id, "by_hand": True, "statement": "Again."}
    same = alpha.answer("POST", "/v1/appeals", json=body)
    assert (same["filed_at"], same["by_hand"], same["case_id"]) == (filed["filed_at"], True, None)
    both = alpha.post("/v1/appeals", {**body, "case_id": same["appeal_id"]})
    assert refusal(both)[:2] == (422, "invalid-request")

    waiting = sasha.answer("GET", "/v1/review/appeals?limit=100")["appeals"]
    (mine,) = [one for one in waiting if one["account_id"] == account_id]
    assert (mine["case_id"], mine["block"]["reason"]) == (None, block["reason"])
    path, upheld = f"/v1/review/appeals/{mine['appeal_id']}/decision", appeal_decision("upheld")
    assert refusal(noor.post(path, upheld))[:2] == (403, "same-reviewer")
    assert sasha.answer("POST", path, json=upheld)["outcome"] == "upheld"
    assert alpha.account(account_id)["state"] == "active"
    assert stack.person().answer("GET", f"/v1/notices/{token}")["appeal"]["outcome"] == "upheld"


def test_other_platform_cannot_list_or_link_a_notice(stack: DeployedStack, scene: ReportedUpload) -> None:
    beta = stack.app("beta")
    notice = stack.app().notices(scene.account_id)[0]
    assert beta.notices(scene.account_id) == []
    path = f"/v1/accounts/{scene.account_id}/notices/{notice['notice_id']}/link"
    assert refusal(beta.post(path)) == (404, "not-found", [])


def test_repeated_link_request_returns_the_same_link(scene: ReportedUpload, alpha: PlatformClient) -> None:
    notice = alpha.notices(scene.account_id)[0]
    path = f"/v1/accounts/{scene.account_id}/notices/{notice['notice_id']}/link"
    key = {"Idempotency-Key": str(uuid4())}
    links = [alpha.answer("POST", path, headers=key)["token"] for _ in range(2)]
    links.append(alpha.answer("POST", path)["token"])
    alpha.watch.add_private(*links)
    assert links[0] == links[1] != links[2]


def test_notices_are_paged_newest_first(stack: DeployedStack, alpha: PlatformClient) -> None:
    account, noor = new_account(), stack.reviewer("noor")
    for number in range(5):
        body = {"platform": "alpha"}
        if number % 2:
            noor.answer("POST", f"/v1/accounts/{account}/unblock", json=body)
        else:
            body |= {"reason": f"spam, {number}"}
            noor.answer("POST", f"/v1/accounts/{account}/block", json=body)
        stack.drain()
    found: list[Json] = []
    cursor = ""
    while True:
        more = f"&cursor={cursor}" if cursor else ""
        page = alpha.answer("GET", f"/v1/accounts/{account}/notices?limit=2{more}")
        found += page["notices"]
        if page["next"] is None:
            break
        cursor = page["next"]
    kinds = ["statement_of_reasons", "block_lifted"] * 3
    assert [notice["kind"] for notice in found] == kinds[:5]
    assert [notice["at"] for notice in found] == sorted((one["at"] for one in found), reverse=True)
    assert refusal(alpha.get(f"/v1/accounts/{account}/notices?cursor=x"))[:2] == (422, "invalid-request")


def test_account_without_notices_has_an_empty_list(alpha: PlatformClient) -> None:
    assert alpha.notices(new_account()) == []


def test_unsupported_language_is_kept_and_notices_are_english(stack: DeployedStack) -> None:
    account, alpha = new_account(), stack.app()
    assert alpha.answer("POST", f"/v1/accounts/{account}/language", json={"language": "sw"})["blocks"] == []
    picture = new_picture()
    upload_id = upload_and_publish(stack, account, picture)
    stack.person().report(upload_id)
    (case_id,) = alpha.status(upload_id)["case_ids"]
    stack.reviewer().claim(case_id)
    stack.reviewer().decide(case_id, "violating")
    stack.drain()
    assert alpha.notices(account)[0]["language"] == "en"
    wrong = alpha.post(f"/v1/accounts/{account}/language", {"language": "english please"})
    assert refusal(wrong) == (422, "invalid-request", ["/language"])
