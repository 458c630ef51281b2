"""The bank's snapshots, as bytes, in a bucket of their own."""

from __future__ import annotations

import uuid
from typing import Any


class Snapshots:
    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def read(self, key: str) -> bytes:
        with self._s3.get_object(Bucket=self._bucket, Key=key)["Body"] as body:
            return bytes(body.read())

    def write(self, name: str, data: bytes) -> str:
        """Store a file; its key, which no other file ever has."""
        key = f"snapshots/{name}-{uuid.uuid4()}"
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=data)
        return key

    def delete(self, key: str) -> None:
        self._s3.delete_object(Bucket=self._bucket, Key=key)
