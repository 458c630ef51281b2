"""What is asked of one file: each question is made once in a process and then put to many files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from staydown.domain.bank.verdicts import Verdict
from staydown.imaging.decode import Picture, decode
from staydown.imaging.feature_bytes import features_to_bytes
from staydown.imaging.fingerprint import fingerprint_picture
from staydown.imaging.keypoints import reference_features
from staydown.imaging.limits import ImageRejected, Limits
from staydown.tool.files import FileReadError, read_file
from staydown.tool.folder_bank import FolderBank, Policies, ReferenceFile, SerialisedBank
from staydown.tool.rows import HashRow, MatchRow

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MatchTaskSetup:
    limits: Limits
    policies: Policies
    bank: SerialisedBank


@dataclass(frozen=True, slots=True)
class UnreadableFile:
    """A file of the bank's folder that is not in the bank, and why."""

    path: str
    reason: str


def hash_task(limits: Limits) -> Callable[[str], HashRow]:
    """The question for the hashes of a file."""

    def look(path: str) -> HashRow:
        data, picture = _open_picture(path, limits)
        return HashRow.of(path, fingerprint_picture(picture, data))

    return lambda path: _run_safely(look, path, HashRow.failed)


def reference_task(limits: Limits) -> Callable[[str], ReferenceFile | UnreadableFile]:
    """The question for what a bank keeps of a file."""

    def look(path: str) -> ReferenceFile | UnreadableFile:
        data, picture = _open_picture(path, limits)
        return ReferenceFile(
            path, fingerprint_picture(picture, data), features_to_bytes(reference_features(picture))
        )

    return lambda path: _run_safely(look, path, UnreadableFile)


def match_task(setup: MatchTaskSetup) -> Callable[[str], MatchRow]:
    """The question for the verdict on a file."""
    bank = FolderBank.deserialise(setup.bank)

    def look(path: str) -> MatchRow:
        data, picture = _open_picture(path, setup.limits)
        verdict, matches = bank.judge(fingerprint_picture(picture, data), picture, setup.policies)
        if verdict is Verdict.CLEAR:
            return MatchRow(path, verdict, None, None, None, None)
        best = matches[0]
        return MatchRow(path, verdict, best.distance, bank.path_of(best.entry_id), best.view, None)

    return lambda path: _run_safely(look, path, MatchRow.failed)


def _open_picture(path: str, limits: Limits) -> tuple[bytes, Picture]:
    data = read_file(path, limits.max_bytes)
    return data, decode(data, limits)


def _run_safely(look: Callable[[str], T], path: str, failed: Callable[[str, str], T]) -> T:
    """Every file has an answer, whatever it does to whoever looks at it."""
    try:
        return look(path)
    except (FileReadError, ImageRejected) as error:
        return failed(path, error.reason)
    except MemoryError:
        return failed(path, "out_of_memory")
    except Exception as error:  # noqa: BLE001 (a fault of ours in one file must not cost the others theirs)
        return failed(path, f"internal_error: {type(error).__name__}")
