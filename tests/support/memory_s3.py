"""The part of S3 that the stores use, with versioning where the template enables it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from botocore.response import StreamingBody

from tests.support.botocore_hooks import Answer, Call


@dataclass(frozen=True, slots=True)
class ObjectVersion:
    """One version. data: None for a delete marker. version: "" in a bucket without versioning."""

    version: str
    data: bytes | None
    content_type: str
    cache_control: str


Buckets = dict[str, dict[str, tuple[ObjectVersion, ...]]]


class MemoryS3:
    """Buckets in memory. buckets: versions by bucket and key, oldest first, as tuples for cheap snapshots."""

    def __init__(self, buckets: Collection[str], versioned: Collection[str]) -> None:
        self.buckets: Buckets = {name: {} for name in buckets}
        self._versioned = frozenset(versioned)

    def answer(self, call: Call) -> Answer:
        operations = {
            "PutObject": self._put,
            "GetObject": self._get,
            "HeadObject": self._head,
            "CopyObject": self._copy,
            "DeleteObject": self._delete,
        }
        if call.operation not in operations:
            raise NotImplementedError(str(call))
        return operations[call.operation](call.params)

    def _put(self, params: Mapping[str, Any]) -> Answer:
        if params.get("IfNoneMatch") == "*" and self._find(params) is not None:
            return Answer({"Error": {"Code": "PreconditionFailed", "Message": "the object exists"}}, 412)
        return self._store(params, bytes(params["Body"]))

    def _store(self, params: Mapping[str, Any], data: bytes | None) -> Answer:
        bucket, key = self.buckets[params["Bucket"]], params["Key"]
        version = ""
        if params["Bucket"] in self._versioned:
            version = f"version-{len(bucket.get(key, ())) + 1}"
        stored = ObjectVersion(
            version,
            data,
            params.get("ContentType", "binary/octet-stream"),
            params.get("CacheControl", ""),
        )
        bucket[key] = (*bucket.get(key, ()), stored) if version else (stored,)
        return Answer({"VersionId": version} if version else {})

    def _find(self, params: Mapping[str, Any]) -> ObjectVersion | None:
        versions = self.buckets[params["Bucket"]].get(params["Key"], ())
        wanted = params.get("VersionId")
        found = [one for one in versions if wanted is None or one.version == wanted]
        return found[-1] if found and found[-1].data is not None else None

    def _get(self, params: Mapping[str, Any]) -> Answer:
        stored = self._find(params)
        if stored is None or stored.data is None:
            return _absent("NoSuchVersion" if "VersionId" in params else "NoSuchKey")
        body = StreamingBody(io.BytesIO(stored.data), len(stored.data))
        return Answer({**_response_headers(stored), "Body": body})

    def _head(self, params: Mapping[str, Any]) -> Answer:
        stored = self._find(params)
        return _absent("404") if stored is None else Answer(_response_headers(stored))

    def _copy(self, params: Mapping[str, Any]) -> Answer:
        stored = self._find(params["CopySource"])
        return _absent("NoSuchKey") if stored is None else self._store(params, stored.data)

    def _delete(self, params: Mapping[str, Any]) -> Answer:
        bucket, key = self.buckets[params["Bucket"]], params["Key"]
        if params["Bucket"] not in self._versioned:
            bucket.pop(key, None)
        elif "VersionId" in params:
            deleted = params["VersionId"]
            # Keep an empty version, so that no version id is used twice.
            bucket[key] = tuple(
                replace(v, data=None) if v.version == deleted else v for v in bucket.get(key, ())
            )
        else:
            self._store(params, None)
        return Answer({}, 204)


def _response_headers(stored: ObjectVersion) -> dict[str, Any]:
    data = stored.data or b""
    headers = {
        "ContentLength": len(data),
        "ETag": f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"',
        "ContentType": stored.content_type,
        "CacheControl": stored.cache_control,
    }
    return {**headers, "VersionId": stored.version} if stored.version else headers


def _absent(code: str) -> Answer:
    return Answer({"Error": {"Code": code, "Message": "the object does not exist"}}, 404)
