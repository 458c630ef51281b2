"""Read files that a user names: bounded, without waiting, and with a reason for each failure."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

_CHUNK_BYTES = 1 << 20
"""Bytes read at once, so that a large limit does not allocate a large buffer."""
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
    """A file cannot be read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        """Short and stable, like `imaging.limits.RejectionReason`."""


def read_file(path: str, max_bytes: int) -> bytes:
    """Return the bytes of a regular file; links are followed.

    Reads no more than `max_bytes` + 1 bytes, even of a file that grows. Opens no pipes or devices, and never
    waits. Raises FileReadError.
    """
    try:
        # pathlib reads the empty name as the current folder.
        mode = os.stat(path).st_mode  # noqa: PTH116
        if not stat.S_ISREG(mode):
            raise FileReadError("is_a_directory" if stat.S_ISDIR(mode) else "not_a_regular_file")
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):  # replaced since the check
                raise FileReadError("not_a_regular_file")
            data = bytearray()
            while chunk := file.read(min(_CHUNK_BYTES, max_bytes + 1 - len(data))):
                data += chunk
    except ValueError:  # a zero byte in the name
        raise FileReadError("not_found") from None
    except OSError as error:
        raise FileReadError(reason_of(error)) from error
    if len(data) > max_bytes:
        raise FileReadError("too_many_bytes")
    return bytes(data)


def reason_of(error: OSError) -> str:
    """Return the stable reason for an error of the operating system."""
    return _REASONS.get(error.errno or 0, "unreadable")


def files_under(folder: str) -> Iterator[tuple[str, str | None]]:
    """Yield (path, None) for each file in a folder and its subfolders, sorted by name.

    Yields (path, reason) for a folder that cannot be listed. Links to folders are followed; each folder is
    entered once.
    """
    entered: set[tuple[int, int]] = set()
    pending = [Path(folder)]
    while pending:
        path = pending.pop()
        if path != Path(folder) and not _is_folder(path):
            yield str(path), None
            continue
        try:
            status = path.stat()
            if (status.st_dev, status.st_ino) not in entered:
                entered.add((status.st_dev, status.st_ino))
                pending += sorted(path.iterdir(), reverse=True)
        except OSError as error:
            yield str(path), reason_of(error)


def _is_folder(path: Path) -> bool:
    """Return False for an inaccessible path: `read_file` then states the reason."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except OSError:
        return False
