"""Running the tool: what is asked for on the command line, and how it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from staydown.imaging.limits import ImageRejected
from staydown.tool.arguments import CompareCommand, HashCommand, MatchCommand, parse_arguments
from staydown.tool.comparison import LoadedImage, compare_files, render_comparison
from staydown.tool.comparison_text import describe_comparison
from staydown.tool.files import FileReadError, files_under
from staydown.tool.folder_bank import ReferenceFile, SerialisedBank, serialise_bank
from staydown.tool.progress import with_progress
from staydown.tool.rows import HashRow, MatchRow, to_json_line
from staydown.tool.tasks import MatchTaskSetup, UnreadableFile, hash_task, match_task, reference_task
from staydown.tool.workers import InProcessRunner, TaskRunner, WorkerPool, WorkersFailed

_MAX_FILES_IN_PROCESS = 4
"""So many files are read in this process: starting another takes longer."""
_FAILED, _BROKEN_PIPE = 1, 141


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status. Usage errors leave with SystemExit(2) instead."""
    _open_streams()
    try:
        command = parse_arguments(arguments)
        if isinstance(command, HashCommand):
            _hash(command)
        elif isinstance(command, MatchCommand):
            _match(command)
        else:
            return _compare(command)
    except BrokenPipeError:
        return _BROKEN_PIPE  # it has seen enough
    except MemoryError:
        _print_error("there is not enough memory for these files; lower --max-bytes or --max-pixels")
        return _FAILED
    except (OSError, WorkersFailed) as error:
        _print_error(f"{type(error).__name__}: {error}")
        return _FAILED
    return 0


def _open_streams() -> None:
    """Whoever started this may have closed them; then nobody hears it."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 for as long as this runs


def _hash(command: HashCommand) -> None:
    with _task_runner(command.jobs, len(command.files)) as asker:
        rows = asker.run(hash_task, command.limits, command.files, HashRow.failed)
        _print("hashed", rows, len(command.files), quiet=command.quiet)


def _match(command: MatchCommand) -> None:
    banked = []
    for path, reason in files_under(command.bank):
        if reason is None:
            banked.append(path)
        else:
            _report_unreadable(path, reason)
    with _task_runner(command.jobs, len(banked) + len(command.files)) as asker:
        bank = _build_bank(command, banked, asker)
        setup = MatchTaskSetup(command.limits, command.policies, bank)
        rows = asker.run(match_task, setup, command.files, MatchRow.failed)
        _print("matched", rows, len(command.files), quiet=command.quiet)


def _build_bank(command: MatchCommand, paths: Sequence[str], asker: TaskRunner) -> SerialisedBank:
    judged: list[ReferenceFile] = []
    answers = asker.run(reference_task, command.limits, paths, UnreadableFile)
    for answer in with_progress("banked", answers, len(paths), quiet=command.quiet):
        if isinstance(answer, ReferenceFile):
            judged.append(answer)
        else:
            _report_unreadable(answer.path, answer.reason)
    if not judged:
        _print_error("the bank is empty: nothing can match")
    return serialise_bank(judged, command.policies.match)


def _compare(command: CompareCommand) -> int:
    seen = []
    for path in (command.banked, command.uploaded):
        try:
            seen.append(LoadedImage.read(path, command.limits))
        except (FileReadError, ImageRejected) as error:
            _print_error(f"{path!a}: {error.reason}")
    if len(seen) < 2:
        return _FAILED
    banked, uploaded = seen
    comparison = compare_files(banked, uploaded, command.policies)
    lines = describe_comparison(comparison, command.policies)
    print("\n".join(lines), flush=True)
    if command.image is None:
        return 0
    image = render_comparison(banked, uploaded, comparison, command.policies, lines)
    try:
        Path(command.image).write_bytes(image)
    except OSError as error:
        _print_error(f"--image: {command.image!a} can't be written: {error.strerror}")
        return _FAILED
    return 0


@contextmanager
def _task_runner(jobs: int, file_count: int) -> Iterator[TaskRunner]:
    if file_count <= _MAX_FILES_IN_PROCESS:
        yield InProcessRunner()
        return
    with WorkerPool(min(jobs, file_count)) as workers:
        yield workers


def _print(what: str, rows: Iterator[HashRow | MatchRow], count: int, *, quiet: bool) -> None:
    """Rows on a terminal are progress enough."""
    for row in with_progress(what, rows, count, quiet=quiet or sys.stdout.isatty()):
        print(to_json_line(row), flush=True)


def _report_unreadable(path: str, reason: str) -> None:
    _print_error(f"not in the bank: {path!a}: {reason}")


def _print_error(text: str) -> None:
    print(f"staydown: {text}", file=sys.stderr)
