"""docs/data.md matches the template: stores, retention periods and readers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from infra.local.stack import ROOT
from tests.infrastructure.test_template import as_list, functions, of_type, statements

PAGE = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
READS = {
    "dynamodb:GetItem",
    "dynamodb:BatchGetItem",
    "dynamodb:Query",
    "s3:GetObject",
    "s3:GetObjectVersion",
}


def rows() -> Iterator[list[str]]:
    """Return the rows (data, store, key, retention, readers) of the tables of images and records."""
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| ") and len(cells) == 5 and cells[0] != "what" and "---" not in line:
            yield cells


def stores() -> dict[str, dict[str, Any]]:
    """Return all stores except the bucket of the web pages, which has no personal data."""
    found = of_type("AWS::DynamoDB::Table") | of_type("AWS::S3::Bucket")
    return {name: store for name, store in found.items() if name != "ConsoleBucket"}


def readers(store: str) -> set[str]:
    """Return the folders of the functions whose role may read a table or bucket."""
    named = re.compile(rf"['{{]{store}(\.Arn|\b)")
    found = set()
    for name, function in functions().items():
        role = of_type("AWS::IAM::Role")[name.removesuffix("Function") + "Role"]
        for statement in statements(role):
            reads = READS & set(as_list(statement["Action"]))
            if reads and named.search(str(statement["Resource"])):
                found.add(function["Handler"].split(".")[1])
    return found


def test_data_page_lists_exactly_the_tables_and_buckets() -> None:
    listed = {word for cells in rows() for word in re.findall(r"\b\w+(?:Table|Bucket)\b", cells[1])}
    assert listed == set(stores())


def test_data_page_lists_the_readers_of_each_store() -> None:
    """A failure prints the correct rows."""
    section = PAGE.partition("## Which function may read what")[2]
    listed = [line for line in section.splitlines() if re.match(r"\| \w+(Table|Bucket) ", line)]
    expected = [
        f"| {store} | {', '.join(f'`{name}`' for name in sorted(readers(store))) or 'none'} |"
        for store in sorted(stores())
    ]
    assert listed == expected, "\n".join(expected)


def test_rows_name_only_functions_that_can_read_the_store() -> None:
    all_functions = {function["Handler"].split(".")[1] for function in functions().values()}
    for what, where, _, _, who in rows():
        named = re.findall(r"\b\w+(?:Table|Bucket)\b", where)
        allowed = {reader for store in named for reader in readers(store)}
        listed = set(re.findall(r"`(\w+)`", who)) & all_functions
        assert not named or listed <= allowed, (what, listed - allowed)


def test_rows_name_the_encryption_key_of_the_store() -> None:
    for cells in rows():
        for store in re.findall(r"\b\w+(?:Table|Bucket)\b", cells[1]):
            keys = set(re.findall(r"(\w+Key)\b", str(stores()[store])))
            assert cells[2] in keys - {"KMSMasterKey"}, (store, cells[2])


def test_numbers_are_the_template_defaults() -> None:
    declared = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))["Parameters"]
    stated = re.findall(r"\*\*(\w+)\*\* \(([\w,]+)\)", PAGE)
    assert len(stated) > 8
    for name, default in stated:
        assert str(declared[name]["Default"]) == default.replace(",", ""), name
    named = set(re.findall(r"\*\*(\w+)\*\*", PAGE))
    assert {name for name in declared if name.endswith("Days")} <= named


@pytest.mark.law("GD2")
def test_assessment_covers_each_party_and_links_the_data_page() -> None:
    text = (ROOT / "docs" / "dpia-template.md").read_text(encoding="utf-8")
    for party in ("The person shown", "The reporter", "The account holder", "Reviewers", "Children"):
        assert f"**{party}**" in text, party
    for part in ("necessary", "proportionate", "Risks", "Who was asked", "Decision", "(data.md)"):
        assert part in text, part


@pytest.mark.parametrize("name", ["data", "dpia-template", "runbook", "architecture"])
def test_page_links_lead_to_existing_files(name: str) -> None:
    page = ROOT / "docs" / f"{name}.md"
    text = page.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        assert link.startswith("http") or (page.parent / link).exists(), link


@pytest.mark.law("GD5")
def test_every_expiring_table_has_a_time_to_live() -> None:
    """A table with expiring items has a time to live, which lets DynamoDB delete them."""
    for name, table in of_type("AWS::DynamoDB::Table").items():
        if name != "AuditTable":
            assert table["TimeToLiveSpecification"]["Enabled"] is True, name
