"""Every path gets a row, whatever it leads to."""

from __future__ import annotations

import errno
import os
import tracemalloc
from pathlib import Path

import pytest
from staydown.cli import tasks
from staydown.cli.files import FileReadError, files_under, read_file
from staydown.imaging.limits import Limits

from tests.cli.cli_runner import HASH_KEYS, MATCH_KEYS, picture, rows, run, save
from tests.imaging.hostile_files import REASONS, hostile_files
from tests.shared_data import shared_files
from tests.support.case_counter import count_hostile_files

UNUSUAL_NAMES = [
    b"with space.png",
    b"two\nlines.png",
    b"tab\tand'quote\".png",
    b"\xff\xfe not utf-8.png",
    b"-v.png",
]


@pytest.fixture
def odd(tmp_path: Path) -> dict[str, str]:
    """Paths that cannot be read, with the expected error of each."""
    good = save(picture(1), tmp_path / "good.png")
    (tmp_path / "empty").touch()
    (tmp_path / "text.jpg").write_text("no image at all")
    (tmp_path / "cut.png").write_bytes(good.read_bytes()[:-200])
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "to_pipe").symlink_to("pipe")
    with (tmp_path / "large").open("wb") as file:
        file.truncate(1 << 40)
    return {
        str(tmp_path): "is_a_directory",
        str(tmp_path / "nowhere"): "not_found",
        str(good / "below a file"): "not_found",
        "": "not_found",
        "x" * 300: "name_too_long",
        str(tmp_path / "empty"): "empty",
        str(tmp_path / "text.jpg"): "not_an_image",
        str(tmp_path / "cut.png"): "truncated",
        str(tmp_path / "dangling"): "not_found",
        str(tmp_path / "loop"): "too_many_links",
        str(tmp_path / "pipe"): "not_a_regular_file",
        str(tmp_path / "to_pipe"): "not_a_regular_file",
        str(tmp_path / "large"): "too_many_bytes",
        "/dev/zero": "not_a_regular_file",
        "/dev/null": "not_a_regular_file",
    }


def test_unreadable_file_has_a_row_with_the_reason(odd: dict[str, str], bank: Path, tmp_path: Path) -> None:
    paths = [*odd, str(tmp_path / "good.png")]
    count_hostile_files(len(odd))
    hashed = rows("hash", *paths)
    assert {row["path"]: row["error"] for row in hashed[:-1]} == odd
    assert all(row["pdq"] is row["quality"] is row["phash"] is None for row in hashed[:-1])
    matched = rows("match", "--bank", bank, *paths)
    assert {row["path"]: row["error"] for row in matched[:-1]} == odd
    assert {row["verdict"] for row in matched[:-1]} == {"review"}
    assert all(row["distance"] is row["entry"] is row["view"] is None for row in matched[:-1])
    assert hashed[-1]["error"] is matched[-1]["error"] is None


@pytest.mark.parametrize(
    ("number", "reason"), [(errno.EACCES, "permission_denied"), (errno.EIO, "unreadable")]
)
def test_file_that_cannot_be_opened_states_the_reason(
    number: int, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    path = save(picture(1), tmp_path / "secret.png")
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(FileReadError, match=reason):
        read_file(str(path), 1 << 20)


@pytest.mark.parametrize(
    ("fault", "reason"), [(MemoryError(), "out_of_memory"), (KeyError(1), "internal_error: KeyError")]
)
def test_internal_error_fails_the_row_of_one_file(
    fault: Exception, reason: str, bank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise fault

    monkeypatch.setattr(tasks, "decode", fail)
    row = tasks.hash_task(Limits())(str(bank / "one.jpg"))
    assert (row.pdq, row.error) == (None, reason)


def test_file_names_of_any_bytes_are_preserved(bank: Path, tmp_path: Path) -> None:
    data = (bank / "one.jpg").read_bytes()
    paths = [os.path.join(os.fsencode(tmp_path), name) for name in UNUSUAL_NAMES]  # noqa: PTH118 (bytes)
    for path in paths:
        with open(path, "wb") as file:  # noqa: PTH123 (bytes)
            file.write(data)
    found = rows("match", "--bank", bank, *paths)
    assert [os.fsencode(row["path"]) for row in found] == paths
    assert {row["verdict"] for row in found} == {"block"}
    banked = rows("match", "--bank", tmp_path, bank / "one.jpg")[0]
    assert os.fsencode(banked["entry"]) in paths
    assert run("hash", "--", "-v.png", cwd=tmp_path).returncode == 0


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the hostile files."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, data in hostile_files().items():
        (folder / name).write_bytes(data)
    return folder


def test_every_hostile_file_gets_a_row(bank: Path, hostile: Path) -> None:
    assert _errors_of(sorted(hostile.iterdir()), bank) == REASONS


def test_every_shared_hostile_file_gets_a_row(bank: Path) -> None:
    if paths := shared_files("hostile/*"):
        errors = _errors_of(paths, bank)
        assert errors["decompression_bomb_extents.gif"] == "too_many_pixels"
        assert errors["hopper.avif"] is errors["hopper.heif"] is None


def _errors_of(paths: list[Path], bank: Path) -> dict[str, str | None]:
    """Hash and match the files. Return the error of each by name."""
    count_hostile_files(len(paths))
    hashed = rows("hash", *paths)
    matched = rows("match", "--bank", bank, *paths)
    assert [row["path"] for row in hashed] == [row["path"] for row in matched] == list(map(str, paths))
    for hash_row, match_row in zip(hashed, matched, strict=True):
        assert (list(hash_row), list(match_row)) == (HASH_KEYS, MATCH_KEYS)
        assert hash_row["error"] == match_row["error"]
        assert match_row["verdict"] == ("review" if hash_row["error"] else "clear"), match_row
    return {Path(row["path"]).name: row["error"] for row in hashed}


def test_folder_of_hostile_files_can_be_the_bank(hostile: Path, uploads: Path) -> None:
    done = run("match", "--bank", hostile, hostile / "plain.heif", uploads / "other.jpg")
    assert done.returncode == 0
    assert [("block" in line, "clear" in line) for line in done.stdout.splitlines()] == [
        (True, False), (False, True)
    ]  # fmt: skip
    assert "png-cut-in-half.png': truncated" in done.stderr
    assert "Traceback" not in done.stderr


def test_non_image_in_the_bank_is_named_and_skipped(bank: Path, uploads: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bank"
    save(picture(2), folder / "good.png")
    (folder / "notes.txt").write_text("no image")
    os.mkfifo(folder / "pipe")
    (folder / "round").symlink_to(folder)
    done = run("match", "--bank", folder, uploads / "smaller.jpg")
    assert done.returncode == 0
    assert '"verdict": "block"' in done.stdout
    assert "notes.txt': not_an_image" in done.stderr
    assert "pipe': not_a_regular_file" in done.stderr
    assert "round" not in done.stderr


def test_empty_bank_clears_everything_with_a_warning(uploads: Path, tmp_path: Path) -> None:
    done = run("match", "--bank", tmp_path, uploads / "other.jpg", "missing")
    assert done.returncode == 0
    assert '"clear"' in done.stdout.splitlines()[0]
    assert '"review"' in done.stdout.splitlines()[1]
    assert "the bank is empty" in done.stderr


def test_files_are_sorted_and_each_folder_is_entered_once(tmp_path: Path) -> None:
    for name in ("b/2", "b/1", "a", "c"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "b" / "up").symlink_to(tmp_path)
    found = [(str(Path(path).relative_to(tmp_path)), reason) for path, reason in files_under(str(tmp_path))]
    assert found == [("a", None), ("b/1", None), ("b/2", None), ("c", None)]


def test_folder_depth_is_limited_only_by_path_length(tmp_path: Path) -> None:
    folders = [tmp_path / "/".join(["d"] * depth) for depth in range(1, 1500)]
    for folder in folders:
        folder.mkdir()
    file = folders[-1] / "file"
    file.touch()
    found = list(files_under(str(tmp_path)))
    # Removed here, because pytest and shutil remove folders recursively and would exceed the recursion limit.
    file.unlink()
    for folder in reversed(folders):
        folder.rmdir()
    assert found == [(str(file), None)]


def test_read_size_of_a_large_file_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    tracemalloc.start()
    with pytest.raises(FileReadError, match="too_many_bytes"):
        read_file(str(path), 1000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20
