"""Coverage-guided fuzzing of all that is done with the bytes of an upload before it is known what they are.

    python -m tools.fuzz.fingerprints CORPUS -max_total_time=SECONDS …     (libFuzzer's options; `make fuzz`)

Whatever the bytes are, the answer is a fingerprint or ImageRejected with a reason. Anything else ends the run
and leaves the file that did it (`crash-…`, `timeout-…`, `oom-…`), which then becomes a test in tests/imaging.
"""

from __future__ import annotations

import sys
import warnings

import atheris

with atheris.instrument_imports(include=["PIL", "staydown.imaging", "pillow_heif"]):
    from staydown.imaging.fingerprint import fingerprint_file
    from staydown.imaging.limits import ImageRejected, Limits

LIMITS = Limits(max_bytes=1_000_000, max_pixels=250_000, max_frames=4)


def try_one(data: bytes) -> None:
    try:
        assert fingerprint_file(data, LIMITS).views
    except ImageRejected as rejected:
        assert rejected.reason


def main() -> None:
    warnings.simplefilter("error")  # as in the tests: no decoder warns past us
    atheris.Setup(sys.argv, try_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
