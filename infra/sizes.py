"""`make sizes`: what each function weighs with its layers, unzipped, as `sam build` left them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

LIMIT = 250 * 1024 * 1024
"""Bytes: Lambda's limit for a function with its layers."""
BUILD = Path(__file__).parents[1] / ".aws-sam" / "build"


def function_sizes(build: Path) -> dict[str, int]:
    """Bytes of each function with its layers, by logical id. FileNotFoundError: nothing is built."""
    template = yaml_parse((build / "template.yaml").read_text(encoding="utf-8"))
    resources = template["Resources"]
    shared = template.get("Globals", {}).get("Function", {}).get("Layers", [])
    return {
        name: _folder_size(build / resource["Properties"]["CodeUri"])
        + sum(
            _folder_size(build / resources[layer["Ref"]]["Properties"]["ContentUri"])
            for layer in _layers(shared, resource)
        )
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def _layers(shared: list[Any], resource: Mapping[str, Any]) -> list[Any]:
    """SAM adds a function's own layers to those of Globals."""
    return [*shared, *resource["Properties"].get("Layers", [])]


def _folder_size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def main() -> int:
    try:
        found = function_sizes(BUILD)
    except FileNotFoundError:
        print("nothing is built: make build", file=sys.stderr)
        return 1
    for name, size in sorted(found.items(), key=lambda pair: -pair[1]):
        print(f"{name:24} {size / 2**20:6.1f} MB{'  over the limit' if size > LIMIT else ''}")
    print(f"{'limit':24} {LIMIT / 2**20:6.1f} MB")
    return int(max(found.values()) > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
