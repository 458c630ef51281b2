"""Verdicts of the tool for copies and for other pictures; they do not depend on the number of processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from staydown.domain.bank.hashes import PdqHash

from tests.cli.cli_runner import HASH_KEYS, MATCH_KEYS, picture, rows, save
from tests.imaging.golden_images import golden_image, golden_vectors
from tests.shared_data import shared_files
from tests.support.photographs import PHOTOGRAPHS, SCENES, photograph, reduced, with_quarters


@pytest.fixture(scope="module")
def found(bank: Path, uploads: Path) -> dict[str, dict[str, Any]]:
    """The row of each upload, by its name."""
    files = sorted(uploads.iterdir())
    return {Path(row["path"]).stem: row for row in rows("match", "--bank", bank, *files)}


@pytest.mark.parametrize(
    ("copy", "view"),
    [
        ("smaller", "upright"),
        ("mirrored", "mirrored"),
        ("cropped", "laid over"),
        ("turned", "laid over"),
        ("framed", "trimmed"),
    ],
)
def test_copy_is_blocked_and_its_entry_is_named(
    copy: str, view: str, found: dict[str, dict[str, Any]], bank: Path, uploads: Path
) -> None:
    row = found[copy]
    assert list(row) == MATCH_KEYS
    assert row["path"] == str(uploads / f"{copy}.jpg")
    assert (row["verdict"], row["error"]) == ("block", None)
    assert row["entry"] == str(bank / "two.jpg")
    assert view in row["view"]
    assert 0 <= row["distance"] <= 64


def test_unbanked_image_is_clear(found: dict[str, dict[str, Any]], uploads: Path) -> None:
    path = str(uploads / "other.jpg")
    assert found["other"] == {
        "path": path, "verdict": "clear", "distance": None, "entry": None, "view": None, "error": None
    }  # fmt: skip


def test_row_order_does_not_depend_on_the_processes(bank: Path, uploads: Path) -> None:
    files = [*sorted(uploads.iterdir(), reverse=True), Path("missing"), *bank.glob("*.jpg")]
    spread = rows("match", "--bank", bank, "--jobs", "3", *files)
    assert [row["path"] for row in spread] == [str(file) for file in files]
    assert spread == rows("match", "--bank", bank, "--jobs", "1", *files)
    (alone,) = rows("match", "--bank", bank, files[-1])  # without worker processes
    assert alone == spread[-1]


def test_a_hash_is_hexadecimal_with_a_quality(uploads: Path) -> None:
    (row,) = rows("hash", uploads / "other.jpg")
    assert list(row) == HASH_KEYS
    assert len(bytes.fromhex(row["pdq"])) == 32
    assert len(bytes.fromhex(row["phash"])) == 8
    assert 0 <= row["quality"] <= 100
    assert row["error"] is None


def test_hashes_equal_the_reference(tmp_path: Path) -> None:
    names = [name for name in golden_vectors() if name.startswith("copy: ")]
    files = [save(golden_image(name), tmp_path / f"{number}.png") for number, name in enumerate(names)]
    found = rows("hash", *files)
    assert [row["error"] for row in found] == [None] * len(files)
    for name, row in zip(names, found, strict=True):
        assert PdqHash.from_hex(row["pdq"]).distance(golden_vectors()[name].pdq) <= 2, name


def test_shared_photographs_hash_like_the_reference() -> None:
    for vectors in shared_files("pdq/expected.json"):
        files = shared_files("pdq/bridge-mods/*")
        found = rows("hash", *files)
        assert [row["error"] for row in found] == [None] * len(files)
        assert found[0]["pdq"] in vectors.read_text(encoding="utf-8")


def test_policy_distances_can_be_set(bank: Path, uploads: Path) -> None:
    """Distances of 0 and unreachable thresholds of an alignment leave no match."""
    strict = ("--block-distance", "0", "--review-distance", "0")
    unreachable = ("--block-demand", "inliers=9999", "--review-demand", "inliers=9999")
    (row,) = rows("match", "--bank", bank, *strict, *unreachable, uploads / "cropped.jpg")
    assert row["verdict"] == "clear"
    reviewed = (*unreachable, "--review-demand", "inliers=8,tile_share=0.4")
    (row,) = rows("match", "--bank", bank, *strict, *reviewed, uploads / "cropped.jpg")
    assert row["verdict"] == "review"
    assert row["entry"] == str(bank / "two.jpg")


def test_files_of_one_entry_are_named_by_the_first_path(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        save(picture(5), tmp_path / "bank" / f"{name}.png")
    (row,) = rows("match", "--bank", tmp_path / "bank", tmp_path / "bank" / "c.png")
    assert (row["verdict"], row["entry"]) == ("block", str(tmp_path / "bank" / "a.png"))


def test_plain_image_matches_only_by_exact_bytes(tmp_path: Path) -> None:
    plain = picture(1).point(lambda _: 128)
    same = save(plain, tmp_path / "bank" / "grey.png")
    other = save(plain, tmp_path / "grey.bmp")
    found = rows("match", "--bank", tmp_path / "bank", same, other)
    assert [(row["verdict"], row["distance"]) for row in found] == [("block", 0), ("clear", None)]


def test_photographs_are_distinguished(tmp_path: Path) -> None:
    names = SCENES[:8]
    others = [name for name in PHOTOGRAPHS if name not in names]
    images = {name: photograph(name) for name in names} | with_quarters(others)
    files = [
        save(reduced(image, 481), tmp_path / f"{number}.jpg") for number, image in enumerate(images.values())
    ]
    assert len(files) >= 28
    for photographs in (files[:28], shared_files("photos/*.jpg")[:28]):
        if photographs:
            _distinguished(photographs[:8], photographs[8:], tmp_path / f"bank of {photographs[0].stem}")


def _distinguished(banked: list[Path], others: list[Path], folder: Path) -> None:
    folder.mkdir()
    for path in banked:
        (folder / path.name).symlink_to(path)
    found = rows("match", "--bank", folder, *banked, *others)
    assert [row["verdict"] for row in found] == ["block"] * len(banked) + ["clear"] * len(others)
    assert [row["entry"] for row in found[: len(banked)]] == [str(folder / path.name) for path in banked]
