"""The tasks that the tool runs on each file. A task is prepared once in a process, then run on many files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from staydown.cli.files import FileReadError, read_file
from staydown.cli.folder_bank import FolderBank, Policies, ReferenceFile, SerialisedBank
from staydown.cli.rows import HashRow, MatchRow
from staydown.domain.bank.verdicts import Verdict
from staydown.imaging.decode import Picture, decode
from staydown.imaging.feature_bytes import features_to_bytes
from staydown.imaging.fingerprint import fingerprint_picture
from staydown.imaging.keypoints import reference_features
from staydown.imaging.limits import ImageRejected, Limits

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MatchTaskSetup:
    """What `match_task` needs."""

    limits: Limits
    policies: Policies
    bank: SerialisedBank


@dataclass(frozen=True, slots=True)
class UnreadableFile:
    """A file in the bank folder that cannot be a reference."""

    path: str
    reason: str


def hash_task(limits: Limits) -> Callable[[str], HashRow]:
    """Return the function from a path to its hashes."""

    def compute(path: str) -> HashRow:
        data, picture = _open_picture(path, limits)
        return HashRow.of(path, fingerprint_picture(picture, data))

    return lambda path: _run_safely(compute, path, HashRow.failed)


def reference_task(limits: Limits) -> Callable[[str], ReferenceFile | UnreadableFile]:
    """Return the function from a path to what the bank stores of the file."""

    def compute(path: str) -> ReferenceFile | UnreadableFile:
        data, picture = _open_picture(path, limits)
        return ReferenceFile(
            path, fingerprint_picture(picture, data), features_to_bytes(reference_features(picture))
        )

    return lambda path: _run_safely(compute, path, UnreadableFile)


def match_task(setup: MatchTaskSetup) -> Callable[[str], MatchRow]:
    """Return the function from a path to its verdict."""
    bank = FolderBank.deserialise(setup.bank)

    def compute(path: str) -> MatchRow:
        data, picture = _open_picture(path, setup.limits)
        verdict, matches = bank.judge(fingerprint_picture(picture, data), picture, setup.policies)
        if verdict is Verdict.CLEAR:
            return MatchRow(path, verdict, None, None, None, None)
        best = matches[0]
        return MatchRow(path, verdict, best.distance, bank.path_of(best.entry_id), best.view, None)

    return lambda path: _run_safely(compute, path, MatchRow.failed)


def _open_picture(path: str, limits: Limits) -> tuple[bytes, Picture]:
    data = read_file(path, limits.max_bytes)
    return data, decode(data, limits)


def _run_safely(compute: Callable[[str], T], path: str, failed: Callable[[str, str], T]) -> T:
    """Return the result for a path, whatever goes wrong."""
    try:
        return compute(path)
    except (FileReadError, ImageRejected) as error:
        return failed(path, error.reason)
    except MemoryError:
        return failed(path, "out_of_memory")
    except Exception as error:  # noqa: BLE001 (a fault on one file must not stop the others)
        return failed(path, f"internal_error: {type(error).__name__}")
