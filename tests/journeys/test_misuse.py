"""Repeated uploads of a confirmed image lead to a warning, a review and a temporary suspension."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from tests.journeys.clients import Json, appeal_decision
from tests.journeys.deployed import DeployedStack
from tests.journeys.reported_uploads import (
    new_account,
    new_picture,
    repeat_offender,
    unfounded_reporter,
    upload_and_publish,
)

SUSPEND = {"outcome": "suspend", "intention": "deliberate", "reasons": "it continued", "days": 2}


def account_notices(stack: DeployedStack, account_id: str) -> list[str]:
    """Return the account holder's notices, without those about single uploads, oldest first."""
    notices = reversed(stack.app("beta").notices(account_id))
    return [one["kind"] for one in notices if "image_blocked" not in one["values"].get("action", [])]


def review_of(stack: DeployedStack, account_id: str) -> Json:
    reviews = stack.reviewer().answer("GET", "/v1/review/misuse")["reviews"]
    (found,) = [one for one in reviews if one["account_id"] == account_id]
    return dict(found)


@pytest.mark.law("EU6")
def test_account_is_warned_reviewed_and_suspended_by_a_person(stack: DeployedStack) -> None:
    beta, robin = stack.app("beta"), stack.reviewer()
    account_id, _ = repeat_offender(stack)
    assert account_notices(stack, account_id) == ["warning"]
    assert beta.account(account_id)["state"] == "active"
    review = review_of(stack, account_id)
    path = f"/v1/review/misuse/{review['review_id']}"
    found = robin.answer("GET", path)
    assert (found["stopped"], found["total"], found["may_suspend"]) == (3, 3, True)
    assert found["shown"] == [{"shown": "nudity", "cases": 1}]
    stack.events()
    decided = robin.answer("POST", f"{path}/decision", json=SUSPEND)
    assert decided == robin.answer("POST", f"{path}/decision", json=SUSPEND)
    stack.drain()
    (block,) = beta.account(account_id)["blocks"]
    assert (block["case_id"], block["until"]) == (None, decided["until"])
    asked = {"account_id": account_id, "content_type": "image/jpeg"}
    assert beta.post("/v1/uploads", json=asked).status_code == 403
    blocked, decided_of = sorted(
        (one["detail"] for one in stack.events() if one["detail-type"] != "notice.issued"),
        key=len,
        reverse=True,
    )
    assert set(blocked) - {"id", "time"} == {"platform", "account_id", "case_id", "blocked", "review_id"}
    assert set(decided_of) - {"id", "time"} == {"review_id", "outcome"}
    assert str(UUID(decided_of["review_id"])) == review["review_id"]

    stack.stack.clock.advance(timedelta(days=2, minutes=5))
    stack.drain()
    assert beta.account(account_id)["state"] == "active"
    assert beta.post("/v1/uploads", json=asked).ok
    assert account_notices(stack, account_id) == ["warning", "statement_of_reasons", "block_lifted"]


@pytest.mark.law("EU6", "EU5")
def test_granted_appeal_ends_the_suspension_it_supported(stack: DeployedStack) -> None:
    beta, robin = stack.app("beta"), stack.reviewer()
    account_id, scene = repeat_offender(stack)
    path = f"/v1/review/misuse/{review_of(stack, account_id)['review_id']}"
    robin.answer("POST", f"{path}/decision", json=SUSPEND)
    appeal = stack.app().answer(
        "POST", "/v1/appeals", json={"account_id": scene.account_id, "statement": "It is me, and my own."}
    )
    upheld = f"/v1/review/appeals/{appeal['appeal_id']}/decision"
    stack.reviewer("sasha").answer("POST", upheld, json=appeal_decision("upheld"))
    stack.drain()
    assert beta.account(account_id)["state"] == "active"
    assert robin.answer("GET", path)["review"]["ending"] == "fell"
    assert robin.answer("GET", path)["stopped"] == 0


@pytest.mark.law("EU6", "EU2", "EU5")
def test_unfounded_reporter_is_deferred_and_loses_nothing(stack: DeployedStack) -> None:
    beta, kim = stack.app("beta"), stack.reviewer("kim")
    account_id, review_id = unfounded_reporter(stack)
    path = f"/v1/review/misuse/{review_id}"
    found = kim.answer("GET", path)
    assert (found["review"]["kind"], found["review"]["account_id"]) == ("reporter", None)
    assert (found["stopped"], found["total"], found["not_the_subject"]) == (3, 3, 3)
    assert (found["may_suspend"], stack.reviewer().answer("GET", path)["may_suspend"]) == (True, False)
    assert account_id not in str(found)
    assert stack.reviewer().post(f"{path}/decision", json=SUSPEND).status_code == 403
    decided = kim.answer("POST", f"{path}/decision", json=SUSPEND)
    stack.drain()
    upload_id = upload_and_publish(stack, new_account(), new_picture())
    filed = beta.report(account_id, upload_id)
    assert filed["valid"] and filed["set_aside_until"] < decided["until"]
    assert "It is not lost" in filed["notice"][0] and "appeal" in filed["notice"][1]
    (case_id,) = stack.app().status(upload_id)["case_ids"]
    listed = kim.answer("GET", "/v1/review/queue?limit=100")["cases"]
    (case,) = [one for one in listed if one["case_id"] == case_id]
    assert case["set_aside_until"] == filed["set_aside_until"]
    mine = {"Case-Secret": filed["secret"]}
    followed = beta.answer("GET", f"/v1/cases/{filed['case_number']}", headers=mine)
    assert followed["set_aside_until"] == filed["set_aside_until"]
    stack.reviewer("noor").answer("POST", f"{path}/lift", json={"reasons": "let them"})
    stack.drain()
    followed = beta.answer("GET", f"/v1/cases/{filed['case_number']}", headers=mine)
    assert followed["set_aside_until"] is None


def test_only_reviewers_see_misuse_reviews_and_seniors_lift(stack: DeployedStack) -> None:
    account_id, _ = repeat_offender(stack)
    review_id = review_of(stack, account_id)["review_id"]
    path = f"/v1/review/misuse/{review_id}"
    assert stack.app("beta").get(path).status_code == 403
    assert stack.reviewer("charlie").get("/v1/review/misuse").status_code == 403
    assert stack.reviewer("charlie").get(path).status_code == 403
    robin = stack.reviewer()
    assert robin.post(f"{path}/lift", json={"reasons": "so"}).status_code == 403
    assert robin.get("/v1/review/misuse/none").status_code == 404
    robin.answer("POST", f"{path}/decision", json=SUSPEND)
    held = robin.answer("GET", "/v1/review/misuse?suspended=true")["reviews"]
    assert review_id in {one["review_id"] for one in held}
    assert not robin.answer("GET", path)["may_lift"]
    assert stack.reviewer("noor").answer("GET", path)["may_lift"]
    refused = robin.post(f"{path}/decision", json={**SUSPEND, "days": 3})
    assert refused.json()["type"].endswith("/already-decided")
