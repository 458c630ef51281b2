"""What does not fit the present state: refused with what that is, and nothing changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.functions.fitting import refusal
from tests.journeys.clients import FACTORS, appeal_decision, decision
from tests.journeys.deployed import Deployed
from tests.journeys.scenes import (
    Scene,
    new_account,
    new_picture,
    newest_case,
    own_hash,
    published,
    reported,
    taken_down,
)


def told(response: requests.Response) -> tuple[int, str]:
    """Status and kind of a problem."""
    return refusal(response)[:2]


def appealed(stack: Deployed, scene: Scene) -> str:
    """The appeal of the account that a case blocks."""
    asked = {"account_id": scene.account_id, "statement": "Look again."}
    return str(stack.app().answer("POST", "/v1/appeals", json=asked)["appeal_id"])


def test_a_case_that_another_reviewer_has_claimed_is_not_to_be_had(stack: Deployed) -> None:
    scene, robin, sasha = reported(stack), stack.reviewer("robin"), stack.reviewer("sasha")
    robin.claim(scene.case_id)
    refused = sasha.post(f"/v1/review/cases/{scene.case_id}/claim")
    assert told(refused) == (409, "claimed-by-another")
    assert refused.json()["until"] == robin.case(scene.case_id)["claimed_until"].replace("Z", "+00:00")
    look = {"upload_id": scene.upload_id}
    assert told(sasha.post(f"/v1/review/cases/{scene.case_id}/reveal", look)) == (403, "not-allowed")
    decided = sasha.judge(scene.case_id, decision("violating"))
    assert told(decided) == (409, "claimed-by-another")
    assert robin.case(scene.case_id)["claimed_by_you"]
    assert stack.app().status(scene.upload_id)["state"] == "published"


def test_the_next_case_is_never_one_that_somebody_has(stack: Deployed) -> None:
    scenes = {reported(stack).case_id for _ in range(2)}
    mine, theirs = stack.reviewer("kim").next()["case_id"], stack.reviewer("ada").next()["case_id"]
    assert mine != theirs
    assert stack.reviewer("kim").next()["case_id"] == mine, "one's own claim is renewed"
    assert scenes


def test_a_decision_on_what_was_read_before_it_changed_is_refused_with_what_it_is_now(
    stack: Deployed,
) -> None:
    scene, robin = reported(stack), stack.reviewer()
    read = robin.get(f"/v1/review/cases/{scene.case_id}")
    assert read.headers["etag"] == f'"{read.json()["revision"]}"'
    robin.claim(scene.case_id)
    robin.decide(scene.case_id, "needs_information", if_match=read.headers["etag"])

    path = f"/v1/review/cases/{scene.case_id}/decision"
    stale = robin.post(path, decision("violating"), headers={"If-Match": read.headers["etag"]})
    assert told(stale) == (412, "stale-version")
    now = robin.get(f"/v1/review/cases/{scene.case_id}")
    assert (stale.json()["revision"], stale.json()["state"]) == (now.json()["revision"], "needs_information")
    assert stack.app().status(scene.upload_id)["state"] == "published"

    robin.claim(scene.case_id)
    fresh = robin.post(path, decision("violating"), headers={"If-Match": now.headers["etag"]})
    assert fresh.json()["state"] == "decided"
    assert fresh.headers["etag"] != now.headers["etag"]


@pytest.mark.parametrize("headers", [{}, {"If-Match": "*"}])
def test_a_decision_without_the_version_that_was_read_is_refused(
    stack: Deployed, headers: dict[str, str]
) -> None:
    scene, robin = reported(stack), stack.reviewer()
    path = f"/v1/review/cases/{scene.case_id}/decision"
    refused = robin.post(path, decision("not_violating"), headers=headers)
    assert refusal(refused) == (428, "version-needed", ["header If-Match"])
    assert robin.case(scene.case_id)["state"] == "open"


def test_what_is_reported_or_withdrawn_after_a_reviewer_has_read_is_not_overlooked(stack: Deployed) -> None:
    scene, robin = reported(stack), stack.reviewer()
    path = f"/v1/review/cases/{scene.case_id}/decision"
    shown = stack.person()
    moments: list[Callable[[], object]] = [lambda: shown.report(scene.upload_id), shown.withdraw]
    for moment in moments:
        read = robin.has_read(scene.case_id)
        moment()
        assert told(robin.post(path, decision("not_violating"), headers=read)) == (412, "stale-version")
    assert robin.judge(scene.case_id, decision("not_violating")).ok


def test_a_case_is_decided_once(stack: Deployed) -> None:
    scene, robin = reported(stack), stack.reviewer()
    first = robin.decide(scene.case_id, "violating")
    assert robin.decide(scene.case_id, "violating") == first, "told again, it is the same decision"
    for reviewer, outcome in [("robin", "not_violating"), ("sasha", "violating"), ("sasha", "not_violating")]:
        again = stack.reviewer(reviewer).judge(scene.case_id, decision(outcome))
        assert told(again) == (409, "already-decided")
        assert again.json()["state"] == "decided"
    assert told(robin.post(f"/v1/review/cases/{scene.case_id}/claim")) == (409, "already-decided")
    assert robin.case(scene.case_id) | {"others_reading": []} == first


def test_what_many_reports_say_is_shown_in_parts_and_never_keeps_a_case_from_being_decided(
    stack: Deployed,
) -> None:
    """Each as long as it can be: what one of them takes is a hundred times a usual one."""
    scene, robin = reported(stack), stack.reviewer()
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
    assert len(json.dumps(first.text)) < 5_000_000, "a function answers 6 MB at most"
    header = {"Idempotency-Key": "one-of-its-own", "If-Match": first.headers["etag"]}
    told = [
        robin.post(f"/v1/review/cases/{scene.case_id}/decision", decision("violating"), headers=header)
        for _ in range(2)
    ]
    assert [one.status_code for one in told] == [200, 200]
    assert told[0].json() == told[1].json()


def test_a_locked_case_is_nobodys_to_act_on(stack: Deployed) -> None:
    scene, robin = reported(stack), stack.reviewer()
    robin.decide(scene.case_id, "suspected_child")
    path = f"/v1/review/cases/{scene.case_id}"
    for name in ("robin", "sasha", "noor", "ada"):
        other = stack.reviewer(name)
        assert told(other.judge(scene.case_id, decision("not_violating"))) == (403, "case-locked")
        assert told(other.post(f"{path}/claim")) == (403, "case-locked")
        assert told(other.post(f"{path}/reveal", {"upload_id": scene.upload_id})) == (403, "case-locked")
    again = robin.decide(scene.case_id, "suspected_child")
    assert (again["state"], again["reports"], again["uploads"], again["decision"]) == ("locked", [], [], None)
    asked = {"account_id": scene.account_id, "statement": "Look again."}
    assert told(stack.app().post("/v1/appeals", asked)) == (409, "conflict")
    assert stack.app().account(scene.account_id)["state"] == "blocked"


def test_only_who_works_on_a_case_looks_at_its_pictures(stack: Deployed) -> None:
    scene, robin = reported(stack), stack.reviewer()
    path = f"/v1/review/cases/{scene.case_id}/reveal"
    assert told(robin.post(path, {"upload_id": scene.upload_id})) == (403, "not-allowed")
    robin.claim(scene.case_id)
    other = published(stack, new_account(), new_picture())
    assert told(robin.post(path, {"upload_id": other})) == (404, "not-found")
    assert robin.reveal(scene.case_id, scene.upload_id)["image"]
    robin.decide(scene.case_id, "violating")
    assert told(robin.post(path, {"upload_id": scene.upload_id})) == (403, "not-allowed")
    assert stack.reviewer("noor").reveal(scene.case_id, scene.upload_id)["image"], "a senior may"


def test_an_appeal_told_twice_is_one(stack: Deployed) -> None:
    scene = taken_down(stack)
    assert appealed(stack, scene) == appealed(stack, scene)
    waiting = stack.reviewer().answer("GET", "/v1/review/appeals?limit=100")["appeals"]
    assert [one["account_id"] for one in waiting].count(scene.account_id) == 1


def test_an_appeal_is_decided_once_and_by_nobody_who_had_a_part_in_the_case(stack: Deployed) -> None:
    scene = reported(stack)
    stack.reviewer("kim").claim(scene.case_id)
    stack.reviewer("kim").decide(scene.case_id, "needs_information")
    stack.reviewer("robin").decide(scene.case_id, "violating")
    path = f"/v1/review/appeals/{appealed(stack, scene)}/decision"
    for name in ("kim", "robin"):
        assert told(stack.reviewer(name).post(path, appeal_decision("upheld"))) == (403, "same-reviewer")
    sasha = stack.reviewer("sasha")
    first = sasha.answer("POST", path, json=appeal_decision("rejected"))
    assert sasha.answer("POST", path, json=appeal_decision("rejected")) == first
    again = stack.reviewer("noor").post(path, appeal_decision("upheld"))
    assert (*told(again), again.json()["outcome"]) == (409, "already-decided", "rejected")
    assert stack.app().account(scene.account_id)["state"] == "blocked"


def test_where_nothing_blocks_an_account_there_is_nothing_to_appeal(stack: Deployed) -> None:
    asked: dict[str, Any] = {"account_id": new_account(), "statement": "Look."}
    assert told(stack.app().post("/v1/appeals", asked)) == (409, "conflict")
    by_hand = {"platform": "alpha", "reason": "by hand"}
    stack.reviewer("noor").answer("POST", f"/v1/accounts/{asked['account_id']}/block", json=by_hand)
    assert told(stack.app().post("/v1/appeals", asked)) == (409, "conflict")
    scene = reported(stack)
    assert told(stack.app().post("/v1/appeals", {**asked, "case_id": scene.case_id})) == (404, "not-found")


def test_an_account_that_two_cases_block_has_to_say_which_it_appeals(stack: Deployed) -> None:
    account_id = new_account()
    uploads = [published(stack, account_id, new_picture()) for _ in range(2)]
    cases = []
    for upload_id in uploads:
        stack.person().report(upload_id)
        cases += stack.app().status(upload_id)["case_ids"]
        stack.reviewer().decide(cases[-1], "violating")
    stack.drain()
    asked = {"account_id": account_id, "statement": "Both are mine."}
    unclear = stack.app().post("/v1/appeals", asked)
    assert refusal(unclear) == (422, "invalid-request", ["/case_id"])
    assert sorted(unclear.json()["cases"]) == sorted(cases)

    appeal = stack.app().answer("POST", "/v1/appeals", json={**asked, "case_id": cases[0]})
    path = f"/v1/review/appeals/{appeal['appeal_id']}/decision"
    stack.reviewer("sasha").answer("POST", path, json=appeal_decision("upheld"))
    stack.drain()
    still = stack.app().account(account_id)
    assert [block["case_id"] for block in still["blocks"]] == [cases[1]], "the other case still stands"
    assert [stack.app().status(upload_id)["state"] for upload_id in uploads] == ["published", "removed"]


def test_a_block_by_a_case_is_not_lifted_by_hand(stack: Deployed) -> None:
    scene, noor = taken_down(stack), stack.reviewer("noor")
    path, order = f"/v1/accounts/{scene.account_id}", {"platform": "alpha", "reason": "a mistake"}
    unblock = {"platform": "alpha"}
    refused = noor.post(f"{path}/unblock", unblock)
    assert (*told(refused), refused.json()["cases"]) == (409, "conflict", [scene.case_id])
    noor.answer("POST", f"{path}/block", json=order)
    lifted = noor.answer("POST", f"{path}/unblock", json=unblock)
    assert (lifted["state"], [one["case_id"] for one in lifted["blocks"]]) == ("blocked", [scene.case_id])


def test_a_withdrawn_report_takes_nothing_more(stack: Deployed) -> None:
    scene = reported(stack)
    scene.person.withdraw()
    path = f"/v1/cases/{scene.person.case_number}/information"
    refused = scene.person.post(path, {"statement": "And yet."}, headers=scene.person.opens)
    assert told(refused) == (409, "conflict")
    gone = stack.reviewer().judge(scene.case_id, decision("violating"))
    assert (*told(gone), gone.json()["state"]) == (409, "already-decided", "withdrawn")


def test_a_hash_that_nothing_was_found_for_can_not_be_judged(stack: Deployed) -> None:
    stack.person().report(hashes=[own_hash(new_picture())])
    case_id = newest_case(stack)["case_id"]
    refused = stack.reviewer().judge(case_id, decision("violating"))
    assert told(refused) == (409, "conflict")
    assert stack.reviewer().case(case_id)["state"] == "open"


def test_a_hash_that_says_too_little_is_not_taken(stack: Deployed) -> None:
    hashes = [{"pdq": "0f" * 32, "quality": quality} for quality in (80, 49, 0)]
    refused = stack.person().post("/v1/reports", {"relation": "self", "hashes": hashes})
    assert refusal(refused) == (422, "invalid-request", ["/hashes/1/quality", "/hashes/2/quality"])
    assert stack.app().check("0f" * 32) == "clear"


def test_texts_of_any_language_come_back_as_they_were_written(stack: Deployed) -> None:
    scene, robin = reported(stack), stack.reviewer()
    text = "Das bin ich. 这是我。🙈 \u202eabc\u0000'); DROP TABLE cases;-- <script>alert(1)</script> {{7*7}}"
    scene.person.complete(
        statement=text, signature="Zoë 山田", contact={"name": "Ж", "email": "j@example.org"}
    )
    assert robin.case(scene.case_id)["reports"][0]["statement"] == text
    long = "ß💩" * 2500
    scene.person.complete(statement=long)
    assert robin.case(scene.case_id)["reports"][0]["statement"] == long
    wordy = decision("not_violating", reasons=long, factors={**FACTORS, "shown": ["none", "synthetic"]})
    decided = robin.judge(scene.case_id, wordy).json()
    assert decided["decision"]["reasons"] == long
