"""Platforms share the bank and nothing else; uploads without a ticket are scanned too."""

from __future__ import annotations

import pytest
import requests

from tests.journeys.clients import appeal_decision
from tests.journeys.deployed import DeployedStack
from tests.journeys.reported_uploads import new_account, new_picture, removed_upload, upload_and_publish


def put_and_get_event(
    stack: DeployedStack, key: str, data: bytes, content_type: str | None = "image/jpeg"
) -> dict[str, object]:
    """Put an object without a ticket. Return the event with its outcome."""
    stack.events()
    stack.app().put_object(key, data, content_type)
    stack.drain()
    (event,) = (one["detail"] for one in stack.events() if one["detail"].get("key") == key)
    return dict(event)


def test_account_block_applies_to_one_platform(stack: DeployedStack) -> None:
    scene = removed_upload(stack)
    assert stack.app("alpha").account(scene.account_id)["state"] == "blocked"
    assert stack.app("beta").account(scene.account_id)["state"] == "active"
    assert stack.app("beta").ticket(scene.account_id)["upload_id"]
    seen = stack.reviewer().answer("GET", f"/v1/accounts/{scene.account_id}?platform=alpha")
    assert (seen["platform"], seen["state"]) == ("alpha", "blocked")


def test_decision_for_one_platform_blocks_the_image_on_all(stack: DeployedStack) -> None:
    scene = removed_upload(stack)
    copy = stack.app("beta").upload(new_account(), scene.picture)
    stack.drain()
    assert stack.app("beta").status(copy)["state"] == "blocked"


@pytest.mark.law("US4")
def test_published_copy_is_removed_on_the_other_platform(stack: DeployedStack) -> None:
    picture = new_picture()
    first = upload_and_publish(stack, new_account(), picture, "alpha")
    second = upload_and_publish(stack, new_account(), picture, "beta")
    shown = stack.app("beta").status(second)["url"]
    stack.person().report(first)
    (case_id,) = stack.app("alpha").status(first)["case_ids"]
    stack.reviewer().claim(case_id)
    stack.reviewer().decide(case_id, "violating")
    stack.drain()
    swept = stack.app("beta").status(second)
    assert (swept["state"], swept["reason"]) == ("removed", "matches_confirmed_entry")
    assert requests.get(shown, timeout=30).status_code == 403


def test_platform_cannot_appeal_for_an_account_of_another(stack: DeployedStack) -> None:
    scene = removed_upload(stack)
    appeal = {"account_id": scene.account_id, "statement": "Let them back in."}
    assert stack.app("beta").post("/v1/appeals", appeal).status_code == 409
    named = stack.app("beta").post("/v1/appeals", {**appeal, "case_id": scene.case_id})
    assert named.status_code == 404


def test_direct_upload_is_published_when_clear(stack: DeployedStack) -> None:
    key = f"alpha/{new_account()}/holiday/beach.jpg"
    event = put_and_get_event(stack, key, new_picture())
    assert event["state"] == "published"
    status = stack.app().status(str(event["upload_id"]))
    assert requests.get(status["url"], timeout=30).status_code == 200
    assert "beach" not in status["url"], "the published address contains the name of the file"


def test_direct_upload_is_blocked_when_matched(stack: DeployedStack) -> None:
    scene = removed_upload(stack)
    event = put_and_get_event(stack, f"beta/{new_account()}/x", scene.picture)
    assert (event["state"], event["reason"]) == ("blocked", "matches_confirmed_entry")


def test_direct_upload_of_a_blocked_account_is_rejected(stack: DeployedStack) -> None:
    scene = removed_upload(stack)
    event = put_and_get_event(stack, f"alpha/{scene.account_id}/x", new_picture())
    assert (event["state"], event["reason"]) == ("rejected", "account_blocked")


def test_ticket_issued_before_a_block_publishes_nothing(stack: DeployedStack) -> None:
    scene = removed_upload(stack)
    appealed = {"account_id": scene.account_id, "statement": "It is not so."}
    appeal = stack.app().answer("POST", "/v1/appeals", json=appealed)
    decide = f"/v1/review/appeals/{appeal['appeal_id']}/decision"
    stack.reviewer("sasha").answer("POST", decide, json=appeal_decision("upheld"))
    ticket = stack.app().ticket(scene.account_id)
    blocked = {"platform": "alpha", "reason": "asked by the police"}
    stack.reviewer("noor").answer("POST", f"/v1/accounts/{scene.account_id}/block", json=blocked)
    stack.app().put(ticket, new_picture())
    stack.drain()
    status = stack.app().status(ticket["upload_id"])
    assert (status["state"], status["reason"], status["url"]) == ("rejected", "account_blocked", None)


@pytest.mark.parametrize(
    "key", ["loose.jpg", "alpha/loose.jpg", "al pha/x/y", "alpha//y", "../alpha/x/y", "alpha/x..y/z"]
)
def test_object_without_an_owner_is_rejected(stack: DeployedStack, key: str) -> None:
    event = put_and_get_event(stack, key, new_picture())
    assert (event["state"], event["reason"]) == ("rejected", "malformed_key")
    assert not requests.get(f"{stack.description['published_base_url']}/{key}", timeout=30).ok
