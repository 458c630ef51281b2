"""The callers of the local stack: two platforms, and one user pool with six users."""

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
    """A platform. token: an access token from client credentials, valid for 24 hours."""

    platform: str
    client_id: str
    client_secret: str
    token: str


@dataclass(frozen=True, slots=True)
class LocalUser:
    """A user. token: an access token as from a sign-in, but valid for 24 hours."""

    username: str
    password: str
    group: str
    token: str


@dataclass(frozen=True, slots=True)
class LocalCallers:
    """All callers, and their user pool."""

    user_pool_id: str
    console_client_id: str
    tokens: TokenService
    platforms: tuple[LocalPlatform, ...]
    users: tuple[LocalUser, ...]

    def token(self, name: str) -> str:
        """Return the token of a platform or user by name. Raise KeyError for an unknown name."""
        platform_tokens = {platform.platform: platform.token for platform in self.platforms}
        return {**platform_tokens, **{user.username: user.token for user in self.users}}[name]


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
    platforms = add_platforms(cognito, user_pool_id, PLATFORMS)
    return [
        LocalPlatform(
            platform.name,
            platform.client_id,
            platform.client_secret,
            tokens.issue_client_token(platform.client_id, list(platform.scopes)),
        )
        for platform in platforms
    ]


def _create_users(cognito: Any, user_pool_id: str, client_id: str, tokens: TokenService) -> list[LocalUser]:
    users = []
    for username, group in USERS:
        password = f"{secrets.token_urlsafe(15)}-Aa1"
        cognito.admin_create_user(UserPoolId=user_pool_id, Username=username, MessageAction="SUPPRESS")
        cognito.admin_set_user_password(
            UserPoolId=user_pool_id, Username=username, Password=password, Permanent=True
        )
        cognito.admin_add_user_to_group(UserPoolId=user_pool_id, Username=username, GroupName=group)
        result = cognito.initiate_auth(
            ClientId=client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": username, "PASSWORD": password},
        )["AuthenticationResult"]
        users.append(LocalUser(username, password, group, tokens.extend_token(result["AccessToken"])))
    return users
