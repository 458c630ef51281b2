"""Run a command of the tool, and return its exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from staydown.cli.arguments import CompareCommand, HashCommand, MatchCommand, parse_arguments
from staydown.cli.comparison import LoadedImage, compare_files, render_comparison
from staydown.cli.comparison_text import describe_comparison
from staydown.cli.files import FileReadError, files_under
from staydown.cli.folder_bank import ReferenceFile, SerialisedBank, serialise_bank
from staydown.cli.progress import with_progress
from staydown.cli.rows import HashRow, MatchRow, to_json_line
from staydown.cli.tasks import MatchTaskSetup, UnreadableFile, hash_task, match_task, reference_task
from staydown.imaging.limits import ImageRejected
from staydown.imaging.sandbox.pool import InProcessRunner, TaskRunner, WorkerPool, WorkersFailed

_MAX_FILES_IN_PROCESS = 4
"""Up to this many files are read in this process: starting another one takes longer."""
_FAILED, _BROKEN_PIPE = 1, 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tool, and return its exit status. `arguments` of None means those of the process.

    Raises SystemExit(2) if the command line is invalid.
    """
    _open_closed_streams()
    try:
        command = parse_arguments(arguments)
        if isinstance(command, HashCommand):
            _hash(command)
        elif isinstance(command, MatchCommand):
            _match(command)
        else:
            return _compare(command)
    except BrokenPipeError:
        return _BROKEN_PIPE
    except MemoryError:
        _print_error("out of memory; lower --max-bytes or --max-pixels")
        return _FAILED
    except (OSError, WorkersFailed) as error:
        _print_error(f"{type(error).__name__}: {error}")
        return _FAILED
    return 0


def _open_closed_streams() -> None:
    """Open standard output and standard error on the null device if the caller closed them."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 (open until exit)


def _hash(command: HashCommand) -> None:
    with _task_runner(command.jobs, len(command.files)) as runner:
        rows = runner.run(hash_task, command.limits, command.files, HashRow.failed)
        _print("hashed", rows, len(command.files), quiet=command.quiet)


def _match(command: MatchCommand) -> None:
    reference_paths = []
    for path, reason in files_under(command.bank):
        if reason is None:
            reference_paths.append(path)
        else:
            _report_unreadable(path, reason)
    with _task_runner(command.jobs, len(reference_paths) + len(command.files)) as runner:
        bank = _build_bank(command, reference_paths, runner)
        setup = MatchTaskSetup(command.limits, command.policies, bank)
        rows = runner.run(match_task, setup, command.files, MatchRow.failed)
        _print("matched", rows, len(command.files), quiet=command.quiet)


def _build_bank(command: MatchCommand, paths: Sequence[str], runner: TaskRunner) -> SerialisedBank:
    references: list[ReferenceFile] = []
    results = runner.run(reference_task, command.limits, paths, UnreadableFile)
    for result in with_progress("banked", results, len(paths), quiet=command.quiet):
        if isinstance(result, ReferenceFile):
            references.append(result)
        else:
            _report_unreadable(result.path, result.reason)
    if not references:
        _print_error("the bank is empty: no file can match")
    return serialise_bank(references, command.policies.match)


def _compare(command: CompareCommand) -> int:
    images = []
    for path in (command.reference, command.query):
        try:
            images.append(LoadedImage.read(path, command.limits))
        except (FileReadError, ImageRejected) as error:
            _print_error(f"{path!a}: {error.reason}")
    if len(images) < 2:
        return _FAILED
    reference, query = images
    comparison = compare_files(reference, query, command.policies)
    lines = describe_comparison(comparison, command.policies)
    print("\n".join(lines), flush=True)
    if command.image is None:
        return 0
    png = render_comparison(reference, query, comparison, command.policies, lines)
    try:
        Path(command.image).write_bytes(png)
    except OSError as error:
        _print_error(f"--image: cannot write {command.image!a}: {error.strerror}")
        return _FAILED
    return 0


@contextmanager
def _task_runner(jobs: int, file_count: int) -> Iterator[TaskRunner]:
    if file_count <= _MAX_FILES_IN_PROCESS:
        yield InProcessRunner()
        return
    with WorkerPool(min(jobs, file_count)) as workers:
        yield workers


def _print(verb: str, rows: Iterator[HashRow | MatchRow], count: int, *, quiet: bool) -> None:
    """Print each row as it comes. On a terminal the rows themselves show the progress."""
    for row in with_progress(verb, rows, count, quiet=quiet or sys.stdout.isatty()):
        print(to_json_line(row), flush=True)


def _report_unreadable(path: str, reason: str) -> None:
    _print_error(f"skipped bank file {path!a}: {reason}")


def _print_error(text: str) -> None:
    print(f"staydown: {text}", file=sys.stderr)
