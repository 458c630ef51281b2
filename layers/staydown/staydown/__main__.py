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

        return main()
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(run())
