"""Encryption of stored answers, so that only the same request can read them.

An answer may contain the secret of a case, a signed form or text that a person wrote. It is stored for a
day, although only digests of secrets are stored elsewhere. The key is derived from the request, of which the
table contains only a hash. The table's own encryption is added to it.

The cipher is AES-256-GCM with a random nonce (NIST SP 800-38D). The key comes from HKDF-SHA-256 (RFC 5869).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.idempotency.serialization.base import BaseIdempotencySerializer
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_FIELD = "aes_256_gcm"
"""Names the format: base64 of the nonce, then the ciphertext with its tag."""
_KEY_PURPOSE = b"staydown stored answer, AES-256-GCM"
_NONCE_BYTES = 12


class ResponseDecryptionFailed(Exception):
    """A stored answer is not of this request, was changed, or has an unknown format."""


class EncryptedResponseSerializer(BaseIdempotencySerializer):
    """Encrypts and decrypts the answer to one request.

    request_parts: what identifies the request; None for a part that it does not have. Together they must be
    hard to guess.
    """

    def __init__(self, request_parts: tuple[str | None, ...]) -> None:
        self._request = json.dumps(request_parts).encode()

    def to_dict(self, data: Any) -> dict[str, str]:
        """Return the encrypted form of a JSON value. It differs at each call."""
        plain = json.dumps(data, separators=(",", ":")).encode()
        nonce = secrets.token_bytes(_NONCE_BYTES)
        encrypted = nonce + self._cipher().encrypt(nonce, plain, None)
        return {_FIELD: base64.b64encode(encrypted).decode()}

    def from_dict(self, data: Mapping[str, Any]) -> Any:
        """Return the JSON value. Raise ResponseDecryptionFailed if this request can't decrypt it."""
        if _FIELD not in data:
            return _read_previous_format(data, self._request)
        encrypted = _decode(data, _FIELD)
        try:
            plain = self._cipher().decrypt(encrypted[:_NONCE_BYTES], encrypted[_NONCE_BYTES:], None)
        except (InvalidTag, ValueError):  # ValueError: too short for a nonce
            raise ResponseDecryptionFailed from None
        return json.loads(plain)

    def _cipher(self) -> AESGCM:
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=_KEY_PURPOSE).derive(self._request)
        return AESGCM(key)


# The format before AES-GCM: SHAKE-256 and HMAC-SHA-256. Answers are stored for a day, so remove this one
# release later.
_PREVIOUS_FIELD = "sealed"
_PREVIOUS_SALT_BYTES = 16
_PREVIOUS_TAG_BYTES = 32


def _read_previous_format(data: Mapping[str, Any], request: bytes) -> Any:
    """Return the JSON value from the format before AES-GCM. Raise ResponseDecryptionFailed."""
    key = hashlib.sha256(request).digest()
    whole = _decode(data, _PREVIOUS_FIELD)
    tag, sealed = whole[:_PREVIOUS_TAG_BYTES], whole[_PREVIOUS_TAG_BYTES:]
    if not hmac.compare_digest(tag, hmac.digest(key, b"tag" + sealed, "sha256")):
        raise ResponseDecryptionFailed
    salt, encrypted = sealed[:_PREVIOUS_SALT_BYTES], sealed[_PREVIOUS_SALT_BYTES:]
    stream = hashlib.shake_256(b"stream" + key + salt).digest(len(encrypted))
    return json.loads(bytes(a ^ b for a, b in zip(encrypted, stream, strict=True)))


def _decode(data: Mapping[str, Any], field: str) -> bytes:
    try:
        return base64.b64decode(data[field], validate=True)
    except (KeyError, TypeError, ValueError):
        raise ResponseDecryptionFailed from None
