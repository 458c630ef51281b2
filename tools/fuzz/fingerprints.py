"""Coverage-guided fuzzing of the code that reads the bytes of an upload.

    python -m tools.fuzz.fingerprints CORPUS -max_total_time=SECONDS …     (libFuzzer's options; `make fuzz`)

Every file has to give a fingerprint, or ImageRejected with a reason. Anything else ends the run and leaves
the file (`crash-…`, `timeout-…`, `oom-…`). Add it to the tests in tests/imaging.
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
    warnings.simplefilter("error")  # as in the tests: decoders must not warn
    atheris.Setup(sys.argv, try_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
