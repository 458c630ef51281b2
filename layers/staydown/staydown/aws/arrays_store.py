"""Files of arrays in S3: bank snapshots and content log segments."""

from __future__ import annotations

import uuid
from typing import Any

from botocore.exceptions import ClientError


class ArraysNotFound(Exception):
    """The file was replaced by another and deleted."""


class ArraysStore:
    """Reads and writes the files below one key prefix, `folder`."""

    def __init__(self, s3: Any, bucket: str, folder: str) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._folder = folder

    def read(self, key: str) -> bytes:
        try:
            with self._s3.get_object(Bucket=self._bucket, Key=key)["Body"] as body:
                return bytes(body.read())
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                raise ArraysNotFound(key) from error
            raise

    def new_key(self, name: str) -> str:
        """Return a unique key."""
        return f"{self._folder}/{name}-{uuid.uuid4()}"

    def write(self, key: str, data: bytes) -> str:
        """Store a file and return its key."""
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=data)
        return key

    def delete(self, key: str) -> None:
        self._s3.delete_object(Bucket=self._bucket, Key=key)
