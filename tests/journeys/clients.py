"""Clients that use only the description of the stack and the OpenAPI document.

Each response is validated against the document, and private values in it are recorded for the leak check.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import boto3
import requests

from tests.journeys.contract import Contract
from tests.journeys.leak_watch import LeakWatch

VALID = {
    "relation": "self",
    "declarations": {
        "intimate": True,
        "without_consent": True,
        "subject_or_representative": True,
        "good_faith": True,
    },
}
"""The declarations of every valid report."""
FACTORS = {"shown": ["nudity"], "setting": "private", "complainant": "yes"}

Json = dict[str, Any]


class ApiClient:
    """Sends requests to the API; `post` and `get` return the validated response."""

    def __init__(
        self, description: Json, contract: Contract, watch: LeakWatch, token: str | None = None
    ) -> None:
        self.description = description
        self._contract = contract
        self.watch = watch
        self._http = requests.Session()
        if token is not None:
            self._http.headers["Authorization"] = f"Bearer {token}"
            watch.add_private(token)

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        response = self._http.request(method, self.description["api_url"] + path, timeout=60, **options)
        if not response.ok:
            self.watch.problem(response.text)
        self._contract.judge(response)
        return response

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, json: object = None, **options: Any) -> requests.Response:
        return self.request("POST", path, json=json, **options)

    def answer(self, method: str, path: str, **options: Any) -> Json:
        """Send a request that must succeed and return the response body."""
        response = self.request(method, path, **options)
        assert response.ok, f"{method} {path}: {response.status_code} {response.text[:500]}"
        body: Json = response.json()
        return body


class PlatformClient(ApiClient):
    """A platform's backend."""

    def ticket(self, account_id: str, content_type: str = "image/jpeg") -> Json:
        asked = {"account_id": account_id, "content_type": content_type}
        ticket = self.answer("POST", "/v1/uploads", json=asked)
        self.watch.add_private(*(value for name, value in ticket["fields"].items() if name in {"policy"}))
        return ticket

    def put(self, ticket: Json, data: bytes) -> None:
        """Upload with the presigned form, as a browser does."""
        form = requests.post(ticket["url"], data=ticket["fields"], files={"file": data}, timeout=60)
        assert form.ok, form.text

    def put_object(self, key: str, data: bytes, content_type: str | None = "image/jpeg") -> None:
        """Upload with credentials, as a platform's app does."""
        s3 = boto3.client(
            "s3",
            endpoint_url=self.description["aws_endpoint_url"],
            region_name=self.description["region"],
            aws_access_key_id="an-app",
            aws_secret_access_key="of-its-own",
        )
        declared = {"ContentType": content_type} if content_type is not None else {}
        s3.put_object(Bucket=self.description["buckets"]["uploads"], Key=key, Body=data, **declared)
        s3.close()

    def upload(self, account_id: str, data: bytes, content_type: str = "image/jpeg") -> str:
        """Upload with a ticket and a form. Return the upload id."""
        ticket = self.ticket(account_id, content_type)
        self.put(ticket, data)
        return str(ticket["upload_id"])

    def status(self, upload_id: str) -> Json:
        return self.answer("GET", f"/v1/uploads/{upload_id}")

    def account(self, account_id: str) -> Json:
        return self.answer("GET", f"/v1/accounts/{account_id}")

    def notices(self, account_id: str) -> list[Json]:
        """Return the account holder's notices, newest first."""
        return list(self.answer("GET", f"/v1/accounts/{account_id}/notices")["notices"])

    def link(self, account_id: str, notice_id: str) -> str:
        """Return a token that opens the notice."""
        token = self.answer("POST", f"/v1/accounts/{account_id}/notices/{notice_id}/link")["token"]
        self.watch.add_private(token)
        return str(token)

    def check(self, pdq: str, quality: int = 100) -> str:
        self.watch.add_private(pdq)
        return str(self.answer("POST", "/v1/checks", json={"pdq": pdq, "quality": quality})["verdict"])

    def report(self, account_id: str, upload_id: str) -> Json:
        """File a valid report for a person who is signed in with this account."""
        name = f"Jane {uuid.uuid4().hex}"
        contact = {"name": name, "email": f"jane.{uuid.uuid4().hex}@example.org"}
        form = {**VALID, "uploads": [upload_id], "signature": name, "contact": contact}
        filed = self.answer("POST", f"/v1/accounts/{account_id}/reports", json=form)
        self.watch.add_private(*contact.values(), filed["secret"])
        return filed


class ReporterClient(ApiClient):
    """A person shown in an image, without an account. They have a case number and a secret only."""

    case_number = ""
    secret = ""

    def report(self, *uploads: str, hashes: list[Json] | None = None, **more: Any) -> Json:
        """File a valid report, unless `more` makes it invalid."""
        name = f"Jane {uuid.uuid4().hex}"
        form: Json = {
            **VALID,
            "uploads": list(uploads),
            "hashes": hashes or [],
            "signature": name,
            "contact": {"name": name, "email": f"jane.{uuid.uuid4().hex}@example.org"},
            "statement": f"This is me, {uuid.uuid4().hex}, and I never agreed.",
            **more,
        }
        self.watch.add_private(*(one["pdq"] for one in form["hashes"]), form["signature"], form["statement"])
        self.watch.add_private(*form["contact"].values())
        filed = self.answer("POST", "/v1/reports", json=form)
        self.case_number, self.secret = filed["case_number"], filed["secret"]
        self.watch.add_private(self.secret)
        return filed

    @property
    def secret_header(self) -> Mapping[str, str]:
        """Return the header with the secret of the report."""
        return {"Case-Secret": self.secret}

    def follow(self) -> Json:
        return self.answer("GET", f"/v1/cases/{self.case_number}", headers=self.secret_header)

    def complete(self, **added: Any) -> Json:
        return self.answer(
            "POST", f"/v1/cases/{self.case_number}/information", json=added, headers=self.secret_header
        )

    def appeal(self, statement: str) -> Json:
        path = f"/v1/cases/{self.case_number}/appeal"
        return self.answer("POST", path, json={"statement": statement}, headers=self.secret_header)

    def request_retention(self, what: str) -> Json:
        """Request `erase` or `preserve`."""
        return self.answer("POST", f"/v1/cases/{self.case_number}/{what}", headers=self.secret_header)

    def withdraw(self) -> Json:
        return self.answer("POST", f"/v1/cases/{self.case_number}/withdraw", headers=self.secret_header)


class ReviewerClient(ApiClient):
    """A member of the operator's staff at the console."""

    def next(self) -> Json:
        """Claim and return the case with the nearest deadline."""
        case = self.answer("POST", "/v1/review/next")["case"]
        assert case is not None, "the review queue is empty"
        return dict(case)

    def case(self, case_id: str) -> Json:
        return self.answer("GET", f"/v1/review/cases/{case_id}")

    def claim(self, case_id: str) -> Json:
        return self.answer("POST", f"/v1/review/cases/{case_id}/claim")

    def note(self, case_id: str, text: str) -> Json:
        self.watch.add_private(text)
        return self.answer("POST", f"/v1/review/cases/{case_id}/notes", json={"text": text})

    def reveal(self, case_id: str, upload_id: str, *, sharp: bool = False) -> Json:
        look = {"upload_id": upload_id, "sharp": sharp}
        revealed = self.answer("POST", f"/v1/review/cases/{case_id}/reveal", json=look)
        self.watch.add_private(
            *(value for name, value in revealed.items() if name in {"image", "url"} and value)
        )
        return revealed

    def if_match_header(self, case_id: str) -> dict[str, str]:
        """Return the If-Match header with the version of a case, or with a wrong one without access."""
        etag = self.get(f"/v1/review/cases/{case_id}").headers.get("etag", '"0"')
        return {"If-Match": etag}

    def post_decision(self, case_id: str, body: Json) -> requests.Response:
        """Decide on the present version of the case."""
        return self.post(f"/v1/review/cases/{case_id}/decision", body, headers=self.if_match_header(case_id))

    def decide(self, case_id: str, outcome: str, *, if_match: str | None = None, **more: Any) -> Json:
        headers = {"If-Match": if_match} if if_match is not None else self.if_match_header(case_id)
        return self.answer(
            "POST", f"/v1/review/cases/{case_id}/decision", json=decision(outcome, **more), headers=headers
        )

    def split_case(self, case_id: str, *upload_ids: str) -> Json:
        path, named = f"/v1/review/cases/{case_id}/separate", {"upload_ids": list(upload_ids)}
        return self.answer("POST", path, json=named, headers=self.if_match_header(case_id))

    def audit(self, case_id: str) -> Json:
        return self.answer("GET", f"/v1/audit/{case_id}")


def decision(outcome: str, **more: Any) -> Json:
    return {"outcome": outcome, "factors": FACTORS, "reasons": f"It is {outcome}.", **more}


def appeal_decision(outcome: str) -> Json:
    return {"outcome": outcome, "reasons": f"It is {outcome}."}
