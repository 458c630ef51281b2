"""The local stack starts and stops without leaving anything behind."""

from __future__ import annotations

import os
import socket

import pytest
import requests

from infra.local.__main__ import PAGE_AUDIENCES, main
from infra.local.stack import ROOT, LocalStack
from infra.local.template import InvalidParameter, load_template
from infra.pages import page_files
from tests.infrastructure.conftest import TINY


def test_stack_restores_the_process_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "another")
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    before = dict(os.environ)
    with LocalStack(template=TINY) as stack:
        assert os.environ["AWS_ENDPOINT_URL"] == stack.endpoint
        assert "AWS_PROFILE" not in os.environ
    assert dict(os.environ) == before


def test_each_stack_starts_empty_with_cold_functions() -> None:
    calls = []
    for _ in range(2):
        with LocalStack(template=TINY) as stack:
            assert stack.client("dynamodb").scan(TableName=stack.tables["items"])["Count"] == 0
            stack.client("dynamodb").put_item(
                TableName=stack.tables["items"], Item={"pk": {"S": "x"}, "what": {"S": "ok"}}
            )
            url = f"{stack.api_url}/things/all"
            calls += [requests.get(url, timeout=10).headers["x-calls"] for _ in range(2)]
    assert calls == ["0", "1", "0", "1"]


def test_second_stack_in_one_process_is_rejected() -> None:
    with LocalStack(template=TINY) as stack:
        with pytest.raises(RuntimeError, match="one local stack at a time"):
            LocalStack(template=TINY).start()
        assert stack.client("s3").list_buckets()["Buckets"]


def test_ports_are_configurable_and_a_taken_port_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            LocalStack(template=TINY, port=port).start()
        with pytest.raises(OSError, match="in use"):
            LocalStack(template=TINY, aws_port=port).start()
    with LocalStack(template=TINY, port=port) as stack:
        assert stack.api_url == f"http://127.0.0.1:{port}"


def test_invalid_port_is_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for port in ("abc", "70000", "-1", ""):
        monkeypatch.setenv("PORT", port)
        assert main() == 2
        assert f"PORT={port!r} is not a port" in capsys.readouterr().out


def test_every_page_states_its_audience() -> None:
    assert {name for name, _ in page_files() if "/" not in name and name.endswith(".html")} == set(
        PAGE_AUDIENCES
    )


def test_background_mode_delivers_without_draining() -> None:
    with LocalStack(template=TINY, background=True, report=lambda line: None) as stack:
        s3, sqs = stack.client("s3"), stack.client("sqs")
        s3.put_object(Bucket=stack.buckets["things"], Key="x", Body=b"x")
        stack.wait_until_quiet(seconds=10)
        attributes = sqs.get_queue_attributes(
            QueueUrl=stack.queues["work"],
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )["Attributes"]
        assert set(attributes.values()) == {"0"}


def test_parameters_must_respect_the_template_bounds() -> None:
    template = ROOT / "template.yaml"
    assert load_template(template, {"BlockDistance": 20}).parameters["BlockDistance"] == 20
    for wrong in ({"BlockDistance": 129}, {"LogLevel": "LOUD"}, {"Unknown": 1}, {"RemovalHours": 0}):
        with pytest.raises(InvalidParameter):
            load_template(template, wrong)
