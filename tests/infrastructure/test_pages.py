"""Upload of the web pages to a deployed stack."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra import pages

OUTPUTS = {
    "ConsoleClientId": "client",
    "ConsoleBucketName": "pages",
    "ConsoleDistributionId": "E1",
    "ConsoleUrl": "https://example.cloudfront.net/",
}
HELP = [{"name": "Hilfe", "url": "https://help.example/", "whom": "adults", "where": "DE"}]


class Aws:
    """Stands in for CloudFormation, S3 and CloudFront, and records uploads in order."""

    def __init__(self) -> None:
        self.put: dict[str, dict[str, Any]] = {}
        self.invalidated: list[str] = []

    def describe_stacks(self, StackName: str) -> dict[str, Any]:
        outputs = [{"OutputKey": key, "OutputValue": value} for key, value in OUTPUTS.items()]
        given = [{"ParameterKey": "HelpLines", "ParameterValue": json.dumps(HELP)}]
        return {"Stacks": [{"StackName": StackName, "Outputs": outputs, "Parameters": given}]}

    def put_object(self, **parameters: Any) -> None:
        assert parameters["Bucket"] == "pages"
        assert not self.invalidated, "invalidated before all files were uploaded"
        self.put[parameters["Key"]] = parameters

    def create_invalidation(self, **parameters: Any) -> None:
        self.invalidated += parameters["InvalidationBatch"]["Paths"]["Items"]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    aws = Aws()
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setattr("boto3.client", lambda service: aws)
    return aws


def test_pages_are_uploaded_with_types_and_after_their_assets(aws: Aws) -> None:
    assert pages.deploy("staydown") == OUTPUTS["ConsoleUrl"]
    assert set(aws.put) == {name for name, _ in pages.page_files()} | {"config.json"}
    html = [name.endswith(".html") for name in aws.put]
    assert html == sorted(html), "an HTML file was uploaded before the files it refers to"
    assert aws.invalidated == ["/*"]
    kinds = {name: parameters["ContentType"] for name, parameters in aws.put.items()}
    assert kinds["review.html"] == "text/html; charset=utf-8"
    assert kinds["scripts/api.js"] == "text/javascript; charset=utf-8"
    assert kinds["styles/base.css"] == "text/css; charset=utf-8"
    assert {parameters["CacheControl"] for parameters in aws.put.values()} == {"no-cache"}


def test_pages_get_the_sign_in_and_help_configuration(aws: Aws) -> None:
    pages.deploy("staydown")
    config = json.loads(aws.put["config.json"]["Body"])
    assert config["api_url"] == ""
    assert config["sign_in_url"] == "https://cognito-idp.eu-west-1.amazonaws.com"
    assert config["client_id"] == "client"
    (line,) = config["help_lines"]
    assert line.items() >= HELP[0].items()


def test_stack_without_pages_is_rejected(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(OUTPUTS, "ConsoleBucketName")
    monkeypatch.setattr("sys.argv", ["pages", "--stack", "another"])
    assert pages.main() == 1
    assert "not deployed" in capsys.readouterr().err
    assert aws.put == {}
