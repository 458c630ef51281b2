"""People report by upload or by hash, complete a report, view it and withdraw it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from PIL import Image

from tests.journeys.clients import VALID, appeal_decision
from tests.journeys.deployed import DeployedStack
from tests.journeys.reported_uploads import (
    new_account,
    new_picture,
    newest_case,
    own_hash,
    removed_upload,
    reported_upload,
    upload_and_publish,
)
from tests.journeys.sample_images import drawn, jpeg

UNVERIFIED_MATCH = ("held", "needs_review")


def held_by_a_hash(stack: DeployedStack) -> tuple[str, str, str, bytes]:
    """Report a hash, then upload the image. Return upload, account, case and image."""
    picture, account_id = new_picture(), new_account()
    stack.person().report(hashes=[own_hash(picture)])
    stack.drain()
    upload_id = stack.app().upload(account_id, picture)
    stack.drain()
    return upload_id, account_id, newest_case(stack)["case_id"], picture


@pytest.mark.law("GD3")
def test_reported_hash_holds_the_upload_and_penalises_nobody(stack: DeployedStack) -> None:
    upload_id, account_id, case_id, _ = held_by_a_hash(stack)
    status = stack.app().status(upload_id)
    assert (status["state"], status["reason"]) == UNVERIFIED_MATCH
    assert (status["url"], status["case_ids"]) == (None, [case_id])
    assert stack.app().account(account_id)["state"] == "active"
    (upload,) = stack.reviewer().case(case_id)["uploads"]
    assert upload["matches"][0]["standing"] == "unverified"
    assert upload["matches"][0]["provenance"] == ["report"]


def test_held_image_found_not_violating_is_published(stack: DeployedStack) -> None:
    upload_id, _, case_id, picture = held_by_a_hash(stack)
    robin = stack.reviewer()
    robin.claim(case_id)
    robin.decide(case_id, "not_violating")
    stack.drain()
    assert stack.app().status(upload_id)["state"] == "published"
    again = stack.app("beta").upload(new_account(), picture)
    stack.drain()
    assert stack.app("beta").status(again)["state"] == "published", "a dismissed claim held another upload"
    assert stack.app().check(own_hash(picture)["pdq"]) == "clear"


def test_held_image_found_violating_is_blocked_with_its_account(stack: DeployedStack) -> None:
    upload_id, account_id, case_id, picture = held_by_a_hash(stack)
    robin = stack.reviewer()
    robin.claim(case_id)
    robin.decide(case_id, "violating")
    stack.drain()
    status = stack.app().status(upload_id)
    assert (status["state"], status["reason"]) == ("blocked", "judged_violating")
    assert stack.app().account(account_id)["blocks"][0]["case_id"] == case_id
    again = stack.app("beta").upload(new_account(), picture)
    stack.drain()
    assert stack.app("beta").status(again)["reason"] == "matches_confirmed_entry"
    assert stack.app().check(own_hash(picture)["pdq"]) == "block"


def test_withdrawn_hash_stops_nothing(stack: DeployedStack) -> None:
    picture, person = new_picture(), stack.person()
    person.report(hashes=[own_hash(picture)])
    stack.drain()
    held = stack.app().upload(new_account(), picture)
    stack.drain()
    assert stack.app().status(held)["state"] == "held"
    assert stack.app().check(own_hash(picture)["pdq"]) == "review"

    assert person.withdraw()["withdrawn"] is True
    stack.drain()
    assert stack.app().check(own_hash(picture)["pdq"]) == "clear"
    assert stack.app().status(held)["state"] == "published"
    assert person.withdraw() == person.follow(), "a repeated withdrawal had another result"
    assert person.follow()["cases"][0]["state"] == "withdrawn"


def test_withdrawal_does_not_undo_a_decision(stack: DeployedStack) -> None:
    scene = removed_upload(stack)
    assert scene.person.withdraw()["cases"][0] == {
        **scene.person.follow()["cases"][0],
        "state": "decided",
        "outcome": "violating",
    }
    stack.drain()
    assert stack.app().status(scene.upload_id)["state"] == "removed"


def test_withdrawal_of_one_of_two_reports_keeps_the_case(stack: DeployedStack) -> None:
    scene, other = reported_upload(stack), stack.person()
    other.report(scene.upload_id)
    scene.person.withdraw()
    assert [one["state"] for one in other.follow()["cases"]] == ["open"]
    other.withdraw()
    assert [one["state"] for one in other.follow()["cases"]] == ["withdrawn"]
    assert stack.app().status(scene.upload_id)["state"] == "published"


@pytest.mark.law("US1", "US2")
def test_deadline_starts_when_the_report_is_complete(stack: DeployedStack) -> None:
    person = stack.person()
    upload_id = upload_and_publish(stack, new_account(), new_picture())
    filed = person.report(
        upload_id,
        declarations={**VALID["declarations"], "good_faith": False},  # type: ignore[dict-item]
        signature="",
        contact={"name": "", "email": ""},
    )
    assert (filed["valid"], filed["deadline"]) == (False, None)
    assert filed["missing"] == ["/declarations/good_faith", "/signature", "/contact"]

    half = person.complete(signature="Jane Roe", contact={"name": "J", "email": "jane@example.org"})
    stack.watch.add_private("Jane Roe")
    assert (half["valid"], half["missing"]) == (False, ["/declarations/good_faith"])
    whole = person.complete(declarations=VALID["declarations"])
    assert (whole["valid"], whole["missing"]) == (True, [])
    allowed = datetime.fromisoformat(whole["deadline"]) - datetime.fromisoformat(whole["filed_at"])
    assert timedelta(hours=48) < allowed < timedelta(hours=48, minutes=5)
    (case_id,) = stack.app().status(upload_id)["case_ids"]
    assert stack.reviewer().case(case_id)["deadline"] == whole["deadline"]


def test_requested_information_reopens_the_case(stack: DeployedStack) -> None:
    scene, robin = reported_upload(stack), stack.reviewer()
    robin.claim(scene.case_id)
    assert robin.decide(scene.case_id, "needs_information")["state"] == "needs_information"
    assert scene.person.follow()["cases"][0]["state"] == "needs_information"
    assert stack.app().status(scene.upload_id)["state"] == "published"

    assert scene.person.complete(statement="It was taken in my own bathroom.")["valid"]
    assert scene.person.follow()["cases"][0]["state"] == "open"
    robin.claim(scene.case_id)
    assert robin.case(scene.case_id)["reports"][0]["statement"] == "It was taken in my own bathroom."
    assert robin.decide(scene.case_id, "violating")["state"] == "decided"


def test_dismissed_report_leaves_image_and_account_unchanged(stack: DeployedStack) -> None:
    scene, robin = reported_upload(stack), stack.reviewer()
    robin.claim(scene.case_id)
    robin.decide(scene.case_id, "not_violating")
    stack.drain()
    assert stack.app().status(scene.upload_id)["state"] == "published"
    assert stack.app().account(scene.account_id)["state"] == "active"
    assert scene.person.follow()["cases"][0]["outcome"] == "not_violating"


@pytest.mark.law("CHILD")
def test_only_the_restricted_group_sees_a_suspected_child_case(stack: DeployedStack) -> None:
    scene, robin = reported_upload(stack), stack.reviewer()
    robin.claim(scene.case_id)
    assert robin.decide(scene.case_id, "suspected_child")["state"] == "locked"
    stack.drain()
    status = stack.app().status(scene.upload_id)
    assert (status["state"], status["reason"]) == ("removed", "judged_violating")
    for name in ("robin", "sasha", "noor", "ada"):
        refused = stack.reviewer(name).get(f"/v1/review/cases/{scene.case_id}")
        assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (403, "case-locked")
    charlie = stack.reviewer("charlie")
    assert charlie.case(scene.case_id)["state"] == "locked"
    locked = charlie.answer("GET", "/v1/review/locked?limit=100")["cases"]
    assert scene.case_id in {case["case_id"] for case in locked}
    look = {"upload_id": scene.upload_id}
    assert stack.reviewer("noor").get(f"/v1/audit/{scene.case_id}").status_code == 403
    for name in ("noor", "charlie"):
        assert stack.reviewer(name).post(f"/v1/review/cases/{scene.case_id}/reveal", look).status_code == 403
    records = charlie.answer("GET", f"/v1/audit/{scene.case_id}")["chains"][0]["records"]
    whats = [record["details"]["what"] for record in records if record["action"] == "look.refused"]
    assert whats == ["case"] * 4 + ["audit"] + ["image"] * 2
    assert stack.reviewer("ada").post(f"/v1/review/cases/{scene.case_id}/reveal", look).status_code == 403
    assert charlie.post("/v1/review/next", {}).status_code == 403
    assert stack.reviewer("noor").get("/v1/review/locked").status_code == 403
    assert stack.reviewer("ada").post(f"/v1/review/cases/{scene.case_id}/reveal", look).status_code == 403


def test_senior_finds_a_case_by_its_case_number(stack: DeployedStack) -> None:
    scene, noor = reported_upload(stack), stack.reviewer("noor")
    number = scene.person.case_number
    asked = {"case_number": number.lower().replace("-", " ")}
    assert noor.answer("GET", "/v1/audit", params=asked) == {"case_ids": [scene.case_id]}
    audit = noor.audit(scene.case_id)
    assert audit["chains"][0]["records"][-1]["action"] == "case.looked_up"
    assert number not in str(audit)
    assert stack.reviewer("robin").get("/v1/audit", params=asked).status_code == 403
    assert noor.get("/v1/audit", params={"case_number": "SD-0000-0000"}).status_code == 404


def test_address_is_enough_to_report_and_answers_list_help(stack: DeployedStack) -> None:
    upload_id = upload_and_publish(stack, new_account(), new_picture())
    address = stack.app().status(upload_id)["url"]
    person = stack.person()
    filed = person.report(addresses=[address, "https://example.org/elsewhere"])
    assert (filed["valid"], filed["addresses"]) == (True, ["https://example.org/elsewhere"])
    (case_id,) = stack.app().status(upload_id)["case_ids"]
    assert stack.reviewer().case(case_id)["reports"][0]["addresses"] == ["https://example.org/elsewhere"]
    for answer in (filed, person.follow()):
        assert {"name", "url", "phone"} <= set(answer["help"][0])


def test_reports_of_one_image_are_one_case(stack: DeployedStack) -> None:
    scene, other = reported_upload(stack), stack.person()
    other.report(scene.upload_id)
    case = stack.reviewer().case(scene.case_id)
    assert (len(case["reports"]), len(case["uploads"])) == (2, 1)
    assert stack.app().status(scene.upload_id)["case_ids"] == [scene.case_id]


def test_two_reporters_of_altered_copies_share_one_case(stack: DeployedStack) -> None:
    picture = drawn(7_100)
    altered = picture.resize((240, 180)).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    alpha, beta = new_account(), new_account()
    first, second = stack.person(), stack.person()
    one = upload_and_publish(stack, alpha, jpeg(picture))
    other = upload_and_publish(stack, beta, jpeg(altered, 40), "beta")
    first.report(one)
    second.report(other)
    (case_id,) = stack.app().status(one)["case_ids"]
    assert stack.app("beta").status(other)["case_ids"] == [case_id]
    robin = stack.reviewer()
    robin.claim(case_id)
    case = robin.case(case_id)
    assert {upload["upload_id"] for upload in case["uploads"]} == {one, other}
    assert len(case["reports"]) == 2
    robin.decide(case_id, "violating")
    stack.drain()
    assert stack.app().status(one)["state"] == stack.app("beta").status(other)["state"] == "removed"
    for person in (first, second):
        followed = person.follow()
        assert [case["outcome"] for case in followed["cases"]] == ["violating"]
        assert {notice["kind"] for notice in followed["notices"]} == {"receipt", "decision"}

    asked = {"account_id": beta, "case_id": case_id, "statement": "It is a drawing."}
    appeal = stack.app("beta").answer("POST", "/v1/appeals", json=asked)
    decide = f"/v1/review/appeals/{appeal['appeal_id']}/decision"
    stack.reviewer("sasha").answer("POST", decide, json=appeal_decision("upheld"))
    stack.drain()
    assert stack.app().status(one)["state"] == stack.app("beta").status(other)["state"] == "published"
    assert stack.app().account(alpha)["state"] == stack.app("beta").account(beta)["state"] == "active"


def test_report_groups_copies_and_separates_other_images(stack: DeployedStack) -> None:
    number = 7_000
    same = [upload_and_publish(stack, new_account(), jpeg(drawn(number), quality)) for quality in (95, 60)]
    another = upload_and_publish(stack, new_account(), new_picture())
    person = stack.person()
    person.report(*same, another)
    cases = [stack.app().status(upload_id)["case_ids"] for upload_id in (*same, another)]
    assert cases[0] == cases[1] != cases[2]
    assert len(person.follow()["cases"]) == 2


@pytest.mark.law("GD4")
def test_reviewers_never_see_the_reporter(stack: DeployedStack) -> None:
    scene = reported_upload(stack)
    seen = stack.reviewer("ada").get(f"/v1/review/cases/{scene.case_id}").text
    assert "example.org" not in seen
    assert "Jane" not in seen
    assert scene.person.case_number not in seen


@pytest.mark.parametrize("more", [{"hashes": 10, "uploads": 0}, {"hashes": 5, "uploads": 5}])
def test_report_may_name_ten_images(stack: DeployedStack, more: dict[str, int]) -> None:
    uploads = [stack.app().upload(new_account(), new_picture()) for _ in range(more["uploads"])]
    stack.drain()
    person = stack.person()
    person.report(*uploads, hashes=[own_hash(new_picture()) for _ in range(more["hashes"])])
    assert len(person.follow()["cases"]) == 10
    assert person.withdraw()["withdrawn"]
    assert {case["state"] for case in person.follow()["cases"]} == {"withdrawn"}


def test_report_by_upload_and_hash_of_one_image_is_accepted(stack: DeployedStack) -> None:
    """The reported hash holds the upload, so that both belong to the same case."""
    upload_id, _, case_id, picture = held_by_a_hash(stack)
    person = stack.person()
    person.report(upload_id, hashes=[own_hash(picture)])
    assert len(person.follow()["cases"]) == 1
    assert len(stack.reviewer().case(case_id)["reports"]) == 2


def test_report_beyond_one_transaction_is_rejected(stack: DeployedStack) -> None:
    uploads = [stack.app().upload(new_account(), new_picture()) for _ in range(10)]
    hashes = [own_hash(new_picture()) for _ in range(10)]
    stack.drain()
    person = stack.person()
    form = {**VALID, "uploads": uploads, "hashes": hashes}
    refused = person.post("/v1/reports", form)
    assert refused.status_code == 422
    assert {one["pointer"] for one in refused.json()["errors"]} == {"/uploads", "/hashes"}
    assert person.report(*uploads, hashes=hashes[:5])["valid"]


def test_upload_error_is_reported_at_its_pointer(stack: DeployedStack) -> None:
    there = upload_and_publish(stack, new_account(), new_picture())
    refused = stack.person().post("/v1/reports", {**VALID, "uploads": [there, there, "nowhere"]})
    assert refused.status_code == 422
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/uploads/2"]
