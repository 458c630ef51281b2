"""What is kept of judged pictures beside their hashes: keypoints, as bytes, encrypted, one object each.

They tell more of a picture than a hash does. They are never exported, and go when their entry does.
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
        """Store the features of a picture of this entry; the key, which no other picture ever has."""
        key = f"pictures/{entry_id}/{uuid.uuid4()}"
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=features)
        return key

    def read(self, key: str) -> bytes | None:
        """None when they are not kept any more."""
        try:
            answer = self._s3.get_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchKey", "AccessDenied", "403", "404"}:
                return None
            raise
        with answer["Body"] as body:
            return bytes(body.read())

    def delete(self, key: str) -> None:
        self._s3.delete_object(Bucket=self._bucket, Key=key)
