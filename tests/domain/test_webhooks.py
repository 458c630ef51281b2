"""Webhooks: the envelope, verifiable signatures, and allowed addresses."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staydown.domain.events import EventEnvelope, EventType
from staydown.exchange.webhooks import (
    MAX_ATTEMPTS,
    RETRY_DELAYS,
    InvalidEndpointUrl,
    cloud_event_body,
    is_public_address,
    new_signing_secret,
    retry_delay,
    signature_headers,
    validate_endpoint_url,
)

NOW = datetime(2026, 11, 23, 4, 1, 6, 250_000, tzinfo=UTC)
EVENT = EventEnvelope(
    "019a-event", EventType.UPLOAD_REMOVED, NOW, {"upload_id": "u1", "platform": "alpha", "reason": "ä"}
)


def test_body_is_a_cloud_event_with_the_event_id() -> None:
    assert json.loads(cloud_event_body(EVENT)) == {
        "specversion": "1.0",
        "id": "019a-event",
        "source": "/staydown",
        "type": "dev.staydown.upload.removed",
        "time": "2026-11-23T04:01:06.250000+00:00",
        "datacontenttype": "application/json",
        "data": {"upload_id": "u1", "platform": "alpha", "reason": "ä"},
    }


def test_signature_follows_standard_webhooks() -> None:
    """The expected values are the example of the reference libraries."""
    headers = signature_headers(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
        now=datetime.fromtimestamp(1614265330, UTC),
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@given(body=st.binary(max_size=200))
def test_both_secrets_verify_during_rotation_and_no_other(body: bytes) -> None:
    new, old, other = (new_signing_secret() for _ in range(3))
    signatures = signature_headers([new, old], "id", body, now=NOW)["webhook-signature"].split()

    def made_with(secret: str) -> str:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"id.{int(NOW.timestamp())}.".encode() + body
        return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()

    assert signatures == [made_with(new), made_with(old)]
    assert made_with(other) not in signatures


def test_secrets_are_long_and_unique() -> None:
    secrets = {new_signing_secret() for _ in range(50)}
    assert len(secrets) == 50
    assert {len(base64.b64decode(one.removeprefix("whsec_"))) for one in secrets} == {32}


def test_retries_back_off_for_about_a_day_and_then_stop() -> None:
    delays = [retry_delay(attempt) for attempt in range(1, MAX_ATTEMPTS + 1)]
    assert delays[:-1] == list(RETRY_DELAYS) == sorted(RETRY_DELAYS)
    assert delays[-1] == timedelta(0)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
        "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::",
        "2001:0:1::1",
    ],
)  # fmt: skip
def test_non_public_address_is_never_called(address: str) -> None:
    assert not is_public_address(address)


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8"]
)
def test_a_public_address_may_be_called(address: str) -> None:
    assert is_public_address(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "ftp://example.org/", "https://", "https:///x", "//example.org", "example.org",
        "https://user:pw@example.org/", "https://user@example.org/", "https://example.org/#x", "",
        "https://example.org:port/", "https://[::1", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_invalid_endpoint_url_is_rejected(url: str) -> None:
    with pytest.raises(InvalidEndpointUrl):
        validate_endpoint_url(url, local=False)


def test_plain_http_is_allowed_only_locally() -> None:
    validate_endpoint_url("http://127.0.0.1:9000/hooks?x=1", local=True)
    validate_endpoint_url("https://example.org:8443/hooks", local=False)
    with pytest.raises(InvalidEndpointUrl):
        validate_endpoint_url("ftp://127.0.0.1/", local=True)
    with pytest.raises(InvalidEndpointUrl, match="http:// only"):
        validate_endpoint_url("http://example.org/hooks", local=True)
