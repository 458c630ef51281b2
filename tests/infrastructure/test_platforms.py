"""`python -m infra.platforms`, with stubbed Cognito responses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from infra import platforms
from infra.platforms import InvalidPlatform, add_platforms

POOL = "eu-central-1_abc"
SERVICE = {
    "ResourceServer": {
        "Identifier": "staydown",
        "Scopes": [{"ScopeName": "uploads", "ScopeDescription": "u"}],
    }
}


@pytest.fixture
def cognito() -> Iterator[tuple[Any, Stubber]]:
    client = boto3.client(
        "cognito-idp", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    with Stubber(client) as stubber:
        yield client, stubber
    client.close()


def _expect_clients(stubber: Stubber, *names: str) -> None:
    clients = [{"ClientId": f"id-{name}", "ClientName": f"platform-{name}"} for name in names]
    stubber.add_response("list_user_pool_clients", {"UserPoolClients": clients})


def _expect_client(stubber: Stubber, name: str) -> None:
    expected = {
        "UserPoolId": POOL,
        "ClientName": f"platform-{name}",
        "GenerateSecret": True,
        "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthFlows": ["client_credentials"],
        "AllowedOAuthScopes": ["staydown/uploads", f"platform/{name}"],
        "AccessTokenValidity": 60,
        "TokenValidityUnits": {"AccessToken": "minutes"},
        "EnableTokenRevocation": True,
    }
    answer = {"UserPoolClient": {"ClientId": f"id-{name}", "ClientSecret": "s" * 24}}
    stubber.add_response("create_user_pool_client", answer, expected)


def test_first_platform_creates_the_resource_server(cognito: tuple[Any, Stubber]) -> None:
    client, stubber = cognito
    stubber.add_response("describe_resource_server", SERVICE)
    _expect_clients(stubber)
    stubber.add_client_error("describe_resource_server", "ResourceNotFoundException")
    new = [{"ScopeName": "alpha", "ScopeDescription": "Is the platform alpha"}]
    stubber.add_response(
        "create_resource_server",
        {"ResourceServer": {}},
        {"UserPoolId": POOL, "Identifier": "platform", "Name": "Platforms", "Scopes": new},
    )
    _expect_client(stubber, "alpha")
    (added,) = add_platforms(client, POOL, ["alpha"])
    assert (added.client_id, added.scopes) == ("id-alpha", ("staydown/uploads", "platform/alpha"))
    stubber.assert_no_pending_responses()


def test_further_platform_keeps_the_existing_scopes(cognito: tuple[Any, Stubber]) -> None:
    client, stubber = cognito
    old = {"ScopeName": "alpha", "ScopeDescription": "Is the platform alpha"}
    stubber.add_response("describe_resource_server", SERVICE)
    _expect_clients(stubber, "alpha")
    stubber.add_response("describe_resource_server", {"ResourceServer": {"Scopes": [old]}})
    scopes = [old, {"ScopeName": "beta", "ScopeDescription": "Is the platform beta"}]
    stubber.add_response(
        "update_resource_server",
        {"ResourceServer": {}},
        {"UserPoolId": POOL, "Identifier": "platform", "Name": "Platforms", "Scopes": scopes},
    )
    _expect_client(stubber, "beta")
    list(add_platforms(client, POOL, ["beta"]))
    stubber.assert_no_pending_responses()


def test_taken_name_creates_nothing(cognito: tuple[Any, Stubber]) -> None:
    client, stubber = cognito
    stubber.add_response("describe_resource_server", SERVICE)
    _expect_clients(stubber, "alpha")
    with pytest.raises(InvalidPlatform, match="taken: alpha"):
        list(add_platforms(client, POOL, ["beta", "alpha"]))


def test_partial_failure_can_be_retried(cognito: tuple[Any, Stubber]) -> None:
    """The scopes exist, but one client is missing: its scope is reused."""
    client, stubber = cognito
    scopes = [
        {"ScopeName": name, "ScopeDescription": f"Is the platform {name}"} for name in ("alpha", "beta")
    ]
    stubber.add_response("describe_resource_server", SERVICE)
    _expect_clients(stubber, "alpha")
    stubber.add_response("describe_resource_server", {"ResourceServer": {"Scopes": scopes}})
    _expect_client(stubber, "beta")
    (added,) = add_platforms(client, POOL, ["beta"])
    assert added.client_id == "id-beta"
    stubber.assert_no_pending_responses()


def test_secret_is_returned_even_if_the_next_client_fails(cognito: tuple[Any, Stubber]) -> None:
    client, stubber = cognito
    stubber.add_response("describe_resource_server", SERVICE)
    _expect_clients(stubber)
    stubber.add_client_error("describe_resource_server", "ResourceNotFoundException")
    stubber.add_response("create_resource_server", {"ResourceServer": {}})
    _expect_client(stubber, "alpha")
    stubber.add_client_error("create_user_pool_client", "TooManyRequestsException")
    added = add_platforms(client, POOL, ["alpha", "beta"])
    assert next(added).client_secret
    with pytest.raises(ClientError):
        next(added)


@pytest.mark.parametrize("name", ["", "Alpha", "a/b", "-a", "a" * 33, "ä", "a b"])
def test_name_that_cannot_start_a_key_is_rejected(name: str) -> None:
    with pytest.raises(InvalidPlatform):
        list(add_platforms(None, POOL, [name]))


def test_command_prints_the_parameter_value(
    cognito: tuple[Any, Stubber], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    client, stubber = cognito
    monkeypatch.setattr("infra.platforms.boto3.client", lambda service: client)
    stubber.add_response("describe_resource_server", SERVICE)
    _expect_clients(stubber)
    stubber.add_client_error("describe_resource_server", "ResourceNotFoundException")
    stubber.add_response("create_resource_server", {"ResourceServer": {}})
    _expect_client(stubber, "beta")
    clients = [
        {"ClientId": "id-beta", "ClientName": "platform-beta"},
        {"ClientId": "id-alpha", "ClientName": "platform-alpha"},
        {"ClientId": "id-console", "ClientName": "console"},
    ]
    stubber.add_response("list_user_pool_clients", {"UserPoolClients": clients})
    assert platforms.main(["add", "beta", "--user-pool", POOL]) == 0
    printed = capsys.readouterr().out
    assert "PlatformClientIds=id-alpha,id-beta" in printed
    assert "id-console" not in printed


def test_renewing_a_secret_adds_a_client_of_the_same_platform(
    cognito: tuple[Any, Stubber], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both clients work, and the scopes stay unchanged."""
    client, stubber = cognito
    monkeypatch.setattr("infra.platforms.boto3.client", lambda service: client)
    _expect_clients(stubber, "alpha")
    stubber.add_response("describe_resource_server", SERVICE)
    _expect_client(stubber, "alpha")
    clients = [{"ClientId": one, "ClientName": "platform-alpha"} for one in ("id-new", "id-old")]
    stubber.add_response("list_user_pool_clients", {"UserPoolClients": clients})
    assert platforms.main(["renew", "alpha", "--user-pool", POOL]) == 0
    assert "PlatformClientIds=id-new,id-old" in capsys.readouterr().out
    stubber.assert_no_pending_responses()


def test_unknown_platform_gets_no_further_client(cognito: tuple[Any, Stubber]) -> None:
    client, stubber = cognito
    _expect_clients(stubber, "alpha")
    with pytest.raises(InvalidPlatform, match="no platform 'beta'; platforms: alpha"):
        platforms.add_client(client, POOL, "beta")


def test_command_reports_the_error_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert platforms.main(["add", "No Name", "--user-pool", POOL]) == 1
    assert capsys.readouterr().err.startswith("error:")
