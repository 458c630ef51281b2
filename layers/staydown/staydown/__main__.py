"""`python -m staydown`: see `docs/tool.md`."""

from __future__ import annotations

import os
import sys

INTERRUPTED = 130

_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OPENCV_FOR_THREADS_NUM": "1"}
"""The work is spread over processes, a file each. Threads on top of that only wait for each other: the small
matrices of a hash take four times as long with them."""


def run() -> int:
    for name, value in _ONE_THREAD.items():
        os.environ.setdefault(name, value)
    try:
        # Imported here: the libraries read the settings as they are loaded; and it takes a while, in which
        # somebody may press Ctrl-C.
        from staydown.tool.command import main  # noqa: PLC0415

        status = main()
    except KeyboardInterrupt:
        status = INTERRUPTED
    try:
        sys.stdout.flush()
    except OSError:
        # Nobody reads it, or the disk is full. Python would complain when it tries once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = status or 1
    return status


if __name__ == "__main__":
    sys.exit(run())
