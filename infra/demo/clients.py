"""Those who take part, each with what they have: a token, a link, or nothing. HTTP and S3, nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import requests
from botocore.config import Config
from staydown.domain.ids import derived_upload_id

from infra.demo.photos import ImageFile
from infra.demo.steps import StepFailed

MAX_WAIT_SECONDS = 15.0
"""Seconds until something that should happen is given up."""
TIMEOUT = 60.0
"""Seconds that one answer may take: on a machine with much else to do, many."""
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """body: the JSON document. milliseconds: from the request to the whole answer."""

    status: int
    body: Mapping[str, Any]
    milliseconds: float

    def require_status(self, status: int) -> ApiResponse:
        """This answer, if its status is that; else Wrong, with the problem that it tells."""
        if self.status != status:
            detail = self.body.get("detail", self.body.get("message", ""))
            raise StepFailed(f"{self.status} {detail}; should be: {status}")
        return self

    @property
    def status_and_problem(self) -> str:
        """Status and, of a problem, the last part of its type."""
        slug = str(self.body.get("type", "")).rpartition("/")[2]
        return f"{self.status} {slug}".strip()


@dataclass(frozen=True, slots=True)
class UploadResult:
    """What a platform is told of an upload. milliseconds: from the last byte to the state."""

    upload_id: str
    state: str
    reason: str | None
    distance: int | None
    url: str | None
    milliseconds: float

    def __str__(self) -> str:
        parts = [self.state if self.reason is None else f"{self.state}: {self.reason}"]
        if self.distance is not None:
            parts.append(f"distance {self.distance} of 256")
        return ", ".join([*parts, f"after {self.milliseconds:.0f} ms"])


class ApiClient:
    """Somebody who calls the API, with a token or without."""

    def __init__(self, api_url: str, token: str | None = None) -> None:
        self._api_url = api_url
        self._session = requests.Session()
        if token is not None:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **headers: str) -> ApiResponse:
        return self._call("GET", path, None, headers)

    def post(self, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> ApiResponse:
        """headers: with _ for -."""
        return self._call("POST", path, body, headers)

    def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> ApiResponse:
        started = time.monotonic()
        response = self._session.request(
            method,
            self._api_url + path,
            json=body,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
            timeout=TIMEOUT,
        )
        milliseconds = (time.monotonic() - started) * 1000
        try:
            document = response.json()
        except requests.JSONDecodeError:
            document = {}
        return ApiResponse(response.status_code, document, milliseconds)


class PlatformClient(ApiClient):
    """A client app. description: of the stack, as in `.local/stack.json`."""

    def __init__(self, name: str, description: Mapping[str, Any]) -> None:
        (mine,) = [p for p in description["platforms"] if p["platform"] == name]
        super().__init__(description["api_url"], mine["token"])
        self.name = name
        self._bucket = description["buckets"]["uploads"]
        self._s3 = boto3.session.Session(
            aws_access_key_id="local",
            aws_secret_access_key="local",  # noqa: S106 the local S3 takes any
            region_name=description["region"],
        ).client("s3", endpoint_url=description["aws_endpoint_url"], config=Config(signature_version="s3v4"))

    def upload(self, account_id: str, file: ImageFile) -> UploadResult:
        """Ask for a ticket, post the file to S3 with it, wait for what becomes of it."""
        wanted = {"account_id": account_id, "content_type": file.media_type, "size": len(file.data)}
        ticket = self.post("/v1/uploads", wanted).require_status(201).body
        posted = requests.post(
            ticket["url"], data=ticket["fields"], files={"file": file.data}, timeout=TIMEOUT
        )
        posted.raise_for_status()
        return self.wait_for_state(ticket["upload_id"])

    def put_without_ticket(self, account_id: str, name: str, file: ImageFile) -> UploadResult:
        """Put the file into the bucket without a ticket, as an app's own role may. Wait as well.

        The upload's id follows from bucket, key and version.
        """
        key = f"{self.name}/{account_id}/{name}"
        put = self._s3.put_object(Bucket=self._bucket, Key=key, Body=file.data, ContentType=file.media_type)
        return self.wait_for_state(derived_upload_id(self._bucket, key, put["VersionId"]))

    def wait_for_state(self, upload_id: str, *, expected_state: str | None = None) -> UploadResult:
        """The upload once it is in the state that is wanted (None: any but `received`), or as it is when
        patience ends."""
        started = time.monotonic()
        while True:
            answer = self.get(f"/v1/uploads/{upload_id}")
            state = answer.body.get("state", "unknown") if answer.status == 200 else "unknown"
            milliseconds = (time.monotonic() - started) * 1000
            there = (
                state == expected_state
                if expected_state is not None
                else state not in {"received", "unknown"}
            )
            if there or milliseconds > MAX_WAIT_SECONDS * 1000:
                reason, distance, url = (answer.body.get(name) for name in ("reason", "distance", "url"))
                return UploadResult(upload_id, state, reason, distance, url, milliseconds)
            time.sleep(_POLL_SECONDS)

    def wait_for_notice(self, account_id: str, kind: str) -> Mapping[str, Any]:
        """What the holder of the account was told last of this kind, once it is there."""
        return wait_for_notice(kind, lambda: self.get(f"/v1/accounts/{account_id}/notices"))


def wait_for_notice(kind: str, request: Callable[[], ApiResponse]) -> Mapping[str, Any]:
    """The newest notice of this kind, once the answer has one; Wrong when patience ends."""
    started = time.monotonic()
    while time.monotonic() - started < MAX_WAIT_SECONDS:
        found = [one for one in request().require_status(200).body["notices"] if one["kind"] == kind]
        if found:
            return dict(found[0])
        time.sleep(_POLL_SECONDS)
    raise StepFailed(f"no {kind} was written")


def fetch(url: str) -> requests.Response:
    """What anybody gets at an address."""
    return requests.get(url, timeout=TIMEOUT)


def fetch_until_gone(url: str) -> requests.Response:
    """What anybody gets at an address once it no longer answers, or when patience ends.

    A sweep says `removed` first, so that nothing publishes the image again, and then deletes the public copy.
    """
    started = time.monotonic()
    while (response := fetch(url)).status_code == 200 and time.monotonic() - started < MAX_WAIT_SECONDS:
        time.sleep(_POLL_SECONDS)
    return response
