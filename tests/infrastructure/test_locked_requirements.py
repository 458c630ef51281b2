"""Each locked file of a layer has the versions of its `.in` file, their dependencies, and a hash for each."""

from __future__ import annotations

import re
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra.local.stack import ROOT

LAYERS = ROOT / "layers"
IN_FILES = sorted(LAYERS.glob("*/*.in"))
LEFT_OUT = {
    "imaging/requirements.in": {
        "scipy",
        "pywavelets",
    },  # dependencies of imagehash that the functions do not need
    "imaging/requirements-heic.in": {"pillow"},  # locked in requirements.txt, which is always installed too
}
TARGET = {"python_version": "3.13", "python_full_version": "3.13.0", "extra": ""}
"""The environment in which the layers run, where it differs from the one that runs this test."""


def name_of(path: Path) -> str:
    return str(path.relative_to(LAYERS))


def locked_file(path: Path) -> Path:
    return path.with_suffix(".txt")


def pins(path: Path) -> dict[str, str]:
    """Return the version of each package that a requirements file pins, by normalised name."""
    found: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line[0] in "# ":
            continue
        pin = re.fullmatch(r"([A-Za-z0-9._-]+)==([^\s\\]+)( \\)?", line)
        assert pin, f"{path.name}: not an exact pin: {line}"
        found[canonicalize_name(pin[1])] = pin[2]
    return found


def dependencies(names: set[str], left_out: set[str]) -> set[str]:
    """Return the packages and all that they depend on in the target environment."""
    found, ahead = set[str](), set(names)
    while ahead:
        name = ahead.pop()
        found.add(name)
        needed = [Requirement(line) for line in requires(name) or ()]
        ahead |= {
            canonicalize_name(one.name) for one in needed if one.marker is None or one.marker.evaluate(TARGET)
        } - (found | left_out)
    return found


def test_there_are_files_to_lock() -> None:
    assert {name_of(path) for path in IN_FILES} == {
        "staydown/requirements.in",
        "crypto/requirements.in",
        "imaging/requirements.in",
        "imaging/requirements-heic.in",
    }


@pytest.mark.parametrize("path", IN_FILES, ids=name_of)
def test_locked_versions_are_those_of_the_in_file(path: Path) -> None:
    locked = pins(locked_file(path))
    assert {name: locked.get(name) for name in pins(path)} == pins(path)


@pytest.mark.parametrize("path", IN_FILES, ids=name_of)
def test_locked_file_has_all_dependencies_and_no_other_package(path: Path) -> None:
    needed = dependencies(set(pins(path)), LEFT_OUT.get(name_of(path), set()))
    assert set(pins(locked_file(path))) == needed


@pytest.mark.parametrize("path", IN_FILES, ids=name_of)
def test_every_locked_package_has_hashes(path: Path) -> None:
    text = locked_file(path).read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if line and line[0] not in "# ":
            assert re.search(r" --hash=sha256:[0-9a-f]{64}\b", line), f"{path.name}: no hash: {line[:40]}"


@pytest.mark.parametrize("path", IN_FILES, ids=name_of)
def test_locked_file_names_no_package_index(path: Path) -> None:
    text = locked_file(path).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index-url" not in re.sub(r"^#.*$", "", text, flags=re.MULTILINE)


def test_left_out_dependency_of_heic_is_locked_beside_it() -> None:
    assert LEFT_OUT["imaging/requirements-heic.in"] <= set(pins(LAYERS / "imaging" / "requirements.txt"))


@pytest.mark.parametrize("layer", ["crypto", "imaging", "staydown"])
def test_layer_build_verifies_hashes(layer: str) -> None:
    """SAM's own Python builder installs wheels for another processor without their hashes."""
    assert "--require-hashes" in (LAYERS / layer / "Makefile").read_text(encoding="utf-8")
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    resource = template[template.index(f"\n  {layer.capitalize()}Layer:") :]
    assert "BuildMethod: makefile" in resource[: resource.index("ContentUri: layers/")]


@pytest.mark.parametrize("path", IN_FILES, ids=name_of)
def test_licence_page_lists_every_bundled_version(path: Path) -> None:
    page = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    for name, version in pins(locked_file(path)).items():
        assert f"| {name} | {version} |" in page
