"""Generate docs/law.md: the legal requirements, the code that meets them, and the tests that show it.

A test names its requirements with a marker: `@pytest.mark.law("US2")`. `python -m infra.legal_matrix` writes
the page. With `--check` it fails if the checked-in page is outdated. Both fail if a requirement has neither a
test nor a stated gap.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "law.md"
_LAYER = "layers/staydown/staydown/"
_SERVICES, _DOMAIN = f"{_LAYER}services/", f"{_LAYER}domain/"
MAX_TESTS_SHOWN = 4
"""Tests that the page lists for a requirement."""


class InconsistentMatrix(Exception):
    """A requirement has no test, a marker names an unknown requirement, or a code file is missing."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of the page."""

    requirement_id: str
    summary: str
    code: tuple[str, ...]
    """Files, relative to the repository."""
    gap: str = ""
    """Why there is no test, or which part is missing."""


@dataclass(frozen=True, slots=True)
class LegalSource:
    title: str
    requirements: tuple[Requirement, ...]


LEGAL_SOURCES = (
    LegalSource(
        "United States: TAKE IT DOWN Act (47 USC 223a)",
        (
            Requirement(
                "US1",
                "A form without an account, for the person shown or an authorised representative",
                ("functions/reports/app.py", "console/form.html"),
            ),
            Requirement(
                "US2",
                "The elements of a valid request, and when it becomes valid. An incomplete request is stored "
                "and can be completed",
                (_DOMAIN + "cases/reports.py", _SERVICES + "reports/amend_report.py"),
            ),
            Requirement(
                "US3",
                "Removal within 48 hours. An image without a decision by then is hidden",
                (_DOMAIN + "cases/deadlines.py", _SERVICES + "deadlines.py"),
            ),
            Requirement(
                "US4",
                "Identical published copies are found and removed",
                (_SERVICES + "sweeps/sweep_bank.py",),
            ),
            Requirement("US5", "A plain page that explains how to request removal", ("console/index.html",)),
            Requirement(
                "US6",
                "Digital forgeries are covered",
                (_DOMAIN + "cases/decisions.py", _LAYER + "exchange/transparency.py"),
            ),
            Requirement(
                "US7",
                "The facts behind each decision are recorded",
                (_SERVICES + "review/decide_case.py",),
            ),
            Requirement(
                "US8",
                "Each request has a number for tracking",
                (_DOMAIN + "ids.py", _SERVICES + "reports/view_report.py"),
            ),
        ),
    ),
    LegalSource(
        "United Kingdom: Crime and Policing Act 2026, in the Online Safety Act",
        (
            Requirement(
                "UK1",
                "Covers the image and substantially similar images, by appearance and not only by bytes",
                (_DOMAIN + "bank/verdicts.py", _DOMAIN + "bank/alignment.py"),
            ),
            Requirement(
                "UK2",
                "A report contains declarations, the reporter's identity and contact details",
                (_DOMAIN + "cases/reports.py",),
            ),
            Requirement(
                "UK3",
                "A report is dismissed on one of two grounds, which is stated. The setting is recorded, but "
                "is not a ground",
                (_DOMAIN + "cases/decisions.py", _LAYER + "notices/contents.py"),
            ),
            Requirement(
                "UK4",
                "Matching against a hash bank, without missed matches",
                (_LAYER + "matching/hamming_index.py",),
            ),
            Requirement(
                "UK5",
                "The fields of a report are configurable",
                (_LAYER + "config/report_form.py", _SERVICES + "reports/file_report.py"),
            ),
        ),
    ),
    LegalSource(
        "European Union: Digital Services Act",
        (
            Requirement("EU1", "Art 16(2): the elements of a notice", (_DOMAIN + "cases/reports.py",)),
            Requirement(
                "EU2",
                "Art 16(4) to (6): confirmation of receipt, decision, redress, and use of automated means",
                (_SERVICES + "notices/write_notices.py", _LAYER + "notices/contents.py"),
            ),
            Requirement(
                "EU3",
                "Art 17: a statement of reasons to the account holder, without the reporter",
                (_LAYER + "notices/contents.py",),
            ),
            Requirement(
                "EU4",
                "Art 20: complaints for six months, by account holders (also about automatic and manual "
                "blocks) and by reporters whose report was dismissed",
                (
                    _SERVICES + "appeals/appeal_case_decision.py",
                    _SERVICES + "appeals/appeal_match.py",
                    _SERVICES + "appeals/appeal_block.py",
                    _SERVICES + "appeals/appeal_dismissal.py",
                ),
            ),
            Requirement(
                "EU5",
                "Art 20(6): an independent human decides, and a reversal takes effect at once",
                (_SERVICES + "appeals/decide_appeal.py", _SERVICES + "enforcement.py"),
            ),
            Requirement(
                "EU6",
                "Art 23: a warning before any suspension, which considers number, proportion, gravity and "
                "intention",
                (
                    _DOMAIN + "accounts/misuse.py",
                    _SERVICES + "misuse/decide_misuse.py",
                    _SERVICES + "deferrals.py",
                ),
                gap="Reporters without an account are only warned: nobody vouches for their identity.",
            ),
            Requirement(
                "EU7",
                "Art 24: counts for the transparency report",
                (_DOMAIN + "metrics.py", _DOMAIN + "metrics_summary.py"),
            ),
            Requirement(
                "EU8",
                "Art 24(5): statements for the DSA Transparency Database, without personal data",
                (_LAYER + "exchange/transparency.py",),
            ),
        ),
    ),
    LegalSource(
        "Data protection",
        (
            Requirement(
                "GD1",
                "A hash is personal data: it is never logged in full, and few people have access",
                ("template.yaml", "docs/data.md"),
            ),
            Requirement(
                "GD2",
                "A template for the data protection impact assessment",
                ("docs/dpia-template.md", "docs/data.md"),
            ),
            Requirement(
                "GD3",
                "Automated blocking is limited to identical or altered copies of reviewed images. It never "
                "blocks an account, and the account holder can appeal to a human. Humans decide all other "
                "cases",
                (_DOMAIN + "bank/verdicts.py", _SERVICES + "uploads/apply_match.py"),
            ),
            Requirement(
                "GD4", "Data minimisation, and separate encryption keys by kind of data", ("template.yaml",)
            ),
            Requirement(
                "GD5",
                "A retention period and a means of erasure for each class of data",
                (
                    _SERVICES + "retention/apply_retention.py",
                    _DOMAIN + "cases/retention.py",
                    "docs/data.md",
                ),
            ),
        ),
    ),
    LegalSource(
        "Suspected child",
        (
            Requirement(
                "CHILD",
                "The case is locked at once: only a restricted group has access, nobody sees the image, and "
                "each attempt is recorded",
                (_SERVICES + "access/cases.py", _DOMAIN + "cases/case.py"),
            ),
        ),
    ),
)


@cache
def tests_by_requirement() -> dict[str, list[str]]:
    """Return the tests of each requirement as `file::test`, in order of files."""
    tests: dict[str, list[str]] = {}
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        name = file.relative_to(ROOT).as_posix()
        for test, requirement_id in _marked_tests(ast.parse(file.read_text(encoding="utf-8")), ()):
            tests.setdefault(requirement_id, []).append(f"{name}::{test}")
    return tests


def _marked_tests(tree: ast.AST, inherited: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        ids = (*inherited, *_requirement_ids(node))
        if isinstance(node, ast.ClassDef):
            yield from _marked_tests(node, ids)
        elif node.name.startswith("test_"):
            yield from ((node.name, requirement_id) for requirement_id in dict.fromkeys(ids))


def _requirement_ids(node: ast.FunctionDef | ast.ClassDef) -> Iterator[str]:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.law":
            yield from (str(ast.literal_eval(argument)) for argument in decorator.args)


def render_page() -> str:
    """Return the contents of docs/law.md. Raise InconsistentMatrix."""
    tests = tests_by_requirement()
    rows = [row for source in LEGAL_SOURCES for row in source.requirements]
    errors = [
        f"no row {requirement_id}, which {tests[requirement_id][0]} names"
        for requirement_id in set(tests) - {row.requirement_id for row in rows}
    ]
    errors += [
        f"{row.requirement_id} has no test" for row in rows if row.requirement_id not in tests and not row.gap
    ]
    errors += [
        f"{row.requirement_id}: no file {file}"
        for row in rows
        for file in row.code
        if not (ROOT / file).exists()
    ]
    if errors:
        raise InconsistentMatrix("\n".join(sorted(errors)))
    lines = [
        "# Legal requirements and their evidence",
        "",
        "`python -m infra.legal_matrix` generates this page from the markers of the tests. Do not edit it.",
        "This page is not legal advice. The applicable law depends on the country and the size of a service.",
    ]
    for source in LEGAL_SOURCES:
        lines += [
            "",
            f"## {source.title}",
            "",
            "| Id | Requirement | Code | Tests |",
            "| --- | --- | --- | --- |",
        ]
        lines += [_table_row(row, tests.get(row.requirement_id, [])) for row in source.requirements]
    return "\n".join(lines) + "\n"


def _table_row(requirement: Requirement, tests: list[str]) -> str:
    code = "<br>".join(f"[`{Path(file).stem}`](../{file})" for file in requirement.code)
    listed = [
        f"[`{test.partition('::')[2]}`](../{test.partition('::')[0]})" for test in tests[:MAX_TESTS_SHOWN]
    ]
    more = [f"and {len(tests) - MAX_TESTS_SHOWN} more"] if len(tests) > MAX_TESTS_SHOWN else []
    gap = [f"**{requirement.gap}**"] if requirement.gap else []
    evidence = "<br>".join([*listed, *more, *gap])
    return f"| {requirement.requirement_id} | {requirement.summary} | {code} | {evidence} |"


def main(arguments: list[str]) -> int:
    try:
        page = render_page()
    except InconsistentMatrix as error:
        print(f"legal matrix: {error}", file=sys.stderr)
        return 1
    if "--check" not in arguments:
        PAGE.write_text(page, encoding="utf-8")
        print(f"wrote {PAGE.relative_to(ROOT)}")
        return 0
    if not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != page:
        print("docs/law.md is outdated: run `python -m infra.legal_matrix`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
