"""Webhooks: their bodies, signatures, endpoint addresses and retries.

The signature follows Standard Webhooks 1.0. The body is a CloudEvent 1.0 (structured mode, JSON).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from staydown.domain.events import EventEnvelope

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
CLOUD_EVENT_SOURCE = "/staydown"
CLOUD_EVENT_TYPE_PREFIX = "dev.staydown."
SECRET_PREFIX = "whsec_"  # noqa: S105 (a prefix, not a secret)
_SECRET_BYTES = 32

RETRY_DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=8),
    timedelta(hours=10),
)
"""Delays after each failed attempt, about a day in total. SQS can hide a message for at most 12 hours."""
MAX_ATTEMPTS = len(RETRY_DELAYS) + 1

_LOOPBACK_HOSTS = {"127.0.0.1", "::1", "localhost"}
# These prefixes embed IPv4 addresses, private ones too: NAT64, 6to4, Teredo.
_TUNNELS = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))


class InvalidEndpointUrl(ValueError):
    """An endpoint URL that is not allowed."""


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """A platform's webhook endpoint."""

    url: str
    """The URL to which events are posted."""
    secrets: tuple[str, ...]
    """Signing secrets, the newest first; two during a rotation."""


def new_signing_secret() -> str:
    """Return a new signing secret: `whsec_` and 256 random bits in base64."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def validate_endpoint_url(url: str, *, local: bool) -> None:
    """Raise InvalidEndpointUrl unless the URL is allowed.

    local: whether this is the local stack, which may send to loopback addresses by http.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise InvalidEndpointUrl("it is not a URL") from None
    is_loopback = local and parts.scheme == "http" and host in _LOOPBACK_HOSTS
    if parts.scheme != "https" and not is_loopback:
        raise InvalidEndpointUrl(
            "it must start with https:// (http:// only for loopback addresses of the local stack)"
        )
    if not host:
        raise InvalidEndpointUrl("it has no host")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise InvalidEndpointUrl("it must not have a user, password or fragment")


def is_public_address(address: str) -> bool:
    """Whether an IP address is public and does not embed a private one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    if mapped is not None:
        ip = mapped
    if any(ip in tunnel for tunnel in _TUNNELS if tunnel.version == ip.version):
        return False
    return ip.is_global and not ip.is_multicast


def cloud_event_body(envelope: EventEnvelope) -> bytes:
    """Return the body of an event; its id is the same in each delivery."""
    cloud_event = {
        "specversion": "1.0",
        "id": envelope.event_id,
        "source": CLOUD_EVENT_SOURCE,
        "type": CLOUD_EVENT_TYPE_PREFIX + envelope.type.value,
        "time": envelope.at.isoformat(),
        "datacontenttype": "application/json",
        "data": dict(envelope.detail),
    }
    return json.dumps(cloud_event, separators=(",", ":")).encode()


def signature_headers(
    secrets: Iterable[str], webhook_id: str, body: bytes, *, now: datetime
) -> dict[str, str]:
    """Return the three headers, with one signature for each secret: any of the secrets verifies."""
    timestamp = str(int(now.timestamp()))
    signed = b".".join([webhook_id.encode(), timestamp.encode(), body])
    signatures = (hmac.digest(_key(secret), signed, hashlib.sha256) for secret in secrets)
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{base64.b64encode(one).decode()}" for one in signatures),
    }


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(SECRET_PREFIX))


def retry_delay(attempt: int) -> timedelta:
    """Return the delay after failed attempt number `attempt`, counted from 1; zero after the last."""
    return RETRY_DELAYS[attempt - 1] if attempt <= len(RETRY_DELAYS) else timedelta(0)
