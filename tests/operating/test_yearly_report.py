"""The yearly report states the metrics of the API in three formats."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from infra.yearly_report.__main__ import CommandFailed, fetch_metrics, main, write_files
from tests.journeys.deployed import DeployedStack
from tests.journeys.reported_uploads import removed_upload


@pytest.mark.law("EU7")
def test_year_is_reported_as_json_csv_and_page(stack: DeployedStack, tmp_path: Path) -> None:
    removed_upload(stack)
    stack.drain()
    now = stack.reviewer("noor").answer("GET", "/v1/stats")
    year = int(now["last_day"][:4])
    report = fetch_metrics(stack.stack.api_url, stack.stack.token("noor"), year)
    files = {path.suffix: path.read_text(encoding="utf-8") for path in write_files(report, tmp_path)}

    report = json.loads(files[".json"])
    assert report["whole"]["decisions"]["violating"] >= 1
    acted = report["whole"]["transparency"]
    assert acted["actions"]["accounts_blocked"] >= 1
    assert acted["suspensions"]["illegal_content"] == 0, (
        "a block by a case is not a suspension under Article 23"
    )
    assert sum(month["notices"] for month in report["months"]) == report["whole"]["notices"]

    rows = {row[0]: row[1:] for row in csv.reader(files[".csv"].splitlines())}
    assert rows["decisions.violating"][0] == str(report["whole"]["decisions"]["violating"])
    assert len({len(row) for row in rows.values()}) == 1
    assert sum(map(int, rows["notices"][1:])) == int(rows["notices"][0])

    svg = ElementTree.fromstring(
        files[".html"][files[".html"].index("<svg") :].partition("</svg>")[0] + "</svg>"
    )
    heights = [float(bar.get("height", "0")) for bar in svg.iter("rect")]
    assert len(heights) == 36
    assert max(heights) > 0
    for text in files.values():
        assert "reviewers" not in text


def test_only_a_senior_gets_a_yearly_report(stack: DeployedStack) -> None:
    with pytest.raises(CommandFailed, match="403"):
        fetch_metrics(stack.stack.api_url, stack.stack.token("robin"), 2027)


def test_future_year_has_no_report(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["2100"])
    assert ended.value.code == 2
    assert "2100 has not begun" in capsys.readouterr().err
