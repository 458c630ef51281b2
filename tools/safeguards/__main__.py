"""`make safeguards`: remove each safeguard from a copy of the code. Its tests have to fail there.

python -m tools.safeguards           all safeguards (some minutes)
python -m tools.safeguards WORD      those with this word in their name
python -m tools.safeguards --page    writes docs/safeguards.md, and runs nothing
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.safeguards.mutations import ROOT, SAFEGUARDS, Safeguard
from tools.safeguards.page import PAGE, page

_COPIED = ("layers", "functions", "infra", "tests", "tools", "console", "pyproject.toml", "template.yaml")
_NOT_FOUND = (4, 5)
"""Exit codes of pytest if it did not run the test."""


def main(arguments: list[str]) -> int:
    if arguments == ["--page"]:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    wanted = [one for one in SAFEGUARDS if all(word in one.name for word in arguments)]
    undetected = [test for safeguard in wanted for test in _undetected(safeguard)]
    print(f"{len(wanted)} safeguards removed, {len(undetected)} tests did not fail")
    return 1 if undetected or not wanted else 0


def _undetected(safeguard: Safeguard) -> Iterator[str]:
    """Yield the tests that do not fail without the safeguard."""
    with _mutated_copy(safeguard) as folder:
        for test in safeguard.tests:
            failed = _fails(folder, test)
            print(f"{'detected    ' if failed else 'NOT DETECTED'} {safeguard.name}: {test}", flush=True)
            if not failed:
                yield test


@contextmanager
def _mutated_copy(safeguard: Safeguard) -> Iterator[Path]:
    """Yield a copy of the code without the safeguard."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in _COPIED:
            source = ROOT / part
            if source.is_dir():
                shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__", "build"))
            elif source.exists():
                shutil.copy(source, folder / part)
        for edit in safeguard.edits:
            file = folder / edit.file
            file.write_text(file.read_text(encoding="utf-8").replace(edit.old, edit.new), encoding="utf-8")
        yield folder


def _fails(folder: Path, test: str) -> bool:
    """Return whether the test fails. Raise RuntimeError if pytest could not run it."""
    path = os.pathsep.join([str(folder / "layers" / "staydown"), str(folder)])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", test],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    if done.returncode in _NOT_FOUND or ("1 failed" not in done.stdout and done.returncode != 0):
        raise RuntimeError(f"{test} was not run:\n{done.stdout[-3000:]}{done.stderr[-2000:]}")
    return done.returncode != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
