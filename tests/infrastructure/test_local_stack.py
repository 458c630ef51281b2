"""The local stack with the real template."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest
import requests

from infra.local.stack import LocalStack
from tests.infrastructure.permissions import CallRecorder, denied_calls


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalStack, Path]]:
    file = tmp_path_factory.mktemp("local") / ".local" / "stack.json"
    with LocalStack(state_file=file) as stack:
        yield stack, file
    assert not file.exists()


def test_state_file_describes_the_stack(written: tuple[LocalStack, Path]) -> None:
    stack, file = written
    content = json.loads(file.read_text())
    assert file.stat().st_mode & 0o077 == 0
    assert content["api_url"] == stack.api_url
    assert content["console_url"].startswith(stack.api_url)
    assert content["aws_endpoint_url"] == stack.endpoint
    assert set(content["buckets"]) == {"uploads", "published", "quarantine", "bank", "console", "anchors"}
    assert set(content["tables"]) == {
        "cases",
        "accounts",
        "hash_bank",
        "uploads",
        "audit",
        "reporters",
        "notices",
        "figures",
        "outbox",
        "idempotency",
    }
    assert {"scan", "scan_dead_letters", "settle", "sweep"} <= set(content["queues"])
    assert [platform["platform"] for platform in content["platforms"]] == ["alpha", "beta"]
    groups = sorted(person["group"] for person in content["reviewers"])
    assert groups == ["admin", "child_safety", "reviewer", "reviewer", "reviewer", "senior"]


def test_tokens_of_the_state_file_last_a_day(written: tuple[LocalStack, Path]) -> None:
    stack, file = written
    content = json.loads(file.read_text())
    for caller in (*content["platforms"], *content["reviewers"]):
        claims = jwt.decode(caller["token"], options={"verify_signature": False})
        assert claims["exp"] - claims["iat"] >= 23 * 3600
        assert claims["iss"] == content["issuer"]
    accounts = f"{stack.api_url}/v1/accounts/anyone"
    for name in ("alpha", "robin"):
        answer = requests.get(accounts, headers=stack.authorization(name), timeout=30)
        assert answer.status_code not in {401, 403} or answer.headers["content-type"].startswith(
            "application/problem"
        )


def test_a_reviewer_can_sign_in_with_the_password(written: tuple[LocalStack, Path]) -> None:
    stack, file = written
    content = json.loads(file.read_text())
    person = content["reviewers"][0]
    answer = stack.client("cognito-idp").initiate_auth(
        ClientId=content["console_client_id"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": person["username"], "PASSWORD": person["password"]},
    )
    assert answer["AuthenticationResult"]["AccessToken"]


def test_platform_token_reaches_only_platform_routes(written: tuple[LocalStack, Path]) -> None:
    stack, _ = written
    queue = f"{stack.api_url}/v1/review/queue"
    assert requests.get(queue, headers=stack.authorization("alpha"), timeout=30).status_code == 403
    uploads = f"{stack.api_url}/v1/uploads"
    assert requests.post(uploads, headers=stack.authorization("robin"), timeout=30).status_code == 403


def test_every_handler_of_the_template_can_be_loaded(written: tuple[LocalStack, Path]) -> None:
    stack, _ = written
    assert stack.load_functions() == []


def test_ticket_needs_only_permissions_of_its_function(written: tuple[LocalStack, Path]) -> None:
    """A quick version of `test_permissions`, which takes half a minute."""
    stack, _ = written
    recorder = CallRecorder(stack)
    recorder.listen()
    body = {"account_id": "ann", "content_type": "image/jpeg"}
    url, who = f"{stack.api_url}/v1/uploads", stack.authorization("alpha")
    assert requests.post(url, json=body, headers=who, timeout=60).status_code == 201
    assert any(action == "dynamodb:PutItem" for action, _ in recorder.required["UploadsFunction"])
    assert denied_calls(recorder) == []
