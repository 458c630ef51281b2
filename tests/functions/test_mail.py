"""E-mails through the whole stack, with SES emulated by moto."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from infra.local.stack import LocalStack
from tests.journeys.clients import VALID
from tests.journeys.leak_watch import LeakWatch

SENDER = "news@help.example"


@pytest.fixture(scope="module")
def watch() -> LeakWatch:
    return LeakWatch()


@pytest.fixture(scope="module")
def stack(watch: LeakWatch) -> Iterator[LocalStack]:
    parameters: dict[str, Any] = {"SenderAddress": SENDER, "PagesUrl": "https://help.example/"}
    with LocalStack(parameters=parameters, report=watch.report) as stack, watch.listening():
        stack.client("sesv2").create_email_identity(EmailIdentity=SENDER)
        yield stack


def file_report(stack: LocalStack, **contact: str) -> dict[str, Any]:
    form: dict[str, Any] = {
        **VALID,
        "hashes": [{"pdq": "0123456789abcdef" * 4, "quality": 90}],
        "signature": "Jane Roe",
        "contact": {"email": "jane@example.org", **contact},
    }
    answer = requests.post(f"{stack.api_url}/v1/reports", json=form, timeout=30)
    assert answer.status_code == 201, answer.text
    stack.drain()
    return dict(answer.json())


def sent(stack: LocalStack) -> list[dict[str, Any]]:
    answer = requests.get(f"{stack.endpoint}/moto-api/data.json", timeout=30)
    return list(answer.json()["ses"].get("Message", []))


def status(stack: LocalStack, filed: dict[str, Any]) -> dict[str, Any]:
    address = f"{stack.api_url}/v1/cases/{filed['case_number']}"
    answer = requests.get(address, headers={"Case-Secret": filed["secret"]}, timeout=30)
    return dict(answer.json())


def test_reporter_gets_mail_and_the_address_is_not_logged(stack: LocalStack, watch: LeakWatch) -> None:
    before = len(sent(stack))
    filed = file_report(stack)
    assert len(sent(stack)) == before + 1
    assert status(stack, filed)["mail"] == "news"
    assert not watch.leaks(), watch.leaks()
    assert not watch.failures(), watch.failures()


def test_reporter_who_declined_mail_gets_none(stack: LocalStack) -> None:
    before = len(sent(stack))
    filed = file_report(stack, mail="none")
    assert len(sent(stack)) == before
    assert (status(stack, filed)["mail"], len(status(stack, filed)["notices"])) == ("none", 1)


@pytest.mark.parametrize(
    ("kind", "why"), [("Email Bounced", "bounced"), ("Email Complaint Received", "complained")]
)
def test_bounce_is_recorded_and_shown_to_the_reporter(stack: LocalStack, kind: str, why: str) -> None:
    filed = file_report(stack)
    undelivered = {"undelivered": {"type": kind, "report": filed["case_number"]}}
    stack.client("sqs").send_message(QueueUrl=stack.queues["mail"], MessageBody=json.dumps(undelivered))
    stack.drain()
    assert status(stack, filed)["unreachable"] == why


def test_mail_goes_to_one_address_from_the_configured_sender(stack: LocalStack) -> None:
    sent_requests: list[dict[str, Any]] = []

    def record_request(params: dict[str, Any], **_: object) -> None:
        sent_requests.append(params)

    file_report(stack)  # Warms up the function.
    client = sys.modules["functions.send_mail.app"].stack().client("sesv2")
    client.meta.events.register("provide-client-params.sesv2.SendEmail", record_request)
    filed = file_report(stack)
    (request,) = sent_requests
    assert request["FromEmailAddress"] == SENDER
    assert request["Destination"] == {"ToAddresses": ["jane@example.org"]}
    assert request["EmailTags"] == [{"Name": "report", "Value": filed["case_number"]}]
    assert request["ConfigurationSetName"]
    assert request["Content"]["Simple"]["Subject"]["Data"] == f"News about {filed['case_number']}"
