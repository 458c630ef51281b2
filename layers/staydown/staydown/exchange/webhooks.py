"""Webhooks: what a platform's endpoint is sent, how it is signed, and when it is tried again.

The signature is that of Standard Webhooks 1.0, the body a CloudEvent 1.0 (structured, JSON).
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
SECRET_PREFIX = "whsec_"  # noqa: S105 (what a secret begins with)
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
"""After each attempt that failed: about a day in all. (SQS hides a message for twelve hours at most.)"""
MAX_ATTEMPTS = len(RETRY_DELAYS) + 1

_LOOPBACK_HOSTS = {"127.0.0.1", "::1", "localhost"}
# What leads back to addresses of IPv4, private ones too: NAT64, 6to4, Teredo.
_TUNNELS = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))


class InvalidEndpointUrl(ValueError):
    """An address that no webhook is sent to."""


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """Where a platform wants to be told. secrets: the newest first; two while they are being changed."""

    url: str
    secrets: tuple[str, ...]


def new_signing_secret() -> str:
    """`whsec_` and 256 random bits in base64."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def validate_endpoint_url(url: str, *, local: bool) -> None:
    """Raise BadEndpoint unless webhooks can be sent there. local: of a stack on this machine, which
    may send to this machine by http."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise InvalidEndpointUrl("it is no URL") from None
    here = local and parts.scheme == "http" and host in _LOOPBACK_HOSTS
    if parts.scheme != "https" and not here:
        raise InvalidEndpointUrl("it has to begin with https:// (http:// only within one machine)")
    if not host:
        raise InvalidEndpointUrl("it names no host")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise InvalidEndpointUrl("no user, password or fragment can be in it")


def is_public_address(address: str) -> bool:
    """Whether an IP address is one of the public internet, and not a way to one that is none."""
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    if mapped is not None:
        found = mapped
    if any(found in tunnel for tunnel in _TUNNELS if tunnel.version == found.version):
        return False
    return found.is_global and not found.is_multicast


def cloud_event_body(event: EventEnvelope) -> bytes:
    """The body. Its id is the event's own, the same in each delivery."""
    envelope = {
        "specversion": "1.0",
        "id": event.event_id,
        "source": CLOUD_EVENT_SOURCE,
        "type": CLOUD_EVENT_TYPE_PREFIX + event.type.value,
        "time": event.at.isoformat(),
        "datacontenttype": "application/json",
        "data": dict(event.detail),
    }
    return json.dumps(envelope, separators=(",", ":")).encode()


def signature_headers(
    secrets: Iterable[str], webhook_id: str, body: bytes, *, now: datetime
) -> dict[str, str]:
    """The three headers; one signature for each secret, so that either verifies."""
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
    """How long after attempt number `attempt` (from 1) failed the next follows; none after the last."""
    return RETRY_DELAYS[attempt - 1] if attempt <= len(RETRY_DELAYS) else timedelta(0)
