"""Exit codes: invalid command lines, closed pipes, Ctrl-C, killed processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from staydown.cli.arguments import CompareCommand, parse_arguments
from staydown.cli.command import main
from staydown.domain.bank.alignment import AlignmentThreshold

from tests.cli.cli_runner import SECONDS, rows, run


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["burn"],
        ["hash"],
        ["match", "file"],
        ["match", "--bank", "{bank}"],
        ["match", "--bank", "no such folder", "file"],
        ["match", "--bank", "", "file"],
        ["match", "--bank", "{bank}/one.jpg", "file"],
        ["match", "--bank", "{bank}", "--block-distance", "near", "file"],
        ["match", "--bank", "{bank}", "--block-distance", "60", "file"],
        ["match", "--bank", "{bank}", "--block-demand", "knots=2", "file"],
        ["match", "--bank", "{bank}", "--block-demand", "tiles=0", "file"],
        ["match", "--bank", "{bank}", "--block-demand", "tiles=many", "file"],
        ["match", "--bank", "{bank}", "--block-demand", "tiles=inf", "file"],
        ["match", "--bank", "{bank}", "--block-demand", "inliers", "file"],
        ["hash", "--jobs", "0", "file"],
        ["hash", "--max-bytes", "0", "file"],
        ["compare", "file"],
        ["compare", "{bank}/one.jpg", "{bank}/two.jpg", "--image", "{bank}/../{bank.name}/two.jpg"],
    ],
)
def test_invalid_command_line_exits_with_2(
    arguments: list[str], bank: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (bank / "two.jpg").read_bytes()
    with pytest.raises(SystemExit) as ended:
        main([text.format(bank=bank) for text in arguments])
    assert ended.value.code == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert "usage:" in output.err
    assert (bank / "two.jpg").read_bytes() == before


def test_threshold_without_a_number_explains_its_form(bank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["match", "--bank", str(bank), "--block-demand", "inliers", "file"])
    assert "inliers wants a number, as in inliers=1" in capsys.readouterr().err


def test_verdict_is_printed_even_if_its_image_cannot_be_written(
    bank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = tmp_path / "no folder" / "o.png"
    one = str(bank / "one.jpg")
    assert main(["compare", one, one, "--image", str(image)]) == 1
    output = capsys.readouterr()
    assert output.out.startswith("block")
    assert f"cannot write {str(image)!r}: No such file or directory" in output.err


def test_help_lists_the_commands() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert all(command in done.stdout for command in ("hash", "match", "compare"))


def test_closed_output_pipe_leaves_no_traceback(bank: Path) -> None:
    files = [str(path) for path in bank.rglob("*.jpg")] * 40
    with started("hash", *files) as tool:
        assert tool.stdout is not None
        assert json.loads(tool.stdout.readline())["error"] is None
        tool.stdout.close()
        assert tool.stderr is not None
        error_output = tool.stderr.read()
        assert tool.wait(SECONDS) == 141
    assert error_output == ""


def test_ctrl_c_exits_with_130_and_leaves_no_processes(bank: Path) -> None:
    files = [str(path) for path in bank.rglob("*.jpg")] * 2000
    with started("hash", *files, start_new_session=True) as tool:
        assert tool.stdout is not None
        tool.stdout.readline()
        os.killpg(tool.pid, signal.SIGINT)
        tool.stdout.read()
        assert tool.stderr is not None
        error_output = tool.stderr.read()
        assert tool.wait(SECONDS) == 130
    # Worker processes hold both pipes open. Both have ended, so no worker is left.
    assert error_output == ""


def test_killed_process_fails_one_row(bank: Path) -> None:
    files = [str(path) for path in bank.rglob("*.jpg")] * 15
    with started("hash", "--jobs", "2", *files) as tool:
        assert tool.stdout is not None
        first = tool.stdout.readline()
        os.kill(worker_pids(tool.pid)[0], signal.SIGKILL)
        rest = tool.stdout.read().splitlines()
        assert tool.wait(SECONDS) == 0
    errors = [json.loads(line)["error"] for line in (first, *rest)]
    assert len(errors) == len(files)
    assert errors.count("reader_died") == 1
    assert errors.count(None) == len(files) - 1


def test_unwritable_output_is_an_error(bank: Path) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "staydown", "hash", str(bank / "one.jpg")]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("staydown: OSError: ")
    assert len(done.stderr.splitlines()) == 1


def test_quiet_prints_nothing(bank: Path) -> None:
    done = run("match", "--quiet", "--bank", bank, *[bank / "one.jpg"] * 10)
    assert (done.returncode, done.stderr) == (0, "")


def started(*arguments: str, start_new_session: bool = False) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "staydown", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=start_new_session,
        # Tests that run in the background inherit an ignored SIGINT.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )


def worker_pids(process: int) -> list[int]:
    """Return the worker processes of a process."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    found = [int(child) for child in children]
    return [child for child in found if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def test_threshold_means_the_same_as_in_the_template() -> None:
    text = "inliers=10, tiles=3, tile_share=0.6"
    command = parse_arguments(["compare", "a", "b", "--block-demand", text])
    assert isinstance(command, CompareCommand)
    assert command.policies.alignment.block == (AlignmentThreshold.from_text(text),)


@pytest.mark.parametrize("limit", ["99999999999999", "1" + "0" * 20])
def test_huge_byte_limit_does_not_allocate_memory(limit: str, bank: Path) -> None:
    (row,) = rows("hash", "--max-bytes", limit, bank / "one.jpg")
    assert row["error"] is None


def test_lack_of_memory_is_reported(
    bank: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("staydown.cli.comparison.LoadedImage.read", full)
    assert main(["compare", str(bank / "one.jpg"), str(bank / "two.jpg")]) == 1
    assert "memory" in capsys.readouterr().err


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_are_no_error(closed: str, bank: Path) -> None:
    command = f"{sys.executable} -m staydown hash {bank / 'one.jpg'} {closed}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
