"""The files that contributors and package tools read agree with the repository."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from samtranslator.yaml_helper import yaml_parse

from infra.local.stack import ROOT
from tests.infrastructure.test_locked_requirements import IN_FILES, pins

FORMS = [path for path in sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml")) if path.stem != "config"]
PAGES = [
    *(ROOT / name for name in ("CHANGELOG.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "SECURITY.md")),
    ROOT / "docs" / "licences.md",
    *sorted((ROOT / "docs" / "decisions").glob("*.md")),
]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))


def parsed(path: str | Path) -> Any:
    return yaml_parse((ROOT / path).read_text(encoding="utf-8"))


@cache
def project() -> dict[str, Any]:
    loaded: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return loaded


def test_console_command_names_a_function() -> None:
    module, function = project()["scripts"]["staydown"].split(":")
    assert callable(getattr(import_module(module), function))


def test_package_ranges_allow_the_pinned_versions() -> None:
    pinned: dict[str, str] = {}
    for path in IN_FILES:
        pinned |= pins(path)
    optional = project()["optional-dependencies"]
    listed = [Requirement(line) for line in [*project()["dependencies"], *optional["heic"], *optional["aws"]]]
    assert {one.name for one in listed} == set(pinned) | {"boto3"}
    for one in listed:
        assert one.name == "boto3" or pinned[one.name] in one.specifier


def test_package_without_groups_has_no_gpl_library() -> None:
    assert not any("heif" in line for line in project()["dependencies"])


def test_citation_has_the_version_and_licence_of_the_package() -> None:
    citation = parsed("CITATION.cff")
    assert str(citation["version"]) == project()["version"]
    assert citation["license"] == project()["license"]


def test_ci_covers_the_oldest_python_and_that_of_the_functions() -> None:
    job = parsed(".github/workflows/ci.yml")["jobs"]["check-and-test"]
    versions = {str(version) for version in job["strategy"]["matrix"]["python"]}
    runtime = parsed("template.yaml")["Globals"]["Function"]["Runtime"].removeprefix("python")
    oldest = next(iter(SpecifierSet(project()["requires-python"]))).version
    assert {runtime, oldest} <= versions
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]


def test_dependabot_watches_every_folder_with_requirements() -> None:
    watched: set[str] = set()
    for update in parsed(".github/dependabot.yml")["updates"]:
        if update["package-ecosystem"] == "pip":
            watched |= set(update["directories"])
    found = {ROOT, *(path.parent for path in ROOT.glob("[a-z]*/**/requirements*"))}
    assert watched == {"/" + str(path.relative_to(ROOT)).removeprefix(".") for path in found}


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_issue_form_lists_its_fields_and_ids_once(path: Path) -> None:
    form = parsed(path)
    ids = [field["id"] for field in form["body"] if field["type"] != "markdown"]
    assert form["name"] and form["description"]
    assert len(ids) == len(set(ids)) > 0


@pytest.mark.parametrize("name", ["bug", "matching"])
def test_issue_form_requires_that_no_image_is_attached(name: str) -> None:
    form = parsed(f".github/ISSUE_TEMPLATE/{name}.yml")
    (safe,) = (field for field in form["body"] if field.get("id") == "safe")
    (option,) = safe["attributes"]["options"]
    assert option["required"] is True
    assert "image" in option["label"] and "hash" in option["label"]


def test_tracker_points_affected_people_to_help() -> None:
    config = parsed(".github/ISSUE_TEMPLATE/config.yml")
    assert config["blank_issues_enabled"] is False
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for link in config["contact_links"][:2]:
        assert link["url"] in readme


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_of_a_page_resolve(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        assert "://" in target or (path.parent / target).exists(), target


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name[:4])
def test_decision_record_has_its_parts_and_is_indexed(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    number, title = re.match(r"# (\d+)\. (.+)\n", text).groups()  # type: ignore[union-attr]
    assert path.name.startswith(f"{int(number):04}-")
    assert re.search(r"^\*\*Status:\*\* (accepted|superseded), \d{4}-\d{2}-\d{2}", text, re.MULTILINE)
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings[:3] == ["Context", "Decision", "Consequences"]
    assert headings[3:] in ([], ["Rejected alternatives"])
    index = (path.parent / "README.md").read_text(encoding="utf-8")
    assert f"| {number} | [{title}]({path.name}) |" in index
