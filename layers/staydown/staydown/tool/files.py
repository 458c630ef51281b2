"""Reading whatever somebody points at: bounded, never waiting, and with a word for each way it can fail."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

_PIECE = 1 << 20
"""Bytes read at a time: a limit as large as that is no reason to hold so much."""
_REASONS = {
    errno.ENOENT: "not_found",
    errno.ENOTDIR: "not_found",
    errno.EISDIR: "is_a_directory",
    errno.EACCES: "permission_denied",
    errno.EPERM: "permission_denied",
    errno.ELOOP: "too_many_links",
    errno.ENAMETOOLONG: "name_too_long",
    errno.EMFILE: "too_many_open_files",
}


class FileReadError(Exception):
    """A file's bytes can't be had. reason: short and stable, like those of `imaging.limits.Reason`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_file(path: str, max_bytes: int) -> bytes:
    """The bytes of a regular file, or of what a link leads to. Raises Unreadable.

    Only regular files are opened, without waiting: a pipe would wait for a writer, a device might never
    end. Of a file that is larger than `max_bytes`, or grows past it, no more than that is ever held.
    """
    try:
        # pathlib would take the empty name for the current folder.
        mode = os.stat(path).st_mode  # noqa: PTH116
        if not stat.S_ISREG(mode):
            raise FileReadError("is_a_directory" if stat.S_ISDIR(mode) else "not_a_regular_file")
        opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(opened, "rb") as file:
            if not stat.S_ISREG(os.fstat(opened).st_mode):  # another file by now
                raise FileReadError("not_a_regular_file")
            data = bytearray()
            while piece := file.read(min(_PIECE, max_bytes + 1 - len(data))):
                data += piece
    except ValueError:  # a zero byte in the name
        raise FileReadError("not_found") from None
    except OSError as error:
        raise FileReadError(reason_of(error)) from error
    if len(data) > max_bytes:
        raise FileReadError("too_many_bytes")
    return bytes(data)


def reason_of(error: OSError) -> str:
    return _REASONS.get(error.errno or 0, "unreadable")


def files_under(folder: str) -> Iterator[tuple[str, str | None]]:
    """(path, None) for every file in a folder and the folders in it, in the order of their names; (path,
    reason) for a folder that can't be listed.

    Links to folders are followed, each folder is entered once.
    """
    entered: set[tuple[int, int]] = set()
    ahead = [Path(folder)]
    while ahead:
        path = ahead.pop()
        if path != Path(folder) and not _is_folder(path):
            yield str(path), None
            continue
        try:
            status = path.stat()
            if (status.st_dev, status.st_ino) not in entered:
                entered.add((status.st_dev, status.st_ino))
                ahead += sorted(path.iterdir(), reverse=True)
        except OSError as error:
            yield str(path), reason_of(error)


def _is_folder(path: Path) -> bool:
    """False for what can't be looked at: opening it as a file says why."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except OSError:
        return False
