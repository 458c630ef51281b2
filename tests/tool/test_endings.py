"""How the tool ends: wrong command lines, a reader that has seen enough, Ctrl-C, killed processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from staydown.domain.evidence import Demand
from staydown.tool.arguments import Compare, parsed
from staydown.tool.command import main

from tests.tool.running import SECONDS, rows, run


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
def test_a_wrong_command_line_ends_with_2(
    arguments: list[str], bank: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (bank / "two.jpg").read_bytes()
    with pytest.raises(SystemExit) as ended:
        main([text.format(bank=bank) for text in arguments])
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "usage:" in said.err
    assert (bank / "two.jpg").read_bytes() == before


def test_a_demand_without_its_number_is_told_what_it_wants(
    bank: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["match", "--bank", str(bank), "--block-demand", "inliers", "file"])
    assert "inliers wants a number, as in inliers=1" in capsys.readouterr().err


def test_the_verdict_is_told_though_its_picture_can_not_be_written(
    bank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = tmp_path / "no folder" / "o.png"
    one = str(bank / "one.jpg")
    assert main(["compare", one, one, "--image", str(image)]) == 1
    said = capsys.readouterr()
    assert said.out.startswith("block")
    assert "can't be written: No such file or directory" in said.err


def test_help_says_what_there_is() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert all(command in done.stdout for command in ("hash", "match", "compare"))


def test_a_reader_that_has_seen_enough_is_no_error_worth_a_trace(bank: Path) -> None:
    files = [str(path) for path in bank.rglob("*.jpg")] * 40
    with started("hash", *files) as tool:
        assert tool.stdout is not None
        assert json.loads(tool.stdout.readline())["error"] is None
        tool.stdout.close()
        assert tool.stderr is not None
        said = tool.stderr.read()
        assert tool.wait(SECONDS) == 141
    assert said == ""


def test_ctrl_c_ends_it_with_130_and_leaves_nobody_behind(bank: Path) -> None:
    files = [str(path) for path in bank.rglob("*.jpg")] * 2000
    with started("hash", *files, start_new_session=True) as tool:
        assert tool.stdout is not None
        tool.stdout.readline()
        os.killpg(tool.pid, signal.SIGINT)
        tool.stdout.read()
        assert tool.stderr is not None
        said = tool.stderr.read()
        assert tool.wait(SECONDS) == 130
    # Both pipes have ended, which every process that reads files holds open: none is left.
    assert said == ""


def test_a_process_that_is_killed_costs_one_row(bank: Path) -> None:
    files = [str(path) for path in bank.rglob("*.jpg")] * 15
    with started("hash", "--jobs", "2", *files) as tool:
        assert tool.stdout is not None
        first = tool.stdout.readline()
        os.kill(readers_of(tool.pid)[0], signal.SIGKILL)
        rest = tool.stdout.read().splitlines()
        assert tool.wait(SECONDS) == 0
    errors = [json.loads(line)["error"] for line in (first, *rest)]
    assert len(errors) == len(files)
    assert errors.count("reader_died") == 1
    assert errors.count(None) == len(files) - 1


def test_rows_that_cannot_be_written_are_an_error(bank: Path) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "staydown", "hash", str(bank / "one.jpg")]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("staydown: OSError: ")
    assert len(done.stderr.splitlines()) == 1


def test_quiet_is_quiet(bank: Path) -> None:
    done = run("match", "--quiet", "--bank", bank, *[bank / "one.jpg"] * 10)
    assert (done.returncode, done.stderr) == (0, "")


def started(*arguments: str, start_new_session: bool = False) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "staydown", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=start_new_session,
        # Whoever runs the tests in the background has them ignore Ctrl-C, and their children too.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )


def readers_of(process: int) -> list[int]:
    """The processes that read files for another one."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    found = [int(child) for child in children]
    return [child for child in found if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def test_a_demand_means_what_it_means_in_the_template() -> None:
    text = "inliers=10, tiles=3, tile_share=0.6"
    command = parsed(["compare", "a", "b", "--block-demand", text])
    assert isinstance(command, Compare)
    assert command.policies.evidence.block == (Demand.from_text(text),)


@pytest.mark.parametrize("limit", ["99999999999999", "1" + "0" * 20])
def test_a_limit_beyond_all_memory_is_no_reason_to_use_it(limit: str, bank: Path) -> None:
    (row,) = rows("hash", "--max-bytes", limit, bank / "one.jpg")
    assert row["error"] is None


def test_without_enough_memory_it_ends_with_a_word(
    bank: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("staydown.tool.comparing.Seen.read", full)
    assert main(["compare", str(bank / "one.jpg"), str(bank / "two.jpg")]) == 1
    assert "memory" in capsys.readouterr().err


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_are_no_error(closed: str, bank: Path) -> None:
    command = f"{sys.executable} -m staydown hash {bank / 'one.jpg'} {closed}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
