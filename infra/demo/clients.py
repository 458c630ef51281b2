"""The HTTP and S3 clients of the actors, with or without an access token."""

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
"""The longest wait for an expected state or notice."""
TIMEOUT = 60.0
"""The time limit of one request, in seconds. It is long, for busy machines."""
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """The response to a request."""

    status: int
    body: Mapping[str, Any]
    """The JSON document."""
    milliseconds: float
    """From the request to the complete response."""

    def require_status(self, status: int) -> ApiResponse:
        """Return the response if it has this status. Otherwise raise StepFailed with its problem."""
        if self.status != status:
            detail = self.body.get("detail", self.body.get("message", ""))
            raise StepFailed(f"{self.status} {detail}; expected: {status}")
        return self

    @property
    def status_and_problem(self) -> str:
        """The status and, for a problem, the last part of its type."""
        slug = str(self.body.get("type", "")).rpartition("/")[2]
        return f"{self.status} {slug}".strip()


@dataclass(frozen=True, slots=True)
class UploadResult:
    """The state of an upload, as its platform sees it."""

    upload_id: str
    state: str
    reason: str | None
    distance: int | None
    url: str | None
    milliseconds: float
    """From the end of the upload to this state."""

    def __str__(self) -> str:
        parts = [self.state if self.reason is None else f"{self.state}: {self.reason}"]
        if self.distance is not None:
            parts.append(f"distance {self.distance} of 256")
        return ", ".join([*parts, f"after {self.milliseconds:.0f} ms"])


class ApiClient:
    """A caller of the API, with or without an access token."""

    def __init__(self, api_url: str, token: str | None = None) -> None:
        self._api_url = api_url
        self._session = requests.Session()
        if token is not None:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **headers: str) -> ApiResponse:
        return self._call("GET", path, None, headers)

    def post(self, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> ApiResponse:
        """Send a POST. headers: by name, with `_` in place of `-`."""
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
    """A client app of a platform. description: the contents of `.local/stack.json`."""

    def __init__(self, name: str, description: Mapping[str, Any]) -> None:
        (platform,) = [p for p in description["platforms"] if p["platform"] == name]
        super().__init__(description["api_url"], platform["token"])
        self.name = name
        self._bucket = description["buckets"]["uploads"]
        self._s3 = boto3.session.Session(
            aws_access_key_id="local",
            aws_secret_access_key="local",  # noqa: S106 the local S3 accepts any key
            region_name=description["region"],
        ).client("s3", endpoint_url=description["aws_endpoint_url"], config=Config(signature_version="s3v4"))

    def upload(self, account_id: str, file: ImageFile) -> UploadResult:
        """Get a ticket, post the file to S3 and wait for the scan."""
        request = {"account_id": account_id, "content_type": file.media_type, "size": len(file.data)}
        ticket = self.post("/v1/uploads", request).require_status(201).body
        posted = requests.post(
            ticket["url"], data=ticket["fields"], files={"file": file.data}, timeout=TIMEOUT
        )
        posted.raise_for_status()
        return self.wait_for_state(ticket["upload_id"])

    def put_without_ticket(self, account_id: str, name: str, file: ImageFile) -> UploadResult:
        """Put the file into the bucket without a ticket, as an app's IAM role may, and wait for the scan.

        The upload id is derived from bucket, key and version.
        """
        key = f"{self.name}/{account_id}/{name}"
        put = self._s3.put_object(Bucket=self._bucket, Key=key, Body=file.data, ContentType=file.media_type)
        return self.wait_for_state(derived_upload_id(self._bucket, key, put["VersionId"]))

    def wait_for_state(self, upload_id: str, *, expected_state: str | None = None) -> UploadResult:
        """Wait until the upload has the expected state (None: any but `received`), and return it.

        After MAX_WAIT_SECONDS, return it in its current state.
        """
        started = time.monotonic()
        while True:
            answer = self.get(f"/v1/uploads/{upload_id}")
            state = answer.body.get("state", "unknown") if answer.status == 200 else "unknown"
            milliseconds = (time.monotonic() - started) * 1000
            reached = (
                state == expected_state
                if expected_state is not None
                else state not in {"received", "unknown"}
            )
            if reached or milliseconds > MAX_WAIT_SECONDS * 1000:
                reason, distance, url = (answer.body.get(name) for name in ("reason", "distance", "url"))
                return UploadResult(upload_id, state, reason, distance, url, milliseconds)
            time.sleep(_POLL_SECONDS)

    def wait_for_notice(self, account_id: str, kind: str) -> Mapping[str, Any]:
        """Wait for a notice of this kind to the account holder, and return the newest."""
        return wait_for_notice(kind, lambda: self.get(f"/v1/accounts/{account_id}/notices"))


def wait_for_notice(kind: str, request: Callable[[], ApiResponse]) -> Mapping[str, Any]:
    """Wait for a notice of this kind in the response, and return the newest. Raise StepFailed."""
    started = time.monotonic()
    while time.monotonic() - started < MAX_WAIT_SECONDS:
        notices = request().require_status(200).body["notices"]
        matching = [notice for notice in notices if notice["kind"] == kind]
        if matching:
            return dict(matching[0])
        time.sleep(_POLL_SECONDS)
    raise StepFailed(f"no notice of the kind {kind}")


def fetch(url: str) -> requests.Response:
    """Fetch a URL without credentials."""
    return requests.get(url, timeout=TIMEOUT)


def fetch_until_gone(url: str) -> requests.Response:
    """Fetch a URL until it no longer returns 200, or until MAX_WAIT_SECONDS have passed.

    A sweep first sets the state to `removed`, so that nothing republishes the image, then deletes the copy.
    """
    started = time.monotonic()
    while (response := fetch(url)).status_code == 200 and time.monotonic() - started < MAX_WAIT_SECONDS:
        time.sleep(_POLL_SECONDS)
    return response
