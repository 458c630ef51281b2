"""The role of each function allows exactly the calls that it makes."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
import requests
from PIL import Image

from infra.local.intrinsics import STACK_NAME
from infra.local.stack import LocalStack
from infra.webhooks import set_endpoint
from tests.infrastructure.environments import LIBRARY_VARIABLES, functions, given_variables
from tests.infrastructure.permissions import (
    GRANTED_FOR_AWS,
    STREAM_PERMISSIONS,
    CallRecorder,
    allowed_permissions,
    covers,
    denied_calls,
)

RACE_ONLY_PERMISSIONS = {
    ("CompactLogFunction", "dynamodb:BatchGetItem"),
    ("ScanUploadFunction", "s3:DeleteObjectVersion"),
}
"""Calls that happen only in races. One checks an entry whose features were erased while the log was read. The
other deletes a copy that was published while its upload was being removed."""
RARELY_READ = {
    # For a case that a match opens, and for one that is split off: neither has a deadline.
    ("ReviewFunction", "REMOVAL_HOURS"),
    ("ScanUploadFunction", "REMOVAL_HOURS"),
    ("SweepFunction", "REMOVAL_HOURS"),
    # For a receipt of a report whose reporter is suspended.
    ("WriteNoticesFunction", "HIDE_LEAD_SECONDS"),
    ("WriteNoticesFunction", "WARNING_HOURS"),
}
"""Variables of settings that functions read only in situations that the exercise does not contain."""
STREAM_FUNCTIONS = {"PublishEventsFunction", "CountFiguresFunction"}
SENDER = "help@staydown.example"
DECLARED = dict.fromkeys(("intimate", "without_consent", "subject_or_representative", "good_faith"), True)
FACTORS = {"shown": ["nudity"], "setting": "private", "complainant": "yes"}


@pytest.fixture(scope="module")
def recorder() -> Iterator[CallRecorder]:
    """Return the recorded calls of every function during a full exercise of the stack."""
    with LocalStack(parameters={"SenderAddress": SENDER, "FoldChanges": 2}, report=lambda _: None) as stack:
        recorder = CallRecorder(stack)
        recorder.listen()
        _FullExercise(stack, recorder).run_all()
        yield recorder


def test_no_call_of_a_function_is_denied(
    recorder: CallRecorder, record_property: Callable[[str, object], None]
) -> None:
    calls = sum(map(len, recorder.required.values()))
    record_property("kinds of calls held to the roles of their functions", calls)
    assert calls > 50
    assert not denied_calls(recorder), "\n".join(denied_calls(recorder))


@pytest.mark.promise(11)
@pytest.mark.law("GD1")
def test_no_function_has_unused_permissions(recorder: CallRecorder) -> None:
    idle = []
    for function, permissions in sorted(allowed_permissions(recorder.stack).items()):
        granted_for_aws = GRANTED_FOR_AWS + (STREAM_PERMISSIONS if function in STREAM_FUNCTIONS else ())
        # A response that must not be stored is deleted. Not every function returns one here.
        delete_stored_response = ("dynamodb:DeleteItem", f"table/{recorder.stack.tables['idempotency']}")
        idle += [
            f"{function}: {permission[0]} on {permission[1]}"
            for permission in sorted(permissions)
            if not permission[0].startswith(granted_for_aws)
            and (function, permission[0]) not in RACE_ONLY_PERMISSIONS
            and not any(
                covers(permission, need) for need in {*recorder.required[function], delete_stored_response}
            )
        ]
    assert not idle, "\n".join(idle)


def test_functions_read_every_setting_that_they_are_given(recorder: CallRecorder) -> None:
    """A variable that is missing fails the exercise; this finds those that are superfluous."""
    unread = [
        f"{function}: {variable}"
        for function in sorted(functions())
        for variable in sorted(set(given_variables(function)) - recorder.variables_read(function))
        if variable not in LIBRARY_VARIABLES and (function, variable) not in RARELY_READ
    ]
    assert not unread, "\n".join(unread)


class _FullExercise:
    """Exercises everything that the functions do, through HTTP and S3."""

    def __init__(self, stack: LocalStack, recorder: CallRecorder) -> None:
        self.stack = stack
        self.recorder = recorder
        self.s3 = stack.client("s3")
        self._seed = 0

    def run_all(self) -> None:
        self._configure_webhooks()
        self._decide_and_reverse_a_case()
        self._report_a_hash_and_dismiss_it()
        self._complete_and_withdraw_a_report()
        self._block_an_account_manually()
        self._suspend_an_account()
        self._suspend_a_reporter()
        self._miss_a_deadline()
        self._lock_a_case()
        self._recover_a_secret()
        self._compact_the_content_log()
        self._load_a_snapshot()
        self._repeat_idempotent_requests()
        self._apply_retention()

    def _configure_webhooks(self) -> None:
        """One platform has an unreachable endpoint, so its webhooks go back to the queue."""
        self.stack.client("sesv2").create_email_identity(EmailIdentity=SENDER)
        set_endpoint(self.stack.client("ssm"), STACK_NAME, "alpha", "http://127.0.0.1:9/")

    def _decide_and_reverse_a_case(self) -> None:
        photo = self._photo()
        first = self._upload("alpha", "poster", photo)
        self._upload("alpha", "another", photo)
        number = self._report(uploads=[first])["case_number"]
        case = self._post("/v1/review/next", "robin", {})["case"]["case_id"]
        look = f"/v1/review/cases/{case}"
        self._get("/v1/review/queue", "robin")
        self._get(look, "robin")
        self._post(f"{look}/claim", "robin", {})
        self._post(f"{look}/notes", "robin", {"text": "as I see it"})
        self._post(f"{look}/reveal", "robin", {"upload_id": first})
        self._post(f"{look}/reveal", "robin", {"upload_id": first, "sharp": True})
        self._decide(case, "violating")
        self.stack.drain()
        stopped = self._upload("beta", "third", photo)
        self._upload("beta", "direct", photo, direct=True)
        self._post("/v1/checks", "alpha", {"pdq": "0f" * 32, "quality": 100})
        self._get("/v1/accounts/poster", "alpha")
        self._compare_a_copy(stopped)
        self._get(f"/v1/audit?case_number={number}", "noor")
        self._get(f"/v1/audit/{case}", "noor")
        assert self._get("/v1/stats", "noor")["decisions"]["violating"] == 1
        assert self._get(f"/v1/stats/statements/{case}", "noor")["statements"]
        notice = self._get("/v1/accounts/poster/notices", "alpha")["notices"][0]
        self._post("/v1/accounts/poster/language", "alpha", {"language": "de"})
        link = self._post(f"/v1/accounts/poster/notices/{notice['notice_id']}/link", "alpha", {})["token"]
        self._by_link(link, {"statement": "mine"})
        notice = self._get("/v1/accounts/direct/notices", "beta")["notices"][0]
        link = self._post(f"/v1/accounts/direct/notices/{notice['notice_id']}/link", "beta", {})["token"]
        self._by_link(link, {"statement": "another picture"})
        self._appeal_a_match(stopped, case)
        self._override_entries()
        self._anchor_the_audit(case)
        appeal = self._post("/v1/appeals", "alpha", {"account_id": "poster", "statement": "mine"})[
            "appeal_id"
        ]
        self._get("/v1/review/appeals", "sasha")
        answer = {"outcome": "upheld", "reasons": "consent shown"}
        self._post(f"/v1/review/appeals/{appeal}/decision", "sasha", answer)
        self._redeliver_events(stopped)  # Before the sweep that the appeal causes.
        self.stack.drain()
        assert self._get(f"/v1/uploads/{first}", "alpha")["state"] == "published"

    def _appeal_a_match(self, stopped: str, case: str) -> None:
        body = {"account_id": "third", "upload_id": stopped, "statement": "another picture"}
        appeal = self._post("/v1/appeals", "beta", body)
        assert appeal["case_id"] is None
        self._post(f"/v1/review/cases/{case}/reveal", "sasha", {"upload_id": stopped})
        answer = {"outcome": "rejected", "reasons": "the same"}
        self._post(f"/v1/review/appeals/{appeal['appeal_id']}/decision", "sasha", answer)

    def _compare_a_copy(self, stopped: str) -> None:
        filed = self._report(uploads=[stopped])
        case = self._post("/v1/review/next", "kim", {})["case"]
        (upload,) = case["uploads"]
        comparison = {"upload_id": stopped, "entry_id": upload["matches"][0]["entry_id"]}
        assert self._post(f"/v1/review/cases/{case['case_id']}/comparison", "kim", comparison)[
            "original_kept"
        ]
        self._with_secret(f"/v1/cases/{filed['case_number']}/withdraw", filed, None)

    def _apply_retention(self) -> None:
        """Erase data in each way: on request, after a legal hold, and at the end of its retention."""
        photo = self._photo()
        shown = self._upload("alpha", "years", photo)
        other = self._upload("alpha", "years-after", self._photo())
        self.s3.put_object(Bucket=self.stack.buckets["uploads"], Key="alpha/years/none", Body=b"no image")
        filed = self._report(uploads=[shown, other])
        for upload_id in (shown, other):
            case = self._case_about(upload_id)
            self._decide(case, "violating")
        self._upload("beta", "years-copy", photo)
        self.stack.drain()
        self._with_secret(f"/v1/cases/{filed['case_number']}/erase", filed, None)
        self._with_secret(f"/v1/cases/{filed['case_number']}/preserve", filed, None)
        self._get("/v1/review/erasures", "noor")
        path = f"/v1/review/cases/{case}"
        self._post(f"{path}/hold", "noor", {"reason": "court"})
        self._post(f"{path}/release", "noor", {})
        assert self._post(f"{path}/release", "ada", {})["held"] is False
        self._post(f"{path}/erase", "noor", {})
        # A public copy that a failed removal left.
        self.s3.put_object(Bucket=self.stack.buckets["published"], Key=f"alpha/{other}", Body=photo)
        self.stack.clock.advance(timedelta(days=191))
        self.stack.functions["ApplyRetentionFunction"].invoke({})
        self.stack.clock.advance(timedelta(days=2200))
        for _ in range(2):
            self.stack.functions["ApplyRetentionFunction"].invoke({})

    def _anchor_the_audit(self, case: str) -> None:
        self.stack.drain()
        self.stack.functions["AnchorAuditFunction"].invoke({})
        (chain, *_) = self._get(f"/v1/audit/{case}", "noor")["chains"]
        assert chain["anchored"] == len(chain["records"])
        assert self._post(f"/v1/audit/{case}/bundle", "noor", {})["anchors"]

    def _override_entries(self) -> None:
        allowed = {"change": "allow", "reason": "false_alarm", "pdq": "0f" * 32, "quality": 90}
        entry = self._post("/v1/bank/entries", "noor", allowed)["entry_id"]
        found = self._get(f"/v1/bank/entries?pdq={'0f' * 32}", "noor")["entries"]
        assert [one["standing"] for one in found] == ["allowed"]
        self._get("/v1/bank/entries", "noor")
        for change in ("reinstate", "deactivate"):
            order = {"change": change, "reason": "false_alarm", "entry_id": entry}
            self._post("/v1/bank/entries", "noor", order)

    def _report_a_hash_and_dismiss_it(self) -> None:
        photo = self._photo()
        shown = self._upload("alpha", "a-poster", photo)
        hashed = self._hash_of(shown)
        filed = self._report(hashes=[{"pdq": hashed, "quality": 100}])
        self.stack.drain()
        held = self._upload("alpha", "another-poster", photo)
        assert self._get(f"/v1/uploads/{held}", "alpha")["state"] == "held"
        case = self._post("/v1/review/next", "kim", {})["case"]["case_id"]
        self._post(f"/v1/review/cases/{case}/reveal", "kim", {"upload_id": held})
        self._decide(case, "not_violating", reviewer="kim")
        self.stack.drain()
        assert self._get(f"/v1/uploads/{held}", "alpha")["state"] == "published"
        self._follow(filed)

    def _complete_and_withdraw_a_report(self) -> None:
        requests.get(f"{self.stack.api_url}/v1/report-form", timeout=30).raise_for_status()
        photo = self._photo()
        shown = self._upload("alpha", "one-more", photo)
        hashed = [{"pdq": self._hash_of(shown), "quality": 100}]
        filed = self._report(hashes=hashed, signature="")
        other = self._report(hashes=hashed)
        self._with_secret(f"/v1/cases/{filed['case_number']}/information", filed, {"signature": "A. B."})
        self.stack.drain()
        held = self._upload("beta", "one-more", photo)
        self._with_secret(f"/v1/cases/{other['case_number']}/withdraw", other, None)
        self._with_secret(f"/v1/cases/{filed['case_number']}/withdraw", filed, None)
        self.stack.drain()
        assert self._get(f"/v1/uploads/{held}", "beta")["state"] == "published"
        wrong = requests.get(
            f"{self.stack.api_url}/v1/cases/{filed['case_number']}", headers={"Case-Secret": "no"}, timeout=30
        )
        assert wrong.status_code == 404

    def _block_an_account_manually(self) -> None:
        body = {"platform": "alpha", "reason": "set manually"}
        assert self._post("/v1/accounts/loud/block", "noor", body)["state"] == "blocked"
        key = f"alpha/loud/{self._photo_name()}"
        self.s3.put_object(Bucket=self.stack.buckets["uploads"], Key=key, Body=self._photo())
        self.stack.drain()
        notice = self._get("/v1/accounts/loud/notices", "alpha")["notices"][0]
        link = self._post(f"/v1/accounts/loud/notices/{notice['notice_id']}/link", "alpha", {})["token"]
        self._by_link(link, {"statement": "not me"})
        self._post("/v1/accounts/loud/unblock", "noor", {"platform": "alpha"})
        self._post("/v1/accounts/loud/block", "noor", body)
        appeal_body = {"account_id": "loud", "by_hand": True, "statement": "still not me"}
        appeal = self._post("/v1/appeals", "alpha", appeal_body)["appeal_id"]
        answer = {"outcome": "upheld", "reasons": "not the same person"}
        self._post(f"/v1/review/appeals/{appeal}/decision", "sasha", answer)
        assert self._get("/v1/accounts/loud", "alpha")["state"] == "active"

    def _suspend_an_account(self) -> None:
        photo = self._photo()
        self._report(uploads=[self._upload("alpha", "first-of-all", photo)])
        judged = self._post("/v1/review/next", "robin", {})["case"]["case_id"]
        self._decide(judged, "violating")
        self.stack.drain()
        for _ in range(3):
            self._upload("beta", "again-and-again", photo)
        (review,) = self._get("/v1/review/misuse", "kim")["reviews"]
        path = f"/v1/review/misuse/{review['review_id']}"
        assert self._get(path, "kim")["may_suspend"]
        order = {"outcome": "suspend", "intention": "deliberate", "reasons": "it continued", "days": 1}
        self._post(f"{path}/decision", "kim", order)
        self._post(f"{path}/lift", "noor", {"reasons": "for the sake of it"})
        for _ in range(3):
            self._upload("beta", "again-and-again", photo)
        (review,) = self._get("/v1/review/misuse", "kim")["reviews"]
        self._post(f"/v1/review/misuse/{review['review_id']}/decision", "kim", order)
        self.stack.clock.advance(timedelta(days=1, minutes=10))
        self.stack.drain()
        for _ in range(3):
            self._upload("beta", "again-and-again", photo)
        appeal = self._post("/v1/appeals", "alpha", {"account_id": "first-of-all", "statement": "mine"})
        answer = {"outcome": "upheld", "reasons": "consent shown"}
        self._post(f"/v1/review/appeals/{appeal['appeal_id']}/decision", "sasha", answer)
        self.stack.drain()
        assert self._get("/v1/review/misuse", "kim")["reviews"] == []

    def _suspend_a_reporter(self) -> None:
        """The reports contain addresses only, which also open a case."""
        reports = "/v1/accounts/cries-wolf/reports"
        body = {"relation": "self", "declarations": DECLARED, "addresses": ["https://example.org/1"]}
        for _ in range(3):
            self._post(reports, "beta", body)
            case = self._post("/v1/review/next", "robin", {})["case"]["case_id"]
            self._decide(case, "not_violating", factors={**FACTORS, "complainant": "no"}, unfounded=True)
            self.stack.drain()
        (review,) = self._get("/v1/review/misuse", "kim")["reviews"]
        path = f"/v1/review/misuse/{review['review_id']}"
        assert self._get(path, "kim")["may_suspend"]
        order = {"outcome": "suspend", "intention": "deliberate", "reasons": "it continued", "days": 1}
        self._post(f"{path}/decision", "kim", order)
        self.stack.drain()
        filed = self._post(reports, "beta", body)
        assert filed["set_aside_until"]
        self._get("/v1/review/queue", "robin")
        assert self._post("/v1/review/next", "robin", {})["case"] is None
        self._post(f"{path}/lift", "noor", {"reasons": "for the sake of it"})
        self._with_secret(f"/v1/cases/{filed['case_number']}/withdraw", filed, None)
        self.stack.drain()

    def _miss_a_deadline(self) -> None:
        shown = self._upload("alpha", "tardy", self._photo())
        filed = self._report(uploads=[shown])
        self.stack.clock.advance(timedelta(hours=47))
        self.stack.drain()
        self.stack.clock.advance(timedelta(hours=1))
        self.stack.drain()
        assert self._get(f"/v1/uploads/{shown}", "alpha")["reason"] == "deadline_passed"
        case = self._post("/v1/review/next", "robin", {})["case"]["case_id"]
        self._decide(case, "not_violating")
        self.stack.drain()
        assert self._get(f"/v1/uploads/{shown}", "alpha")["state"] == "published"
        self._with_secret(f"/v1/cases/{filed['case_number']}/appeal", filed, {"statement": "mine"})
        waiting = self._get("/v1/review/appeals", "sasha")["appeals"]
        (appeal,) = [one for one in waiting if one["party"] == "reporter"]
        answer = {"outcome": "upheld", "reasons": "so it is", "factors": FACTORS}
        self._post(f"/v1/review/appeals/{appeal['appeal_id']}/decision", "sasha", answer)
        assert self._get(f"/v1/uploads/{shown}", "alpha")["state"] == "removed"
        self._post("/v1/appeals", "alpha", {"account_id": "tardy", "statement": "mine"})

    def _lock_a_case(self) -> None:
        shown = self._upload("alpha", "young", self._photo())
        self._report(uploads=[shown])
        case = self._post("/v1/review/next", "robin", {})["case"]["case_id"]
        self._post(f"/v1/review/cases/{case}/conflict", "kim", {})
        self._post(f"/v1/review/cases/{case}/leave", "robin", {})
        self._post(f"/v1/review/cases/{case}/claim", "robin", {})
        self._decide(case, "suspected_child")
        self._get("/v1/review/locked", "charlie")
        self._get(f"/v1/audit/{case}", "charlie")
        self._get("/v1/review/templates", "robin")

    def _compact_the_content_log(self) -> None:
        """Compact hours to segments, merge segments, sweep them, and delete replaced files."""
        photo = self._photo()
        copy = self._upload("alpha", "copies", photo)
        for _ in range(3):  # The first hour has all earlier uploads, and is too large to be merged.
            shown = self._upload("beta", "copies", self._photo())
            self.stack.clock.advance(timedelta(hours=2))
            self.stack.drain()
        self._report(hashes=[{"pdq": self._hash_of(copy), "quality": 100}])
        self.stack.drain()
        case = self._post("/v1/review/next", "robin", {})["case"]["case_id"]
        self._decide(case, "violating")
        self.stack.clock.advance(timedelta(hours=25))
        self.stack.drain()
        self.stack.clock.advance(timedelta(hours=1))
        self.stack.drain()
        assert self._get(f"/v1/uploads/{copy}", "alpha")["state"] == "removed"
        assert self._get(f"/v1/uploads/{shown}", "beta")["state"] == "published"

    def _recover_a_secret(self) -> None:
        filed = self._report(uploads=[], recovery_phrase="the kettle sings on Sundays")
        path = f"{self.stack.api_url}/v1/cases/{filed['case_number']}/recover"
        answer = requests.post(path, json={"phrase": "the kettle sings on Sundays"}, timeout=30)
        assert answer.status_code == 200, answer.text

    def _load_a_snapshot(self) -> None:
        """Compact the log twice, and let cold functions load the snapshot."""
        for _ in range(4):
            shown = self._upload("alpha", "many", self._photo())
            self._report(hashes=[{"pdq": self._hash_of(shown), "quality": 100}])
            self.stack.drain()
        self.recorder.listen()
        shown = self._upload("alpha", "late", self._photo())
        self._post("/v1/checks", "alpha", {"pdq": "0f" * 32, "quality": 100})
        self._get(f"/v1/bank/entries?pdq={'0f' * 32}", "noor")
        self._report(hashes=[{"pdq": self._hash_of(shown), "quality": 100}])
        self.stack.drain()

    def _repeat_idempotent_requests(self) -> None:
        """Each function with stored responses returns one again, and deletes one that must not be stored."""
        refused = {
            "/v1/uploads": ("alpha", {"account_id": "a", "content_type": "image/png"}),
            "/v1/accounts/anyone/block": ("noor", {"platform": "alpha", "reason": "set manually"}),
            "/v1/appeals": ("alpha", {"account_id": "nobody", "statement": "why"}),
            "/v1/review/next": ("robin", {}),
            "/v1/reports": (None, {"relation": "self"}),
            "/v1/bank/entries": ("noor", {"change": "deactivate", "reason": "other", "entry_id": "e"}),
        }
        for path, (who, body) in refused.items():
            for _ in range(2):
                headers = self.stack.authorization(who) if who else {}
                headers["Idempotency-Key"] = "again"
                requests.post(self.stack.api_url + path, json=body, headers=headers, timeout=30)

    def _redeliver_events(self, upload_id: str) -> None:
        detail = {
            "id": "1",
            "time": "2027-03-01T12:00:00+00:00",
            "upload_id": upload_id,
            "platform": "alpha",
            "account_id": "a-poster",
            "key": "alpha/a-poster/x",
            "state": "blocked",
            "reason": "matches_confirmed_entry",
        }
        body = json.dumps({"detail-type": "upload.blocked", "detail": detail})
        message = {"messageId": "1", "body": body, "attributes": {"ApproximateReceiveCount": "2"}}
        answer = self.stack.functions["ScanUploadFunction"].invoke({"Records": [message]})
        assert answer == {"batchItemFailures": []}

    def _upload(self, platform: str, account: str, photo: bytes, *, direct: bool = False) -> str:
        if direct:
            key = f"{platform}/{account}/{self._photo_name()}"
            self.s3.put_object(Bucket=self.stack.buckets["uploads"], Key=key, Body=photo)
            self.stack.drain()
            return key
        ticket = self._post("/v1/uploads", platform, {"account_id": account, "content_type": "image/png"})
        requests.post(
            ticket["url"], data=ticket["fields"], files={"file": photo}, timeout=30
        ).raise_for_status()
        self.stack.drain()
        return str(ticket["upload_id"])

    def _report(self, **fields: Any) -> dict[str, Any]:
        body = {"relation": "self", "declarations": DECLARED, "signature": "A. B.", **fields}
        body["contact"] = {"email": "person@example.org"}
        answer = requests.post(f"{self.stack.api_url}/v1/reports", json=body, timeout=30)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def _decide(
        self,
        case: str,
        outcome: str,
        reviewer: str = "robin",
        *,
        factors: Mapping[str, object] = FACTORS,
        unfounded: bool = False,
    ) -> None:
        body: dict[str, Any] = {"outcome": outcome, "factors": factors, "reasons": "as seen"}
        if unfounded:
            body["manifestly_unfounded"] = True
        read = self._get(f"/v1/review/cases/{case}", reviewer)
        version = {"If-Match": f'"{read["revision"]}"'}
        self._post(f"/v1/review/cases/{case}/decision", reviewer, body, version)

    def _follow(self, filed: dict[str, Any]) -> None:
        address = f"{self.stack.api_url}/v1/cases/{filed['case_number']}"
        requests.get(address, headers={"Case-Secret": filed["secret"]}, timeout=30).raise_for_status()

    def _by_link(self, token: str, appeal: dict[str, Any]) -> None:
        address = f"{self.stack.api_url}/v1/notices/{token}"
        for _ in range(2):
            headers = {"Idempotency-Key": "again"}
            requests.post(f"{address}/appeal", json=appeal, headers=headers, timeout=30).raise_for_status()
        requests.get(address, timeout=30).raise_for_status()
        assert requests.get(f"{address}0", timeout=30).status_code == 404

    def _with_secret(self, path: str, filed: dict[str, Any], body: dict[str, Any] | None) -> None:
        answer = requests.post(
            self.stack.api_url + path, json=body, headers={"Case-Secret": filed["secret"]}, timeout=30
        )
        assert answer.status_code in {200, 201}, answer.text

    def _post(
        self, path: str, who: str, body: dict[str, Any], more: dict[str, str] | None = None
    ) -> dict[str, Any]:
        self._seed += 1
        headers = {**(more or {}), **self.stack.authorization(who), "Idempotency-Key": f"key-{self._seed}"}
        answer = requests.post(self.stack.api_url + path, json=body, headers=headers, timeout=30)
        assert answer.status_code < 300, f"{path}: {answer.text}"
        return dict(answer.json())

    def _get(self, path: str, who: str) -> dict[str, Any]:
        answer = requests.get(self.stack.api_url + path, headers=self.stack.authorization(who), timeout=30)
        assert answer.status_code == 200, f"{path}: {answer.text}"
        return dict(answer.json())

    def _hash_of(self, upload_id: str) -> str:
        item = self.stack.client("dynamodb").get_item(
            TableName=self.stack.tables["uploads"],
            Key={"pk": {"S": f"UPLOAD#{upload_id}"}, "sk": {"S": "UPLOAD"}},
        )["Item"]
        return bytes(item["fingerprint"]["M"]["hashes"]["B"])[:32].hex()

    def _case_about(self, upload_id: str) -> str:
        item = self.stack.client("dynamodb").get_item(
            TableName=self.stack.tables["uploads"],
            Key={"pk": {"S": f"UPLOAD#{upload_id}"}, "sk": {"S": "UPLOAD"}},
        )["Item"]
        return str(item["cases"]["L"][-1]["S"])

    def _photo(self) -> bytes:
        """Return an image that differs from all earlier ones."""
        self._seed += 1
        noise = np.random.default_rng(self._seed).integers(0, 255, (12, 16, 3), dtype=np.uint8)
        file = io.BytesIO()
        Image.fromarray(noise).resize((320, 240), Image.Resampling.BICUBIC).save(file, "PNG")
        return file.getvalue()

    def _photo_name(self) -> str:
        self._seed += 1
        return f"photo-{self._seed}.png"


def test_recorder_records_a_call(recorder: CallRecorder) -> None:
    recorded = json.dumps(sorted(recorder.required["ScanUploadFunction"]))
    assert "dynamodb:ConditionCheckItem" in recorded
