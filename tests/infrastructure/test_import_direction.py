"""The direction of imports: functions import services, services import domain, never the reverse."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from infra.local.stack import ROOT
from infra.local.template import load_template

PACKAGE = ROOT / "layers" / "staydown" / "staydown"
OURS = {"staydown": PACKAGE, "functions": ROOT / "functions"}
STANDARD = frozenset(sys.stdlib_module_names)
PICTURES = frozenset({"PIL", "imagehash", "cv2", "pillow_heif"})
AWS = frozenset({"boto3", "botocore"})

# What each part of the package may import of the others.
MAY_IMPORT = {
    "domain": {"domain"},
    "notices": {"notices", "domain"},
    "exchange": {"exchange", "domain"},
    "config": {"config", "domain"},
    "imaging": {"imaging", "domain"},
    "matching": {"matching", "imaging", "domain"},
    "aws": {"aws", "config", "exchange", "notices", "domain", "imaging", "matching"},
    "services": {"services", "aws", "config", "exchange", "notices", "domain", "imaging", "matching"},
    "cli": {"cli", "imaging", "matching", "domain"},
    "api": {"api", "services", "aws", "config", "exchange", "notices", "domain", "imaging", "matching"},
}
SIDE_BY_SIDE = {"reports", "review", "appeals", "sweeps", "retention", "records"}
"""Services that import nothing from one another. Shared steps are in modules beside them."""
STORES = {"cases", "accounts", "uploads", "verified_reporters", "misuse_reviews", "reporters", "bank"}
UNIT_OF_WORK = PACKAGE / "services" / "unit_of_work.py"
SAVING = {"save", "save_case", "save_report", "save_appeal", "append_changes", "save_retention_head"}
"""The methods of stores that write state with an audit chain, or state that a chain covers."""


def modules_in(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*.py") if "__pycache__" not in file.parts)


@cache
def imports_of(file: Path) -> tuple[str, ...]:
    """Return the dotted names that a file imports anywhere in it. Relative imports fail the test."""
    return tuple(_imports_of(ast.parse(file.read_text(encoding="utf-8")), file))


@cache
def calls_in(file: Path) -> tuple[str, ...]:
    """Return the dotted names that a file calls, such as `stack.cases.save_case`."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    calls = (ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call))
    return tuple(call for call in calls if all(part.isidentifier() for part in call.split(".")))


def _imports_of(tree: ast.Module, file: Path) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} has a relative import"
            assert node.module is not None
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def top(name: str) -> str:
    return name.partition(".")[0]


def part(name: str) -> str:
    """Return the part of a module: `domain` for `staydown.domain.cases.case`."""
    return name.split(".")[1]


@pytest.mark.parametrize("name", sorted(MAY_IMPORT))
def test_layer_imports_only_layers_below_it(name: str) -> None:
    files = modules_in(PACKAGE / name)
    assert files
    for file in files:
        for imported in imports_of(file):
            if top(imported) == "staydown":
                assert part(imported) in MAY_IMPORT[name], f"{file.relative_to(ROOT)} imports {imported}"
            assert top(imported) not in {"functions", "infra", "tests", "tools"}, f"{file} imports {imported}"


@pytest.mark.parametrize("name", sorted(SIDE_BY_SIDE))
def test_service_imports_no_service_beside_it(name: str) -> None:
    for file in modules_in(PACKAGE / "services" / name):
        for imported in imports_of(file):
            if imported.startswith("staydown.services."):
                other = imported.split(".")[2]
                assert other not in SIDE_BY_SIDE - {name}, f"{file.relative_to(ROOT)} imports {imported}"


def test_only_the_unit_of_work_saves_state() -> None:
    callers = [
        *modules_in(PACKAGE / "services"),
        *modules_in(PACKAGE / "api"),
        *modules_in(ROOT / "functions"),
    ]
    for file in callers:
        if file == UNIT_OF_WORK:
            continue
        for call in calls_in(file):
            *owner, method = call.split(".")
            is_store = bool(set(owner) & STORES)
            assert not (is_store and method in SAVING), f"{file.relative_to(ROOT)} calls {call}"


def test_only_the_unit_of_work_appends_to_the_audit() -> None:
    for file in [*modules_in(PACKAGE / "services"), *modules_in(ROOT / "functions")]:
        if file != UNIT_OF_WORK:
            found = {call for call in calls_in(file) if call.endswith((".audit.append", ".outbox.add"))}
            assert not found, f"{file.relative_to(ROOT)} calls {found}"


def test_domain_imports_only_the_standard_library_and_itself() -> None:
    for file in modules_in(PACKAGE / "domain"):
        for imported in imports_of(file):
            assert top(imported) in STANDARD | {"staydown"}, f"{file.relative_to(ROOT)} imports {imported}"


def test_only_the_aws_layer_imports_boto3() -> None:
    for folder in (PACKAGE, ROOT / "functions"):
        for file in modules_in(folder):
            if PACKAGE / "aws" in file.parents:
                continue
            found = {top(imported) for imported in imports_of(file)} & AWS
            assert not found, f"{file.relative_to(ROOT)} imports {found}"


def test_only_the_imaging_layer_imports_image_decoders() -> None:
    for folder in (PACKAGE, ROOT / "functions"):
        for file in modules_in(folder):
            if PACKAGE / "imaging" in file.parents:
                continue
            found = {top(imported) for imported in imports_of(file)} & PICTURES
            assert not found, f"{file.relative_to(ROOT)} imports {found}"


def test_a_function_imports_the_package_and_no_other_function() -> None:
    for file in modules_in(ROOT / "functions"):
        for imported in imports_of(file):
            assert top(imported) not in {"infra", "tests", "tools"}, (
                f"{file.relative_to(ROOT)} imports {imported}"
            )
            if top(imported) == "functions":
                own = ".".join(file.relative_to(ROOT).parts[:2])
                assert imported.startswith(own), f"{file.relative_to(ROOT)} imports {imported}"


def test_layers_provide_what_the_functions_import() -> None:
    """The runtime provides boto3. All other packages must be in the requirements of a layer."""
    provided = {
        "aws_lambda_powertools",
        "pydantic",
        "pydantic_core",
        "cryptography",
        "numpy",
        "PIL",
        "pillow_heif",
        "imagehash",
        "cv2",
        "typing_extensions",
    }
    for folder in (PACKAGE, ROOT / "functions"):
        for file in modules_in(folder):
            for imported in imports_of(file):
                known = STANDARD | provided | AWS | {"staydown", "functions"}
                assert top(imported) in known, f"{file.relative_to(ROOT)} imports {imported}"


@cache
def file_of(name: str) -> Path | None:
    """Return the file of a module of ours. `name` may also be a name inside a module."""
    first, *parts = name.split(".")
    for length in range(len(parts), -1, -1):
        folder = OURS[first].joinpath(*parts[:length])
        for file in (folder.with_suffix(".py"), folder / "__init__.py"):
            if file.is_file():
                return file
    return None


def reached_from(file: Path) -> dict[str, Path]:
    """Return the top-level packages that a file imports, directly or not, each with the importing file."""
    found: dict[str, Path] = {}
    visited, pending = {file}, [file]
    while pending:
        here = pending.pop()
        for imported in imports_of(here):
            if top(imported) not in OURS:
                found.setdefault(top(imported), here)
            elif (there := file_of(imported)) is not None and there not in visited:
                visited.add(there)
                pending.append(there)
    return found


def test_function_has_the_layers_that_its_imports_need() -> None:
    layers = {
        properties["Handler"].split(".")[1]: [layer["Ref"] for layer in properties["Layers"]]
        for properties in (
            resource["Properties"]
            for resource in load_template(ROOT / "template.yaml").resources.values()
            if resource["Type"] == "AWS::Lambda::Function"
        )
    }
    for function, refs in layers.items():
        reached = reached_from(ROOT / "functions" / function / "app.py")
        heavy = {
            name: str(file.relative_to(ROOT))
            for name, file in reached.items()
            if name in {*PICTURES, "numpy"}
        }
        if any(ref.startswith("ImagingLayer") for ref in refs):
            assert heavy, f"{function} has the imaging layer, but imports none of it"
        else:
            assert not heavy, f"{function} has no imaging layer, but imports {heavy}"
        has_crypto = any(ref.startswith("CryptoLayer") for ref in refs)
        assert ("cryptography" in reached) == has_crypto, function
