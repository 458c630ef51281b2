"""Issue the user pool's tokens, and verify them as the JWT authorizer of the HTTP API does."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from infra.local.routes import JwtConfiguration, Route

_KEY_ID = "dummy"  # The key id that moto uses.


class Unauthorized(Exception):
    """The token is missing or invalid: 401."""


class Forbidden(Exception):
    """The token is valid but has none of the route's scopes: 403."""


class TokenService:
    """Issues and verifies the tokens of one user pool.

    issuer: the `iss` claim. signing_key: private key as PEM. lifetime: lifetime of the tokens in seconds.
    """

    def __init__(self, issuer: str, signing_key: str, lifetime: int) -> None:
        key = load_pem_private_key(signing_key.encode(), password=None)
        assert isinstance(key, RSAPrivateKey)
        self.issuer = issuer
        self.lifetime = lifetime
        self._private = key
        self._public = key.public_key()

    def issue_client_token(self, client_id: str, scopes: list[str]) -> str:
        """Return an access token as Cognito issues it for client credentials, without aud and groups."""
        now = int(time.time())
        return self._sign(
            {
                "sub": client_id,
                "token_use": "access",
                "scope": " ".join(scopes),
                "auth_time": now,
                "iss": self.issuer,
                "exp": now + self.lifetime,
                "iat": now,
                "version": 2,
                "jti": str(uuid.uuid4()),
                "client_id": client_id,
            }
        )

    def extend_token(self, token: str) -> str:
        """Return the token with the full lifetime. Tokens of moto expire after an hour."""
        claims = jwt.decode(token, options={"verify_signature": False})
        return self._sign({**claims, "exp": int(time.time()) + self.lifetime})

    def authorize(self, header: str | None, configuration: JwtConfiguration, route: Route) -> dict[str, Any]:
        """Return the claims of a request's token. Raise Unauthorized or Forbidden.

        Checks, in the order of API Gateway's documentation (HTTP API, "JWT authorizers"): key id and
        signature, iss, aud (or else client_id), exp, nbf and iat. Then scope or scp must include one of the
        route's scopes.
        """
        if not header:
            raise Unauthorized("no token")
        token = header[7:].strip() if header[:7].lower() == "bearer " else header.strip()
        try:
            if jwt.get_unverified_header(token).get("kid") != _KEY_ID:
                raise Unauthorized("unknown key")
            claims: dict[str, Any] = jwt.decode(
                token,
                self._public,
                algorithms=["RS256", "RS384", "RS512"],
                issuer=configuration.issuer,
                options={"verify_aud": False, "require": ["exp", "iss"]},
            )
        except jwt.InvalidTokenError as error:
            raise Unauthorized(str(error)) from None
        audience = claims.get("aud", claims.get("client_id"))
        audiences = audience if isinstance(audience, list) else [audience]
        if not set(audiences) & set(configuration.audience):
            raise Unauthorized("wrong audience")
        granted = str(claims.get("scope", claims.get("scp", ""))).split()
        if route.scopes and not set(route.scopes) & set(granted):
            raise Forbidden("insufficient scope")
        return claims

    def _sign(self, claims: Mapping[str, Any]) -> str:
        return jwt.encode(dict(claims), self._private, algorithm="RS256", headers={"kid": _KEY_ID})


def claims_as_text(claims: Mapping[str, Any]) -> dict[str, str]:
    """Return the claims as the HTTP API passes them on: as text, with a list as `[a b]`."""
    return {name: _claim_text(value) for name, value in claims.items()}


def _claim_text(value: Any) -> str:
    if isinstance(value, list):
        return f"[{' '.join(map(_claim_text, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
