"""The tool works offline: it imports no AWS module."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import staydown.cli

FORBIDDEN = ("boto", "aws_lambda", "pydantic", "staydown.aws", "staydown.services", "staydown.api")
SCRIPT = """
import os, sys
os.environ["OPENBLAS_NUM_THREADS"] = "1"
from staydown.cli.command import main
assert main(sys.argv[1:]) == 0
print(*sorted(sys.modules), file=sys.stderr)
"""


def test_no_module_of_the_tool_names_aws() -> None:
    for file in Path(staydown.cli.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.startswith(FORBIDDEN)], file


def test_tool_loads_no_aws_module(bank: Path, uploads: Path) -> None:
    for arguments in (
        ["hash", uploads / "other.jpg"],
        ["match", "--bank", bank / "deeper", uploads / "other.jpg"],
        ["compare", bank / "one.jpg", bank / "two.jpg"],
    ):
        command = [sys.executable, "-c", SCRIPT, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        loaded = done.stderr.split()
        assert "staydown.cli.command" in loaded
        assert not [name for name in loaded if name.startswith(FORBIDDEN)]
