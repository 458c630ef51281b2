"""Generate docs/law.md: the legal requirements, the code that meets them, and the tests that show it.

A test names its requirements with a marker: `@pytest.mark.law("US2")`. `python -m infra.legal_matrix` writes
the page. With `--check` it fails if the checked-in page is outdated. Both fail if a requirement has neither a
test nor a stated gap.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from infra.legal_requirements import LEGAL_SOURCES, Requirement

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "law.md"
MAX_TESTS_SHOWN = 4
"""Tests that the page lists for a requirement."""


class InconsistentMatrix(Exception):
    """A requirement has no test, a marker names an unknown requirement, or a code file is missing."""


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
