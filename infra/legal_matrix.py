"""docs/law.md: what the law asks for, where it is done, and which tests show it.

A test names the rows that it shows: `@pytest.mark.law("US2")`. `python -m infra.legal_matrix` writes the
page, `--check` compares it with the checked-in page. Both fail when a row has no test and states no gap.
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
_SERVICES, _DOMAIN = "layers/staydown/staydown/services/", "layers/staydown/staydown/domain/"
MAX_TESTS_SHOWN = 4
"""Named in the page for a row; there may be more."""


class InconsistentMatrix(Exception):
    """A row without a test, a test of a row that there is not, or code that is not there."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """asks: in short. code: files, from the root. without: why there is no test, or what is still missing."""

    requirement_id: str
    summary: str
    code: tuple[str, ...]
    gap: str = ""


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
                "A form without an account, for the person shown or somebody they authorised",
                ("functions/reports/app.py", "console/form.html"),
            ),
            Requirement(
                "US2",
                "What makes a request valid, and since when; an incomplete one is kept and can be completed",
                (_DOMAIN + "reports.py", _SERVICES + "reports/amend_report.py"),
            ),
            Requirement(
                "US3",
                "Removal within 48 hours by the wall clock; what is not decided by then is hidden",
                (_DOMAIN + "cases/deadlines.py", _SERVICES + "review/watch_deadlines.py"),
            ),
            Requirement(
                "US4",
                "Known identical copies that are up are found and removed",
                (_SERVICES + "sweeps/sweep_bank.py",),
            ),
            Requirement("US5", "A plain page that says how to ask for removal", ("console/index.html",)),
            Requirement(
                "US6", "Digital forgeries count", (_DOMAIN + "decisions.py", _DOMAIN + "transparency.py")
            ),
            Requirement(
                "US7",
                "The facts that a decision relied on are recorded",
                (_SERVICES + "review/decide_case.py",),
            ),
            Requirement(
                "US8",
                "Each request has a number to follow it by",
                (_DOMAIN + "ids.py", _SERVICES + "reports/follow_report.py"),
            ),
        ),
    ),
    LegalSource(
        "United Kingdom: Crime and Policing Act 2026, in the Online Safety Act",
        (
            Requirement(
                "UK1",
                "The image, and what is substantially the same: by its looks, not by its bytes alone",
                (_DOMAIN + "verdicts.py", _DOMAIN + "evidence.py"),
            ),
            Requirement(
                "UK2",
                "A report carries declarations, who it is from, how to reach them",
                (_DOMAIN + "reports.py",),
            ),
            Requirement(
                "UK3",
                "Two grounds of refusal alone, and which it was; the setting is recorded and is none",
                (_DOMAIN + "decisions.py", _DOMAIN + "notice_contents.py"),
            ),
            Requirement(
                "UK4",
                "Matching against a bank of hashes, none missed",
                ("layers/staydown/staydown/matching/hamming_index.py",),
            ),
            Requirement(
                "UK5",
                "The fields of a report can be configured",
                (_DOMAIN + "report_form.py", _SERVICES + "reports/answer_questions.py"),
            ),
        ),
    ),
    LegalSource(
        "European Union: Digital Services Act",
        (
            Requirement("EU1", "Art 16(2): what a notice carries", (_DOMAIN + "reports.py",)),
            Requirement(
                "EU2",
                "Art 16(4) to (6): receipt, decision, redress, and whether a machine took part",
                (_SERVICES + "notices/write_notices.py", _DOMAIN + "notice_contents.py"),
            ),
            Requirement(
                "EU3",
                "Art 17: a statement of reasons to the account, without who reported",
                (_DOMAIN + "notice_contents.py",),
            ),
            Requirement(
                "EU4",
                "Art 20: complaints for six months, by the account holder (also of what a machine stopped, "
                "and of a block by hand) and by who was refused",
                (
                    _SERVICES + "appeals/file_appeal.py",
                    _SERVICES + "appeals/appeal_stop.py",
                    _SERVICES + "appeals/appeal_block.py",
                    _SERVICES + "appeals/appeal_refusal.py",
                ),
            ),
            Requirement(
                "EU5",
                "Art 20(6): decided by people, others than before; a reversal is carried out at once",
                (_SERVICES + "appeals/decide_appeal.py", _SERVICES + "review/consequences.py"),
            ),
            Requirement(
                "EU6",
                "Art 23: a warning before anybody is suspended; number, proportion, gravity, intention",
                (
                    _DOMAIN + "misuse.py",
                    _SERVICES + "misuse/decide_misuse.py",
                    _SERVICES + "cases/set_aside.py",
                ),
                gap="Who reports without an account is only warned: nobody vouches for who they are.",
            ),
            Requirement(
                "EU7",
                "Art 24: counts for the transparency report",
                (_DOMAIN + "figures.py", _DOMAIN + "summary.py"),
            ),
            Requirement(
                "EU8",
                "Art 24(5): statements for the Transparency Database, naming nobody",
                (_DOMAIN + "transparency.py",),
            ),
        ),
    ),
    LegalSource(
        "Data protection",
        (
            Requirement(
                "GD1",
                "A hash is personal data: never logged whole, seen by few",
                ("template.yaml", "docs/data.md"),
            ),
            Requirement(
                "GD2",
                "A template for the impact assessment",
                ("docs/dpia-template.md", "docs/data.md"),
            ),
            Requirement(
                "GD3",
                "A machine alone stops only the same file, or an altered copy, of what was judged; no "
                "account is blocked for it, and its holder can appeal to a person. The rest a person decides",
                (_DOMAIN + "verdicts.py", _SERVICES + "uploads/stop_upload.py"),
            ),
            Requirement("GD4", "The least is collected, under keys of its own", ("template.yaml",)),
            Requirement(
                "GD5",
                "A time and a way of erasure for each class of data",
                (_SERVICES + "retention/apply_retention.py", _DOMAIN + "retention.py", "docs/data.md"),
            ),
        ),
    ),
    LegalSource(
        "Suspected child",
        (
            Requirement(
                "CHILD",
                "Leaves this path at once: a group of its own, nobody looks, each attempt on record",
                (_SERVICES + "review/view_case.py", _DOMAIN + "cases.py"),
            ),
        ),
    ),
)


@cache
def tests_by_requirement() -> dict[str, list[str]]:
    """Row -> the tests that carry it, as `file::test`, in the order of their files."""
    found: dict[str, list[str]] = {}
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        name = file.relative_to(ROOT).as_posix()
        for test, row_id in _marked_tests(ast.parse(file.read_text(encoding="utf-8")), ()):
            found.setdefault(row_id, []).append(f"{name}::{test}")
    return found


def _marked_tests(tree: ast.AST, inherited: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        mine = (*inherited, *_requirement_ids(node))
        if isinstance(node, ast.ClassDef):
            yield from _marked_tests(node, mine)
        elif node.name.startswith("test_"):
            yield from ((node.name, row_id) for row_id in dict.fromkeys(mine))


def _requirement_ids(node: ast.FunctionDef | ast.ClassDef) -> Iterator[str]:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.law":
            yield from (str(ast.literal_eval(argument)) for argument in decorator.args)


def render_page() -> str:
    """What docs/law.md should say. Raises OutOfStep."""
    tests = tests_by_requirement()
    rows = [row for chapter in LEGAL_SOURCES for row in chapter.requirements]
    wrong = [
        f"no row {row_id}, which {tests[row_id][0]} shows"
        for row_id in set(tests) - {r.requirement_id for r in rows}
    ]
    wrong += [
        f"{row.requirement_id} has no test" for row in rows if row.requirement_id not in tests and not row.gap
    ]
    wrong += [
        f"{row.requirement_id}: there is no {c}" for row in rows for c in row.code if not (ROOT / c).exists()
    ]
    if wrong:
        raise InconsistentMatrix("\n".join(sorted(wrong)))
    lines = [
        "# What the law asks for, and where it is shown",
        "",
        "`python -m infra.legal_matrix` generates this page from the markers of the tests: do not edit it.",
        "It is not legal advice: what applies depends on the country and the size of a service.",
    ]
    for chapter in LEGAL_SOURCES:
        lines += [
            "",
            f"## {chapter.title}",
            "",
            "| | asks for | code | shown by |",
            "| --- | --- | --- | --- |",
        ]
        lines += [_table_row(row, tests.get(row.requirement_id, [])) for row in chapter.requirements]
    return "\n".join(lines) + "\n"


def _table_row(requirement: Requirement, tests: list[str]) -> str:
    code = "<br>".join(f"[`{Path(one).stem}`](../{one})" for one in requirement.code)
    named = [
        f"[`{test.partition('::')[2]}`](../{test.partition('::')[0]})" for test in tests[:MAX_TESTS_SHOWN]
    ]
    more = [f"and {len(tests) - MAX_TESTS_SHOWN} more"] if len(tests) > MAX_TESTS_SHOWN else []
    without = [f"**{requirement.gap}**"] if requirement.gap else []
    evidence = "<br>".join([*named, *more, *without])
    return f"| {requirement.requirement_id} | {requirement.summary} | {code} | {evidence} |"


def main(arguments: list[str]) -> int:
    try:
        wanted = render_page()
    except InconsistentMatrix as error:
        print(f"law: {error}", file=sys.stderr)
        return 1
    if "--check" not in arguments:
        PAGE.write_text(wanted, encoding="utf-8")
        print(f"wrote {PAGE.relative_to(ROOT)}")
        return 0
    if not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != wanted:
        print("law: docs/law.md is out of date; run python -m infra.legal_matrix", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
