"""The webhook endpoints of platforms: one SecureString parameter for each, `{path}/{platform}`.

The value is JSON: {"url": …, "secrets": [newest, …]}. `python -m infra.platforms webhook` sets it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from staydown.exchange.webhooks import WebhookEndpoint

CACHE_LIFETIME = timedelta(minutes=1)
"""The longest time until a changed endpoint takes effect."""


class WebhookEndpoints:
    def __init__(self, client: Any, path: str, now: Callable[[], datetime]) -> None:
        self._client = client
        self._path = path
        self._now = now
        self._cache: dict[str, tuple[datetime, WebhookEndpoint | None]] = {}
        self._lock = threading.Lock()

    def get(self, platform: str) -> WebhookEndpoint | None:
        """Return the endpoint of a platform, or None if it has none."""
        with self._lock:
            cached = self._cache.get(platform)
            if cached is None or self._now() >= cached[0] + CACHE_LIFETIME:
                cached = self._cache[platform] = (self._now(), self._read(platform))
        return cached[1]

    def _read(self, platform: str) -> WebhookEndpoint | None:
        try:
            response = self._client.get_parameter(Name=f"{self._path}/{platform}", WithDecryption=True)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ParameterNotFound":
                return None
            raise
        value = json.loads(response["Parameter"]["Value"])
        return WebhookEndpoint(value["url"], tuple(value["secrets"]))
