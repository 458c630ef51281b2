"""Where platforms want to be told: one SecureString parameter each, `{path}/{platform}`.

Its value is JSON, {"url": …, "secrets": [newest, …]}, and is set by `python -m infra.platforms webhook`.
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
"""How long a change of an endpoint takes to be known at the latest."""


class WebhookEndpoints:
    def __init__(self, client: Any, path: str, now: Callable[[], datetime]) -> None:
        self._client = client
        self._path = path
        self._now = now
        self._known: dict[str, tuple[datetime, WebhookEndpoint | None]] = {}
        self._asking = threading.Lock()

    def get(self, platform: str) -> WebhookEndpoint | None:
        """None for a platform that asked for none."""
        with self._asking:
            known = self._known.get(platform)
            if known is None or self._now() >= known[0] + CACHE_LIFETIME:
                known = self._known[platform] = (self._now(), self._read(platform))
        return known[1]

    def _read(self, platform: str) -> WebhookEndpoint | None:
        try:
            answer = self._client.get_parameter(Name=f"{self._path}/{platform}", WithDecryption=True)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ParameterNotFound":
                return None
            raise
        value = json.loads(answer["Parameter"]["Value"])
        return WebhookEndpoint(value["url"], tuple(value["secrets"]))
