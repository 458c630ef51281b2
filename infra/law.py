"""docs/law.md: what the law asks for, where it is done, and which tests show it.

A test says which rows it shows: `@pytest.mark.law("US2")`. `python -m infra.law` writes the page, `--check`
says whether the one that is checked in is today's. It fails when a row has no test and does not say why.
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
MOST_TESTS = 4
"""Named in the page for a row; there may be more."""


class OutOfStep(Exception):
    """A row without a test, a test of a row that there is not, or code that is not there."""


@dataclass(frozen=True, slots=True)
class Row:
    """asks: in short. code: files, from the root. without: why there is no test, or what is still missing."""

    row_id: str
    asks: str
    code: tuple[str, ...]
    without: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    title: str
    rows: tuple[Row, ...]


CHAPTERS = (
    Chapter(
        "United States: TAKE IT DOWN Act (47 USC 223a)",
        (
            Row(
                "US1",
                "A form without an account, for the person shown or somebody they authorised",
                ("functions/reports/app.py", "console/form.html"),
            ),
            Row(
                "US2",
                "What makes a request valid, and since when; an incomplete one is kept and can be completed",
                (_DOMAIN + "reports.py", _SERVICES + "reports/amend_report.py"),
            ),
            Row(
                "US3",
                "Removal within 48 hours by the wall clock; what is not decided by then is hidden",
                (_DOMAIN + "deadlines.py", _SERVICES + "review/watch_deadlines.py"),
            ),
            Row(
                "US4",
                "Known identical copies that are up are found and removed",
                (_SERVICES + "sweeps/sweep_bank.py",),
            ),
            Row("US5", "A plain page that says how to ask for removal", ("console/index.html",)),
            Row("US6", "Digital forgeries count", (_DOMAIN + "decisions.py", _DOMAIN + "transparency.py")),
            Row(
                "US7",
                "The facts that a decision relied on are recorded",
                (_SERVICES + "review/decide_case.py",),
            ),
            Row(
                "US8",
                "Each request has a number to follow it by",
                (_DOMAIN + "ids.py", _SERVICES + "reports/follow_report.py"),
            ),
        ),
    ),
    Chapter(
        "United Kingdom: Crime and Policing Act 2026, in the Online Safety Act",
        (
            Row(
                "UK1",
                "The image, and what is substantially the same: by its looks, not by its bytes alone",
                (_DOMAIN + "verdicts.py", _DOMAIN + "evidence.py"),
            ),
            Row(
                "UK2",
                "A report carries declarations, who it is from, how to reach them",
                (_DOMAIN + "reports.py",),
            ),
            Row(
                "UK3",
                "Two grounds of refusal alone, and which it was; the setting is recorded and is none",
                (_DOMAIN + "decisions.py", _DOMAIN + "notice_contents.py"),
            ),
            Row(
                "UK4",
                "Matching against a bank of hashes, none missed",
                ("layers/staydown/staydown/matching/hamming_index.py",),
            ),
            Row(
                "UK5",
                "The fields of a report can be configured",
                (_DOMAIN + "report_form.py", _SERVICES + "reports/answer_questions.py"),
            ),
        ),
    ),
    Chapter(
        "European Union: Digital Services Act",
        (
            Row("EU1", "Art 16(2): what a notice carries", (_DOMAIN + "reports.py",)),
            Row(
                "EU2",
                "Art 16(4) to (6): receipt, decision, redress, and whether a machine took part",
                (_SERVICES + "notices/write_notices.py", _DOMAIN + "notice_contents.py"),
            ),
            Row(
                "EU3",
                "Art 17: a statement of reasons to the account, without who reported",
                (_DOMAIN + "notice_contents.py",),
            ),
            Row(
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
            Row(
                "EU5",
                "Art 20(6): decided by people, others than before; a reversal is carried out at once",
                (_SERVICES + "appeals/decide_appeal.py", _SERVICES + "review/consequences.py"),
            ),
            Row(
                "EU6",
                "Art 23: a warning before anybody is suspended; number, proportion, gravity, intention",
                (
                    _DOMAIN + "misuse.py",
                    _SERVICES + "misuse/decide_misuse.py",
                    _SERVICES + "cases/set_aside.py",
                ),
                without="Who reports without an account is only warned: nobody vouches for who they are.",
            ),
            Row(
                "EU7",
                "Art 24: counts for the transparency report",
                (_DOMAIN + "figures.py", _DOMAIN + "summary.py"),
            ),
            Row(
                "EU8",
                "Art 24(5): statements for the Transparency Database, naming nobody",
                (_DOMAIN + "transparency.py",),
            ),
        ),
    ),
    Chapter(
        "Data protection",
        (
            Row(
                "GD1",
                "A hash is personal data: never logged whole, seen by few",
                ("template.yaml", "docs/data.md"),
            ),
            Row(
                "GD2",
                "A template for the impact assessment",
                ("docs/dpia-template.md", "docs/data.md"),
            ),
            Row(
                "GD3",
                "A machine alone stops only the same file, or an altered copy, of what was judged; no "
                "account is blocked for it, and its holder can appeal to a person. The rest a person decides",
                (_DOMAIN + "verdicts.py", _SERVICES + "uploads/stop_upload.py"),
            ),
            Row("GD4", "The least is collected, under keys of its own", ("template.yaml",)),
            Row(
                "GD5",
                "A time and a way of erasure for each class of data",
                (_SERVICES + "retention/apply_retention.py", _DOMAIN + "retention.py", "docs/data.md"),
            ),
        ),
    ),
    Chapter(
        "Suspected child",
        (
            Row(
                "CHILD",
                "Leaves this path at once: a group of its own, nobody looks, each attempt on record",
                (_SERVICES + "review/view_case.py", _DOMAIN + "cases.py"),
            ),
        ),
    ),
)


@cache
def shown_by() -> dict[str, list[str]]:
    """Row -> the tests that carry it, as `file::test`, in the order of their files."""
    found: dict[str, list[str]] = {}
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        name = file.relative_to(ROOT).as_posix()
        for test, row_id in _marked(ast.parse(file.read_text(encoding="utf-8")), ()):
            found.setdefault(row_id, []).append(f"{name}::{test}")
    return found


def _marked(tree: ast.AST, rows: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        mine = (*rows, *_rows_of(node))
        if isinstance(node, ast.ClassDef):
            yield from _marked(node, mine)
        elif node.name.startswith("test_"):
            yield from ((node.name, row_id) for row_id in dict.fromkeys(mine))


def _rows_of(node: ast.FunctionDef | ast.ClassDef) -> Iterator[str]:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.law":
            yield from (str(ast.literal_eval(argument)) for argument in decorator.args)


def page() -> str:
    """What docs/law.md should say. Raises OutOfStep."""
    tests = shown_by()
    rows = [row for chapter in CHAPTERS for row in chapter.rows]
    wrong = [
        f"no row {row_id}, which {tests[row_id][0]} shows" for row_id in set(tests) - {r.row_id for r in rows}
    ]
    wrong += [f"{row.row_id} has no test" for row in rows if row.row_id not in tests and not row.without]
    wrong += [f"{row.row_id}: there is no {c}" for row in rows for c in row.code if not (ROOT / c).exists()]
    if wrong:
        raise OutOfStep("\n".join(sorted(wrong)))
    lines = [
        "# What the law asks for, and where it is shown",
        "",
        "Written by `python -m infra.law` from the tests' own marks; do not edit. This is no legal advice:",
        "what applies depends on the country and the size of a service.",
    ]
    for chapter in CHAPTERS:
        lines += [
            "",
            f"## {chapter.title}",
            "",
            "| | asks for | code | shown by |",
            "| --- | --- | --- | --- |",
        ]
        lines += [_line(row, tests.get(row.row_id, [])) for row in chapter.rows]
    return "\n".join(lines) + "\n"


def _line(row: Row, tests: list[str]) -> str:
    code = "<br>".join(f"[`{Path(one).stem}`](../{one})" for one in row.code)
    named = [f"[`{test.partition('::')[2]}`](../{test.partition('::')[0]})" for test in tests[:MOST_TESTS]]
    more = [f"and {len(tests) - MOST_TESTS} more"] if len(tests) > MOST_TESTS else []
    without = [f"**{row.without}**"] if row.without else []
    return f"| {row.row_id} | {row.asks} | {code} | {'<br>'.join([*named, *more, *without])} |"


def main(arguments: list[str]) -> int:
    try:
        wanted = page()
    except OutOfStep as error:
        print(f"law: {error}", file=sys.stderr)
        return 1
    if "--check" not in arguments:
        PAGE.write_text(wanted, encoding="utf-8")
        print(f"wrote {PAGE.relative_to(ROOT)}")
        return 0
    if not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != wanted:
        print("law: docs/law.md is out of date; run python -m infra.law", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
