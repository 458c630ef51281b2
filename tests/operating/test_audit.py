"""An operator verifies the audit and exports a case, and a third party checks the bundle offline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.audit.__main__ import export_bundle, main, verify_bundle_file, verify_chains
from tests.journeys.deployed import DeployedStack
from tests.journeys.reported_uploads import removed_upload


@pytest.fixture(scope="module")
def case_id(stack: DeployedStack) -> str:
    scene = removed_upload(stack)
    stack.drain()
    stack.stack.functions["AnchorAuditFunction"].invoke({})
    return scene.case_id


@pytest.fixture
def kept(stack: DeployedStack, case_id: str, tmp_path: Path) -> Path:
    """Return a folder with the anchors of the locked bucket."""
    s3, bucket = stack.stack.client("s3"), stack.stack.buckets["anchors"]
    folder = tmp_path / "anchors"
    folder.mkdir()
    for one in s3.list_objects_v2(Bucket=bucket)["Contents"]:
        body = s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read()
        (folder / Path(one["Key"]).name).write_bytes(body)
    return folder


def exported(stack: DeployedStack, case_id: str, folder: Path) -> Path:
    assert export_bundle(stack.stack.api_url, stack.stack.token("noor"), case_id, folder) == 0
    return folder / f"case-{case_id}.json"


def test_the_chains_of_a_case_are_verified(
    stack: DeployedStack, case_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify_chains(stack.stack.api_url, stack.stack.token("noor"), [case_id]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert all(line.endswith(": intact") for line in lines)


def test_bundle_is_checked_offline_against_stored_anchors(
    stack: DeployedStack, case_id: str, kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = exported(stack, case_id, tmp_path)
    assert verify_bundle_file(path, kept) == 0
    assert ", 0 of them covered" not in capsys.readouterr().out
    bundle = json.loads(path.read_text(encoding="utf-8"))
    bundle["chains"][0]["records"][0]["actor"] = "mallory"
    path.write_text(json.dumps(bundle), encoding="utf-8")
    assert verify_bundle_file(path, kept) == 1
    assert "BROKEN" in capsys.readouterr().out


def test_invalid_bundle_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("[]", "{}", '{"format": 1}'):
        path = tmp_path / "bundle.json"
        path.write_text(text, encoding="utf-8")
        assert verify_bundle_file(path, None) == 1
        assert capsys.readouterr().out


def test_unreadable_bundle_is_not_reported_as_broken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, anchors = tmp_path / "bundle.json", tmp_path / "anchors"
    path.write_text("no JSON", encoding="utf-8")
    assert main(["check", str(path)]) == 2
    assert "is not JSON" in capsys.readouterr().err
    path.write_text("{}", encoding="utf-8")
    anchors.mkdir()
    assert main(["check", str(path), "--anchors", str(anchors)]) == 2
    assert "no anchors" in capsys.readouterr().err


def test_bundle_page_shows_everything_and_runs_nothing(
    stack: DeployedStack, case_id: str, tmp_path: Path
) -> None:
    path = exported(stack, case_id, tmp_path)
    bundle = json.loads(path.read_text(encoding="utf-8"))
    page = path.with_suffix(".html").read_text(encoding="utf-8")
    for chain in bundle["chains"]:
        assert all(record["digest"] in page for record in chain["records"])
    assert bundle["digest"] in page
    assert bundle["case"]["decision"]["reasons"] in page
    assert "<script" not in page
    assert "<img" not in page
