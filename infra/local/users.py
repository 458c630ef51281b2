"""Who may call the local stack: two platforms, three reviewers, a senior, an admin, one of child safety."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from infra.local.emulator import REGION, Emulator
from infra.local.tokens import TokenService
from infra.platforms import add_platforms

PLATFORMS = ("alpha", "beta")
USERS = (
    ("robin", "reviewer"),
    ("sasha", "reviewer"),
    ("kim", "reviewer"),
    ("noor", "senior"),
    ("ada", "admin"),
    ("charlie", "child_safety"),
)


_TOKEN_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class LocalPlatform:
    """token: an access token of client credentials, good for a working day."""

    platform: str
    client_id: str
    client_secret: str
    token: str


@dataclass(frozen=True, slots=True)
class LocalUser:
    """token: an access token as signing in with username and password gives one, good for a working day."""

    username: str
    password: str
    group: str
    token: str


@dataclass(frozen=True, slots=True)
class LocalCallers:
    """Everybody who may call, and the user pool that knows them."""

    user_pool_id: str
    console_client_id: str
    tokens: TokenService
    platforms: tuple[LocalPlatform, ...]
    users: tuple[LocalUser, ...]

    def token(self, name: str) -> str:
        """Of a platform or a person, by name; KeyError for nobody."""
        by_name = {platform.platform: platform.token for platform in self.platforms}
        return {**by_name, **{person.username: person.token for person in self.users}}[name]


def create_callers(emulator: Emulator, user_pool_id: str, console_client_id: str) -> LocalCallers:
    issuer = f"https://cognito-idp.{REGION}.amazonaws.com/{user_pool_id}"
    tokens = TokenService(issuer, emulator.signing_key(user_pool_id), _TOKEN_SECONDS)
    cognito = emulator.client("cognito-idp")
    return LocalCallers(
        user_pool_id,
        console_client_id,
        tokens,
        tuple(_create_platforms(cognito, user_pool_id, tokens)),
        tuple(_create_users(cognito, user_pool_id, console_client_id, tokens)),
    )


def _create_platforms(cognito: Any, user_pool_id: str, tokens: TokenService) -> list[LocalPlatform]:
    made = add_platforms(cognito, user_pool_id, PLATFORMS)
    return [
        LocalPlatform(
            platform.name,
            platform.client_id,
            platform.client_secret,
            tokens.issue_client_token(platform.client_id, list(platform.scopes)),
        )
        for platform in made
    ]


def _create_users(cognito: Any, user_pool_id: str, client_id: str, tokens: TokenService) -> list[LocalUser]:
    people = []
    for username, group in USERS:
        password = f"{secrets.token_urlsafe(15)}-Aa1"
        cognito.admin_create_user(UserPoolId=user_pool_id, Username=username, MessageAction="SUPPRESS")
        cognito.admin_set_user_password(
            UserPoolId=user_pool_id, Username=username, Password=password, Permanent=True
        )
        cognito.admin_add_user_to_group(UserPoolId=user_pool_id, Username=username, GroupName=group)
        signed_in = cognito.initiate_auth(
            ClientId=client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": username, "PASSWORD": password},
        )["AuthenticationResult"]
        people.append(LocalUser(username, password, group, tokens.extend_token(signed_in["AccessToken"])))
    return people
