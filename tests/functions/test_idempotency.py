"""Idempotency-Key: a repeated request gets the same answer, and stored answers are unreadable to others."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer
from aws_lambda_powertools.utilities.idempotency.exceptions import IdempotencyPersistenceLayerError
from botocore.exceptions import ClientError
from staydown.api.idempotency import IdempotentHandler
from staydown.api.response_encryption import EncryptedResponseSerializer
from staydown.aws.stack import Stack

from tests.functions.valid_requests import refusal
from tests.journeys.clients import VALID, ApiClient, decision
from tests.journeys.deployed import DeployedStack
from tests.journeys.reported_uploads import new_account, new_picture, own_hash, reported_upload

Json = dict[str, Any]


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid.uuid4())}


def stored_items(stack: DeployedStack) -> str:
    """Return all items of the idempotency table."""
    table = stack.description["tables"]["idempotency"]
    return json.dumps(stack.stack.client("dynamodb").scan(TableName=table)["Items"])


def ticket_request(account_id: str = "") -> Json:
    return {"account_id": account_id or new_account(), "content_type": "image/jpeg"}


def test_repeated_request_gets_the_same_answer(stack: DeployedStack) -> None:
    app, header, body = stack.app(), key(), ticket_request()
    first, second = (app.post("/v1/uploads", body, headers=header) for _ in range(2))
    assert (first.status_code, first.json()) == (second.status_code, second.json()) == (201, first.json())
    other = app.post("/v1/uploads", body, headers=key())
    assert other.json()["upload_id"] != first.json()["upload_id"]


def test_a_report_sent_twice_is_one_report_with_one_secret(stack: DeployedStack) -> None:
    person, header = stack.person(), key()
    form = {
        **VALID,
        "hashes": [own_hash(new_picture())],
        "signature": "J",
        "contact": {"email": "j@example.org"},
    }
    first, second = (person.post("/v1/reports", form, headers=header) for _ in range(2))
    assert first.json() == second.json()
    stack.drain()
    person.case_number, person.secret = second.json()["case_number"], second.json()["secret"]
    assert len(person.follow()["cases"]) == 1
    table = stack.description["tables"]["reporters"]
    reporters = stack.stack.client("dynamodb").scan(TableName=table)["Items"]
    assert [one["email"]["S"] for one in reporters].count("j@example.org") == 1


def test_another_body_under_the_same_key_is_refused(stack: DeployedStack) -> None:
    app, header = stack.app(), key()
    app.post("/v1/uploads", ticket_request("one"), headers=header)
    again = app.post("/v1/uploads", ticket_request("two"), headers=header)
    assert refusal(again) == (422, "key-reused", ["header idempotency-key"])


def test_key_belongs_to_one_caller_and_path(stack: DeployedStack) -> None:
    header, body = key(), ticket_request("same")
    answers = [stack.app(name).post("/v1/uploads", body, headers=header).json() for name in ("alpha", "beta")]
    assert answers[0]["upload_id"] != answers[1]["upload_id"]
    assert stack.app().post("/v1/checks", own_hash(new_picture()), headers=header).status_code == 200
    robin, sasha = (stack.reviewer(name) for name in ("robin", "sasha"))
    reported_upload(stack)
    cases = [reviewer.post("/v1/review/next", headers=header).json()["case"] for reviewer in (robin, sasha)]
    assert cases[0] is not None
    assert cases[1] is None or cases[1]["case_id"] != cases[0]["case_id"]


def test_rejected_request_does_not_use_up_its_key(stack: DeployedStack) -> None:
    app, header = stack.app(), key()
    wrong = {"account_id": "x", "content_type": "text/html"}
    assert app.post("/v1/uploads", wrong, headers=header).status_code == 422
    assert app.post("/v1/uploads", ticket_request("x"), headers=header).status_code == 201


def test_rejection_is_reevaluated_when_its_cause_is_gone(stack: DeployedStack) -> None:
    noor, app, header, body = stack.reviewer("noor"), stack.app(), key(), ticket_request()
    block = {"platform": "alpha", "reason": "spam"}
    noor.answer("POST", f"/v1/accounts/{body['account_id']}/block", json=block)
    assert app.post("/v1/uploads", body, headers=header).status_code == 403
    noor.answer("POST", f"/v1/accounts/{body['account_id']}/unblock", json={"platform": "alpha"})
    assert app.post("/v1/uploads", body, headers=header).status_code == 201


def test_decision_sent_twice_is_made_once(stack: DeployedStack) -> None:
    scene, robin = reported_upload(stack), stack.reviewer()
    path, header = f"/v1/review/cases/{scene.case_id}/decision", key() | robin.if_match_header(scene.case_id)
    first, second = (robin.post(path, decision("violating"), headers=header) for _ in range(2))
    assert (first.status_code, first.json()) == (second.status_code, second.json()) == (200, first.json())
    assert second.headers["etag"] == first.headers["etag"]


def test_stored_answer_needs_the_secret_of_the_case(stack: DeployedStack) -> None:
    """Otherwise a leaked key, for example from a log, would give access to the case."""
    scene, header = reported_upload(stack), key()
    path = f"/v1/cases/{scene.person.case_number}/information"
    body = {"statement": "It is me."}
    assert scene.person.post(path, body, headers={**scene.person.secret_header, **header}).ok
    wrong = stack.person().post(path, body, headers={"Case-Secret": "A" * 26, **header})
    assert refusal(wrong) == (404, "not-found", [])
    assert scene.person.post(path, body, headers={**scene.person.secret_header, **header}).ok


def test_reveal_is_recorded_each_time_and_never_stored(stack: DeployedStack) -> None:
    scene, robin, header = reported_upload(stack), stack.reviewer(), key()
    robin.claim(scene.case_id)
    before = stored_items(stack)
    for sharp in (False, False, True, True):
        reveal = {"upload_id": scene.upload_id, "sharp": sharp}
        assert robin.post(f"/v1/review/cases/{scene.case_id}/reveal", reveal, headers=header).ok
    assert stored_items(stack) == before
    records = stack.reviewer("noor").audit(scene.case_id)["chains"][0]["records"]
    assert [record["action"] for record in records].count("image.looked_at") == 4


def test_stored_answers_are_unreadable_in_the_store(stack: DeployedStack) -> None:
    person, app, robin = stack.person(), stack.app(), stack.reviewer()
    picture = own_hash(new_picture())
    header = key()
    form = {**VALID, "hashes": [picture], "signature": "Jane Roe", "statement": "my own words", "contact": {}}
    filed = person.post("/v1/reports", form, headers=header).json()
    ticket = app.post("/v1/uploads", ticket_request("a-telling-name"), headers=key()).json()
    scene = reported_upload(stack)
    robin.post(f"/v1/review/cases/{scene.case_id}/claim", headers=key())
    stored = stored_items(stack)
    assert stored.count('"COMPLETED"') >= 3
    for private in (
        filed["secret"],
        filed["case_number"],
        ticket["fields"]["x-amz-signature"],
        ticket["upload_id"],
        "a-telling-name",
        scene.account_id,
        picture["pdq"],
        "my own words",
        "Jane Roe",
        header["Idempotency-Key"],
    ):
        assert private not in stored


@pytest.fixture
def event(stack: DeployedStack) -> Json:
    """An API event for a POST request."""
    return {
        "headers": {"idempotency-key": str(uuid.uuid4())},
        "rawPath": "/v1/things",
        "routeKey": "POST /v1/things",
        "requestContext": {"http": {"method": "POST"}},
        "body": "{}",
    }


def function_stack(deployed: DeployedStack) -> Stack:
    """Return the adapters with the environment of a function that stores answers."""
    return Stack.from_environment(deployed.stack.functions["UploadsFunction"].environment)


class LambdaContextStub:
    """The part of the Lambda context that the handler uses."""

    function_name = "things"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 10_000


def answer(status: int, text: str = "") -> Json:
    return {"statusCode": status, "headers": {}, "body": text, "isBase64Encoded": False}


def test_concurrent_repeat_is_rejected_as_still_running(stack: DeployedStack, event: Json) -> None:
    seen: list[Json] = []

    def resolve(given: Json, context: Any) -> Json:
        seen.append(calls(given, context))  # the same request, before its first answer
        return answer(201, "first")

    calls = IdempotentHandler(function_stack(stack), resolve)
    assert calls(event, LambdaContextStub())["body"] == "first"  # type: ignore[arg-type]
    problem = json.loads(seen[0]["body"])
    assert (seen[0]["statusCode"], problem["status"]) == (409, 409)
    assert problem["type"].endswith("/still-running")
    assert calls(event, LambdaContextStub())["body"] == "first"  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [500, 503, 429, 409, 412, 404, 422])
def test_unsuccessful_answer_is_not_stored(stack: DeployedStack, event: Json, status: int) -> None:
    answers = iter([answer(status), answer(201, "then"), answer(500, "never asked")])
    calls = IdempotentHandler(function_stack(stack), lambda *_: next(answers))
    responses = [calls(event, LambdaContextStub()) for _ in range(3)]  # type: ignore[arg-type]
    assert [(one["statusCode"], one["body"]) for one in responses] == [
        (status, ""),
        (201, "then"),
        (201, "then"),
    ]


def test_failed_request_may_be_sent_again(stack: DeployedStack, event: Json) -> None:
    def broken(*_: object) -> Json:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        IdempotentHandler(function_stack(stack), broken)(event, LambdaContextStub())  # type: ignore[arg-type]
    calls = IdempotentHandler(function_stack(stack), lambda *_: answer(201, "then"))
    assert calls(event, LambdaContextStub())["body"] == "then"  # type: ignore[arg-type]


def test_oversized_answer_is_returned_without_being_stored(stack: DeployedStack, event: Json) -> None:
    """A repeated request is processed again, without waiting."""
    large, answers = "x" * 400_000, iter(["one", "two", "three"])
    calls = IdempotentHandler(function_stack(stack), lambda *_: answer(200, next(answers) + large))
    responses = [calls(event, LambdaContextStub()) for _ in range(2)]  # type: ignore[arg-type]
    assert [(one["statusCode"], one["body"]) for one in responses] == [
        (200, "one" + large),
        (200, "two" + large),
    ]


def test_answer_is_returned_when_the_store_fails(
    stack: DeployedStack, event: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ClientError({"Error": {"Code": "InternalServerError", "Message": ""}}, "UpdateItem")

    calls = IdempotentHandler(function_stack(stack), lambda *_: answer(201, "done"))
    monkeypatch.setattr(DynamoDBPersistenceLayer, "_update_record", fail)
    assert calls(event, LambdaContextStub())["body"] == "done"  # type: ignore[arg-type]


def test_request_is_repeated_when_its_answer_is_unreadable(
    stack: DeployedStack, event: Json, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answers = iter([answer(201, "first"), answer(201, "second")])
    calls = IdempotentHandler(function_stack(stack), lambda *_: next(answers))
    monkeypatch.setattr(EncryptedResponseSerializer, "to_dict", lambda *_: {"a_later_format": "AAAA"})
    assert calls(event, LambdaContextStub())["body"] == "first"  # type: ignore[arg-type]
    assert calls(event, LambdaContextStub())["body"] == "second"  # type: ignore[arg-type]
    (record,) = caplog.records
    assert (record.levelname, vars(record)["error"]) == ("ERROR", "ResponseDecryptionFailed")


def test_request_is_not_executed_when_it_cannot_be_recorded(
    stack: DeployedStack, event: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ClientError({"Error": {"Code": "InternalServerError", "Message": ""}}, "PutItem")

    answers = iter([answer(201, "done")])
    calls = IdempotentHandler(function_stack(stack), lambda *_: next(answers))
    monkeypatch.setattr(DynamoDBPersistenceLayer, "_put_record", fail)
    with pytest.raises(IdempotencyPersistenceLayerError):
        calls(event, LambdaContextStub())  # type: ignore[arg-type]
    assert next(answers)["body"] == "done"


def test_requests_without_a_key_are_independent(stack: DeployedStack) -> None:
    app, body = stack.app(), ticket_request()
    tickets = [ApiClient.post(app, "/v1/uploads", body).json()["upload_id"] for _ in range(2)]
    assert tickets[0] != tickets[1]
