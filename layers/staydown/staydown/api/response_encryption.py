"""Answers that are kept, sealed so that only who sends the same request again can open them.

An answer may hold the secret of a case, a signed form, what a person wrote. It is kept for a day and lies in
backups for longer, while the promise is that of a secret only a digest is stored. So it is sealed with a key
made of the request itself, of which the store keeps a hash alone: who reads the table, reads nothing.

SHAKE-256 as a stream cipher under a fresh salt, and HMAC-SHA-256 over the result (encrypt-then-MAC): what the
standard library offers, since the functions carry no AES. The table's own encryption comes on top.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.idempotency.serialization.base import BaseIdempotencySerializer

_SALT_BYTES = 16
_TAG_BYTES = 32


class ResponseDecryptionFailed(Exception):
    """What was kept was not sealed by this request, or was changed since."""


class EncryptedResponseSerializer(BaseIdempotencySerializer):
    """Seals and opens the answer of one request.

    parts: what makes the request this one; None for what it does not have. The whole must not be guessable.
    """

    def __init__(self, request_parts: tuple[str | None, ...]) -> None:
        self._key = hashlib.sha256(json.dumps(request_parts).encode()).digest()

    def to_dict(self, data: Any) -> dict[str, str]:
        plain = json.dumps(data, separators=(",", ":")).encode()
        salt = secrets.token_bytes(_SALT_BYTES)
        sealed = salt + self._xor_keystream(plain, salt)
        return {"sealed": base64.b64encode(self._authentication_tag(sealed) + sealed).decode()}

    def from_dict(self, data: Mapping[str, Any]) -> Any:
        """Raise SealBroken for what another request sealed."""
        try:
            whole = base64.b64decode(data["sealed"], validate=True)
        except (KeyError, binascii.Error):
            raise ResponseDecryptionFailed from None
        tag, sealed = whole[:_TAG_BYTES], whole[_TAG_BYTES:]
        if not hmac.compare_digest(tag, self._authentication_tag(sealed)):
            raise ResponseDecryptionFailed
        return json.loads(self._xor_keystream(sealed[_SALT_BYTES:], sealed[:_SALT_BYTES]))

    def _xor_keystream(self, data: bytes, salt: bytes) -> bytes:
        stream = hashlib.shake_256(b"stream" + self._key + salt).digest(len(data))
        return (int.from_bytes(data) ^ int.from_bytes(stream)).to_bytes(len(data))

    def _authentication_tag(self, sealed: bytes) -> bytes:
        return hmac.digest(self._key, b"tag" + sealed, "sha256")
