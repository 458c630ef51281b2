"""The `staydown` command, also `python -m staydown`. Described in `docs/cli.md`."""

from __future__ import annotations

import os
import sys

INTERRUPTED = 130

_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OPENCV_FOR_THREADS_NUM": "1"}
"""The processes already use all cores. With more threads in each, hashing takes four times as long."""


def run() -> int:
    """Run the command, and return its exit status."""
    for name, value in _ONE_THREAD.items():
        os.environ.setdefault(name, value)
    try:
        # Imported here, because the libraries read the environment when they are loaded, and because loading
        # takes long enough for a Ctrl-C.
        from staydown.cli.command import main  # noqa: PLC0415

        status = main()
    except KeyboardInterrupt:
        status = INTERRUPTED
    try:
        sys.stdout.flush()
    except OSError:
        # The reader is gone or the disk is full; Python would fail again when it closes the stream at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = status or 1
    return status


if __name__ == "__main__":
    sys.exit(run())
