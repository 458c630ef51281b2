"""Running the tool: what is asked for on the command line, and how it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from staydown.imaging.limits import ImageRejected
from staydown.tool.arguments import Compare, Hash, Match, parsed
from staydown.tool.asking import MatchSetup, Unjudged, banking, hashing, matching
from staydown.tool.banking import Judged, PackedBank, packed_bank
from staydown.tool.comparing import Seen, compared, drawn
from staydown.tool.files import Unreadable, files_under
from staydown.tool.progress import shown
from staydown.tool.rows import HashRow, MatchRow, as_line
from staydown.tool.wording import worded
from staydown.tool.workers import Asker, InThisProcess, Workers, WorkersFailed

_FEW = 4
"""So many files are read in this process: starting another takes longer."""
_FAILED, _READER_GONE = 1, 141


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status. Usage errors leave with SystemExit(2) instead."""
    _open_streams()
    try:
        command = parsed(arguments)
        if isinstance(command, Hash):
            _hash(command)
        elif isinstance(command, Match):
            _match(command)
        else:
            return _compare(command)
    except BrokenPipeError:
        return _READER_GONE  # it has seen enough
    except MemoryError:
        _say("there is not enough memory for these files; lower --max-bytes or --max-pixels")
        return _FAILED
    except (OSError, WorkersFailed) as error:
        _say(f"{type(error).__name__}: {error}")
        return _FAILED
    return 0


def _open_streams() -> None:
    """Whoever started this may have closed them; then nobody hears it."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 for as long as this runs


def _hash(command: Hash) -> None:
    with _asker(command.jobs, len(command.files)) as asker:
        rows = asker.each(hashing, command.limits, command.files, HashRow.failed)
        _print("hashed", rows, len(command.files), quiet=command.quiet)


def _match(command: Match) -> None:
    banked = []
    for path, reason in files_under(command.bank):
        if reason is None:
            banked.append(path)
        else:
            _left_out(path, reason)
    with _asker(command.jobs, len(banked) + len(command.files)) as asker:
        bank = _banked(command, banked, asker)
        setup = MatchSetup(command.limits, command.policies, bank)
        rows = asker.each(matching, setup, command.files, MatchRow.failed)
        _print("matched", rows, len(command.files), quiet=command.quiet)


def _banked(command: Match, paths: Sequence[str], asker: Asker) -> PackedBank:
    judged: list[Judged] = []
    answers = asker.each(banking, command.limits, paths, Unjudged)
    for answer in shown("banked", answers, len(paths), quiet=command.quiet):
        if isinstance(answer, Judged):
            judged.append(answer)
        else:
            _left_out(answer.path, answer.reason)
    if not judged:
        _say("the bank is empty: nothing can match")
    return packed_bank(judged, command.policies.match)


def _compare(command: Compare) -> int:
    seen = []
    for path in (command.banked, command.uploaded):
        try:
            seen.append(Seen.read(path, command.limits))
        except (Unreadable, ImageRejected) as error:
            _say(f"{path!a}: {error.reason}")
    if len(seen) < 2:
        return _FAILED
    banked, uploaded = seen
    comparison = compared(banked, uploaded, command.policies)
    lines = worded(comparison, command.policies)
    print("\n".join(lines), flush=True)
    if command.image is None:
        return 0
    image = drawn(banked, uploaded, comparison, command.policies, lines)
    try:
        Path(command.image).write_bytes(image)
    except OSError as error:
        _say(f"--image: {command.image!a} can't be written: {error.strerror}")
        return _FAILED
    return 0


@contextmanager
def _asker(jobs: int, files: int) -> Iterator[Asker]:
    if files <= _FEW:
        yield InThisProcess()
        return
    with Workers(min(jobs, files)) as workers:
        yield workers


def _print(what: str, rows: Iterator[HashRow | MatchRow], count: int, *, quiet: bool) -> None:
    """Rows on a terminal are progress enough."""
    for row in shown(what, rows, count, quiet=quiet or sys.stdout.isatty()):
        print(as_line(row), flush=True)


def _left_out(path: str, reason: str) -> None:
    _say(f"not in the bank: {path!a}: {reason}")


def _say(text: str) -> None:
    print(f"staydown: {text}", file=sys.stderr)
