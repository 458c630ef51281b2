"""Keypoint features of reference images in S3: one encrypted object for each.

Features reveal more of an image than a hash does. They are never exported, and are deleted with their entry.
"""

from __future__ import annotations

import uuid
from typing import Any

from botocore.exceptions import ClientError


class FeaturesStore:
    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def write(self, entry_id: str, features: bytes) -> str:
        """Store the features of an image of this entry and return their unique key."""
        key = f"pictures/{entry_id}/{uuid.uuid4()}"
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=features)
        return key

    def read(self, key: str) -> bytes | None:
        """Return the features, or None if they were deleted."""
        try:
            response = self._s3.get_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchKey", "AccessDenied", "403", "404"}:
                return None
            raise
        with response["Body"] as body:
            return bytes(body.read())

    def delete(self, key: str) -> None:
        self._s3.delete_object(Bucket=self._bucket, Key=key)
