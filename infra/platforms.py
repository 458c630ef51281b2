"""Manage platforms: `python -m infra.platforms add NAME`, `renew NAME`, `webhook NAME --url …`, `redeliver`.

A platform is an app client of the user pool with client credentials. It has all scopes of the service, and
the scope `platform/NAME`, which identifies it. Other clients cannot request that scope, so no platform can
impersonate another.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra import webhooks

SERVICE = "staydown"
PLATFORM = "platform"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


class InvalidPlatform(ValueError):
    """The name is invalid, already taken or unknown."""


@dataclass(frozen=True, slots=True)
class Platform:
    """The credentials of a platform. The secret is printed once and stored by Cognito only."""

    name: str
    client_id: str
    client_secret: str
    scopes: tuple[str, ...]


def add_platforms(cognito: Any, user_pool_id: str, names: Sequence[str]) -> Iterator[Platform]:
    """Create the app clients of platforms, and yield the credentials of each as soon as it exists.

    cognito: a boto3 client. names: 1 to 32 characters of a-z, 0-9 and -, the first part of the platform's
    object keys. Raise InvalidPlatform, before any change, if a name is invalid or taken. Raise ClientError if
    Cognito rejects a request (a resource server has at most 100 scopes). A failed run can be repeated.
    """
    for name in names:
        if not _NAME.fullmatch(name):
            raise InvalidPlatform(
                f"invalid platform name {name!r}: use 1 to 32 of a-z, 0-9 and -, without - at the start"
            )
    shared = _shared_scopes(cognito, user_pool_id)
    if taken := set(names) & {name for name, _ in _list_clients(cognito, user_pool_id)}:
        raise InvalidPlatform(f"taken: {', '.join(sorted(taken))} (`renew` creates another secret)")
    _add_scopes(cognito, user_pool_id, names)
    for name in names:
        yield _create_client(cognito, user_pool_id, name, shared)


def add_client(cognito: Any, user_pool_id: str, name: str) -> Platform:
    """Create another app client of a platform, to change its secret.

    The secret of a client cannot be changed. The old client works until it is deleted. Raise InvalidPlatform
    for an unknown name.
    """
    require_known_platform(cognito, [user_pool_id], name)
    return _create_client(cognito, user_pool_id, name, _shared_scopes(cognito, user_pool_id))


def require_known_platform(cognito: Any, user_pool_ids: Iterable[str], name: str) -> None:
    """Raise InvalidPlatform for a name without a client in any of the user pools."""
    known = {platform for pool in user_pool_ids for platform, _ in _list_clients(cognito, pool)}
    if name not in known:
        raise InvalidPlatform(f"no platform {name!r}; platforms: {', '.join(sorted(known)) or 'none'}")


def _shared_scopes(cognito: Any, user_pool_id: str) -> list[str]:
    """Return the scopes of the service, which every platform has."""
    service = cognito.describe_resource_server(UserPoolId=user_pool_id, Identifier=SERVICE)["ResourceServer"]
    return [f"{SERVICE}/{scope['ScopeName']}" for scope in service["Scopes"]]


def _create_client(cognito: Any, user_pool_id: str, name: str, shared: Sequence[str]) -> Platform:
    scopes = (*shared, f"{PLATFORM}/{name}")
    client = cognito.create_user_pool_client(
        UserPoolId=user_pool_id,
        ClientName=f"{PLATFORM}-{name}",
        GenerateSecret=True,
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthScopes=list(scopes),
        AccessTokenValidity=60,
        TokenValidityUnits={"AccessToken": "minutes"},
        EnableTokenRevocation=True,
    )["UserPoolClient"]
    return Platform(name, client["ClientId"], client["ClientSecret"], scopes)


def list_client_ids(cognito: Any, user_pool_id: str) -> list[str]:
    """Return the client ids of all platforms, for the template parameter PlatformClientIds."""
    return sorted(client_id for _, client_id in _list_clients(cognito, user_pool_id))


def _list_clients(cognito: Any, user_pool_id: str) -> list[tuple[str, str]]:
    """Return (platform, client id) of all clients. A platform has several while its secret changes."""
    pages = cognito.get_paginator("list_user_pool_clients").paginate(UserPoolId=user_pool_id)
    clients = [(c["ClientName"], c["ClientId"]) for page in pages for c in page["UserPoolClients"]]
    prefix = f"{PLATFORM}-"
    return [(name.removeprefix(prefix), client) for name, client in clients if name.startswith(prefix)]


def _add_scopes(cognito: Any, user_pool_id: str, names: Sequence[str]) -> None:
    """Add a scope for each name to the resource server `platform`. An update replaces all its scopes."""
    server = {"UserPoolId": user_pool_id, "Identifier": PLATFORM}
    try:
        scopes = cognito.describe_resource_server(**server)["ResourceServer"].get("Scopes", [])
        write = cognito.update_resource_server
    except cognito.exceptions.ResourceNotFoundException:
        scopes, write = [], cognito.create_resource_server
    existing = {scope["ScopeName"] for scope in scopes}
    new = [
        {"ScopeName": name, "ScopeDescription": f"Is the platform {name}"}
        for name in names
        if name not in existing
    ]
    if new:
        write(**server, Name="Platforms", Scopes=[*scopes, *new])


def _outputs(stack: str) -> dict[str, str]:
    """Return the outputs of a deployed stack."""
    (description,) = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in description.get("Outputs", [])}


def _user_pools(cognito: Any, stack: str) -> list[str]:
    """Return the user pools with the stack's name, including the retained pool of a deleted stack."""
    pages = cognito.get_paginator("list_user_pools").paginate(MaxResults=60)
    return [pool["Id"] for page in pages for pool in page["UserPools"] if pool["Name"] == f"{stack}-people"]


def _webhook(arguments: argparse.Namespace) -> None:
    if arguments.url:
        cognito = boto3.client("cognito-idp")
        require_known_platform(cognito, _user_pools(cognito, arguments.stack), arguments.name)
    webhooks.run_command(boto3.client("ssm"), arguments, print)


def _print_credentials(arguments: argparse.Namespace) -> None:
    user_pool_id = arguments.user_pool or _outputs(arguments.stack)["UserPoolId"]
    cognito = boto3.client("cognito-idp")
    platforms: Iterable[Platform]
    if arguments.command == "add":
        platforms = add_platforms(cognito, user_pool_id, arguments.names)
    else:
        platforms = [add_client(cognito, user_pool_id, arguments.name)]
    for platform in platforms:
        print(f"platform       {platform.name}")
        print(f"client id      {platform.client_id}")
        print(f"client secret  {platform.client_secret}")
        print(f"scopes         {' '.join(platform.scopes)}\n", flush=True)
    ids = list_client_ids(cognito, user_pool_id)
    print("Deploy the new client ids. Until then, the API rejects them with 401:")
    print(f"  .venv-sam/bin/sam deploy --parameter-overrides PlatformClientIds={','.join(ids)}")


def _redeliver(arguments: argparse.Namespace) -> None:
    outputs = _outputs(arguments.stack)
    queues = {"dead_letters": outputs["WebhooksDeadLettersUrl"], "queue": outputs["WebhooksQueueUrl"]}
    sent = webhooks.redeliver(boto3.client("sqs"), platform=arguments.name, **queues)
    print(f"redelivering {sent} webhooks")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m infra.platforms", description="Manage the platforms of a stack."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help="create the credentials of platforms")
    add.add_argument(
        "names", nargs="+", metavar="NAME", help="name of the platform, the first part of its object keys"
    )
    renew = commands.add_parser("renew", help="create another client id and secret for a platform")
    renew.add_argument("name", metavar="NAME")
    for command in (add, renew):
        command.add_argument("--stack", default="staydown", help="the deployed stack (default: %(default)s)")
        command.add_argument("--user-pool", help="id of the user pool, instead of that of the stack")
    webhook = commands.add_parser(
        "webhook", help="set the webhook endpoint and signing secrets of a platform"
    )
    webhook.add_argument("name", metavar="NAME")
    webhook.add_argument("--stack", default="staydown", help="the deployed stack (default: %(default)s)")
    action = webhook.add_mutually_exclusive_group(required=True)
    action.add_argument("--url", help="set the endpoint, and create the first secret")
    action.add_argument("--rotate", action="store_true", help="create another secret")
    action.add_argument("--retire", action="store_true", help="retire the older secret")
    action.add_argument("--remove", action="store_true", help="stop sending webhooks")
    redeliver = commands.add_parser("redeliver", help="resend webhooks whose delivery failed for a day")
    redeliver.add_argument("name", metavar="NAME", nargs="?", help="only this platform (default: all)")
    redeliver.add_argument("--stack", default="staydown", help="the deployed stack (default: %(default)s)")
    arguments = parser.parse_args(argv)
    try:
        match arguments.command:
            case "add" | "renew":
                _print_credentials(arguments)
            case "webhook":
                _webhook(arguments)
            case "redeliver":
                _redeliver(arguments)
    except (InvalidPlatform, webhooks.InvalidEndpoint, ClientError, BotoCoreError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
