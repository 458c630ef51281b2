"""Identifiers: random ones, derived ones, case numbers and secrets."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime

_NAMESPACE = uuid.UUID("6a1f0e57-51a7-5d0e-9c0d-57a1d0e57a11")
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})


def new_id(now: datetime) -> str:
    """Return a UUIDv7 (RFC 9562): ordered by time to the millisecond, with 74 random bits."""
    milliseconds = int(now.timestamp() * 1000) & ((1 << 48) - 1)
    value = (milliseconds << 80) | (0x7 << 76) | (secrets.randbits(12) << 64)
    value |= (0b10 << 62) | secrets.randbits(62)
    return str(uuid.UUID(int=value))


def derived_upload_id(bucket: str, key: str, version: str) -> str:
    """Return the upload id of an object version: the same for each delivery of its event."""
    return str(uuid.uuid5(_NAMESPACE, f"upload\n{bucket}\n{key}\n{version}"))


def derived_block_appeal_id(platform: str, account_id: str, since: datetime) -> str:
    """Return the appeal id of a manual block: it has one appeal, whichever way it is filed."""
    return str(uuid.uuid5(_NAMESPACE, f"block\n{platform}\n{account_id}\n{since.isoformat()}"))


def derived_entry_id(kind: str, value: bytes) -> str:
    """Return the id of the bank entry of a hash. kind: "pdq" or "sha256"."""
    return str(uuid.uuid5(_NAMESPACE, f"entry\n{kind}\n{value.hex()}"))


def derived_sweep_id(entry_ids: Iterable[str], seq: int) -> str:
    """Return the id of the sweep for these bank changes. seq: the number of the last change."""
    return str(uuid.uuid5(_NAMESPACE, "\n".join(("sweep", str(seq), *sorted(entry_ids)))))


def new_case_number() -> str:
    """Return a case number: SD-XXXX-XXXX, 40 random bits, without letters that look like digits."""
    letters = "".join(secrets.choice(_CROCKFORD) for _ in range(8))
    return f"SD-{letters[:4]}-{letters[4:]}"


def normalise_case_number(text: str) -> str:
    """Return the stored form of a typed case number: any case, spaces, O for 0, I for 1."""
    letters = "".join(c for c in text.upper() if c.isalnum())
    letters = letters[2:] if letters.startswith("SD") and len(letters) == 10 else letters
    letters = letters.translate(_LOOKALIKES)
    return f"SD-{letters[:4]}-{letters[4:]}"


def new_link_number() -> str:
    """Return the number of a notice link: 8 letters, 40 random bits. The number alone opens nothing."""
    return "".join(secrets.choice(_CROCKFORD) for _ in range(8))


def new_secret() -> str:
    """Return a secret for a report without an account: 130 random bits, in groups that can be read aloud."""
    letters = "".join(secrets.choice(_CROCKFORD) for _ in range(26))
    return "-".join(letters[i : i + 5] for i in range(0, 26, 5))


def secret_digest(secret: str) -> str:
    """Return the digest to store of a secret. SHA-256 is enough for 130 random bits."""
    letters = "".join(c for c in secret.upper() if c.isalnum()).translate(_LOOKALIKES)
    return hashlib.sha256(letters.encode()).hexdigest()


def phrase_digest(phrase: str, *, salt: str | None = None) -> str:
    """Return the digest to store of a recovery phrase, as `salt$hash`.

    Case and spaces do not matter. scrypt, because people choose phrases that can be guessed.
    """
    salt = salt or secrets.token_hex(16)
    words = " ".join(phrase.casefold().split())
    digest = hashlib.scrypt(words.encode(), salt=bytes.fromhex(salt), n=2**14, r=8, p=1, dklen=32)
    return f"{salt}${digest.hex()}"


def digests_match(one: str, other: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())
