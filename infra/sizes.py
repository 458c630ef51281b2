"""`make sizes`: the unzipped size of each function with its layers, as built by `sam build`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

LIMIT = 250 * 1024 * 1024
"""Lambda's limit for a function with its layers, in bytes."""
BUILD = Path(__file__).parents[1] / ".aws-sam" / "build"


def function_sizes(build: Path) -> dict[str, int]:
    """Return the size of each function with its layers, by logical id. Raise FileNotFoundError."""
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
    """Return the layers of Globals and of the function, which SAM combines."""
    return [*shared, *resource["Properties"].get("Layers", [])]


def _folder_size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def main() -> int:
    try:
        sizes = function_sizes(BUILD)
    except FileNotFoundError:
        print("there is no build: run `make build` first", file=sys.stderr)
        return 1
    for name, size in sorted(sizes.items(), key=lambda pair: -pair[1]):
        print(f"{name:24} {size / 2**20:6.1f} MB{'  over the limit' if size > LIMIT else ''}")
    print(f"{'limit':24} {LIMIT / 2**20:6.1f} MB")
    return int(max(sizes.values()) > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
