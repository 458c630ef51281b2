"""Client apps: `python -m infra.platforms add NAME`, `… renew NAME`, `… webhook NAME --url …`, `… redeliver`.

A platform is an app client of the user pool that may use client credentials, with all of the service's scopes
and one more, `platform/NAME`, that says who is calling. Scopes cannot be asked for by another client, so a
platform can't pretend to be another.
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
    """A name that can't be one, that is taken, or that nobody has."""


@dataclass(frozen=True, slots=True)
class Platform:
    """A client app's credentials. The secret is shown once and is nowhere in the repository or the stack."""

    name: str
    client_id: str
    client_secret: str
    scopes: tuple[str, ...]


def add_platforms(cognito: Any, user_pool_id: str, names: Sequence[str]) -> Iterator[Platform]:
    """Make platforms' app clients, and hand out each when it is made: its secret is not to be had again.

    cognito: a boto3 client. names: each 1 to 32 of a-z, 0-9 and -; the first part of an object's key. Raise
    PlatformError for a name that is wrong or has a client already, before anything is made; ClientError for
    what Cognito refuses (a resource server holds 100 scopes). What failed midway can be asked for again.
    """
    for name in names:
        if not _NAME.fullmatch(name):
            raise InvalidPlatform(f"{name!r} is no platform's name: 1 to 32 of a-z, 0-9 and -, no - in front")
    shared = _shared_scopes(cognito, user_pool_id)
    if taken := set(names) & {name for name, _ in _list_clients(cognito, user_pool_id)}:
        raise InvalidPlatform(f"taken: {', '.join(sorted(taken))} (`renew` makes a further secret)")
    _add_scopes(cognito, user_pool_id, names)
    for name in names:
        yield _make_client(cognito, user_pool_id, name, shared)


def add_client(cognito: Any, user_pool_id: str, name: str) -> Platform:
    """A further client of a platform, to change its secret: a client has one, for good. The older works on,
    until somebody deletes it. PlatformError for a name that has no client."""
    require_known_platform(cognito, [user_pool_id], name)
    return _make_client(cognito, user_pool_id, name, _shared_scopes(cognito, user_pool_id))


def require_known_platform(cognito: Any, user_pool_ids: Iterable[str], name: str) -> None:
    """Raise PlatformError for a name that has no client in any of the pools."""
    known = {known for pool in user_pool_ids for known, _ in _list_clients(cognito, pool)}
    if name not in known:
        raise InvalidPlatform(
            f"there is no platform {name!r}; there are: {', '.join(sorted(known)) or 'none'}"
        )


def _shared_scopes(cognito: Any, user_pool_id: str) -> list[str]:
    """The service's own, which every platform has."""
    service = cognito.describe_resource_server(UserPoolId=user_pool_id, Identifier=SERVICE)["ResourceServer"]
    return [f"{SERVICE}/{scope['ScopeName']}" for scope in service["Scopes"]]


def _make_client(cognito: Any, user_pool_id: str, name: str, shared: Sequence[str]) -> Platform:
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
    """The client ids of all platforms, for the template's parameter PlatformClientIds."""
    return sorted(client_id for _, client_id in _list_clients(cognito, user_pool_id))


def _list_clients(cognito: Any, user_pool_id: str) -> list[tuple[str, str]]:
    """Each platform's name and client id; twice the same name while its secret is being changed."""
    pages = cognito.get_paginator("list_user_pool_clients").paginate(UserPoolId=user_pool_id)
    clients = [(c["ClientName"], c["ClientId"]) for page in pages for c in page["UserPoolClients"]]
    ours = f"{PLATFORM}-"
    return [(name.removeprefix(ours), i) for name, i in clients if name.startswith(ours)]


def _add_scopes(cognito: Any, user_pool_id: str, names: Sequence[str]) -> None:
    """Give the resource server `platform` a scope for each name; an update replaces all, so all are sent."""
    server = {"UserPoolId": user_pool_id, "Identifier": PLATFORM}
    try:
        found = cognito.describe_resource_server(**server)["ResourceServer"].get("Scopes", [])
        write = cognito.update_resource_server
    except cognito.exceptions.ResourceNotFoundException:
        found, write = [], cognito.create_resource_server
    there = {scope["ScopeName"] for scope in found}
    new = [
        {"ScopeName": name, "ScopeDescription": f"Is the platform {name}"}
        for name in names
        if name not in there
    ]
    if new:
        write(**server, Name="Platforms", Scopes=[*found, *new])


def _outputs(stack: str) -> dict[str, str]:
    """Of a deployed stack."""
    (found,) = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def _user_pools(cognito: Any, stack: str) -> list[str]:
    """Those of the stack's name: also one of a stack before it, which is kept; and that of one machine."""
    pages = cognito.get_paginator("list_user_pools").paginate(MaxResults=60)
    return [pool["Id"] for page in pages for pool in page["UserPools"] if pool["Name"] == f"{stack}-people"]


def _webhook(given: argparse.Namespace) -> None:
    if given.url:
        cognito = boto3.client("cognito-idp")
        require_known_platform(cognito, _user_pools(cognito, given.stack), given.name)
    webhooks.run_command(boto3.client("ssm"), given, print)


def _print_credentials(given: argparse.Namespace) -> None:
    user_pool_id = given.user_pool or _outputs(given.stack)["UserPoolId"]
    cognito = boto3.client("cognito-idp")
    made: Iterable[Platform]
    if given.command == "add":
        made = add_platforms(cognito, user_pool_id, given.names)
    else:
        made = [add_client(cognito, user_pool_id, given.name)]
    for platform in made:
        print(f"platform       {platform.name}")
        print(f"client id      {platform.client_id}")
        print(f"client secret  {platform.client_secret}")
        print(f"scopes         {' '.join(platform.scopes)}\n", flush=True)
    ids = list_client_ids(cognito, user_pool_id)
    print("Now let the API know it, or it is refused with 401:")
    print(f"  .venv-sam/bin/sam deploy --parameter-overrides PlatformClientIds={','.join(ids)}")


def _redeliver(given: argparse.Namespace) -> None:
    outputs = _outputs(given.stack)
    queues = {"dead_letters": outputs["WebhooksDeadLettersUrl"], "queue": outputs["WebhooksQueueUrl"]}
    sent = webhooks.redeliver(boto3.client("sqs"), platform=given.name, **queues)
    print(f"{sent} webhooks are sent again")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.platforms", description="Client apps of a stack.")
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help="make a client app's credentials")
    add.add_argument("names", nargs="+", metavar="NAME", help="the first part of the platform's images' keys")
    renew = commands.add_parser("renew", help="make a further client id and secret of a platform")
    renew.add_argument("name", metavar="NAME")
    for making in (add, renew):
        making.add_argument("--stack", default="staydown", help="the deployed stack (default: %(default)s)")
        making.add_argument("--user-pool", help="the user pool's id, instead of looking it up in the stack")
    webhook = commands.add_parser("webhook", help="where a platform's events are sent, and signed with what")
    webhook.add_argument("name", metavar="NAME")
    webhook.add_argument("--stack", default="staydown", help="the deployed stack (default: %(default)s)")
    what = webhook.add_mutually_exclusive_group(required=True)
    what.add_argument("--url", help="send them there; makes the first secret")
    what.add_argument("--rotate", action="store_true", help="make a further secret")
    what.add_argument("--retire", action="store_true", help="end the older secret")
    what.add_argument("--remove", action="store_true", help="send nothing any more")
    again = commands.add_parser("redeliver", help="send webhooks again that were given up after a day")
    again.add_argument("name", metavar="NAME", nargs="?", help="one platform's (default: all)")
    again.add_argument("--stack", default="staydown", help="the deployed stack (default: %(default)s)")
    given = parser.parse_args(arguments)
    try:
        match given.command:
            case "add" | "renew":
                _print_credentials(given)
            case "webhook":
                _webhook(given)
            case "redeliver":
                _redeliver(given)
    except (InvalidPlatform, webhooks.InvalidEndpoint, ClientError, BotoCoreError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
