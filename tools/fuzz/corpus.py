"""The start corpus of the fuzzer: one small file of each kind that is decoded.

python -m tools.fuzz.corpus FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.imaging.test_malformed_files import FILES


def write(folder: Path) -> int:
    """Write the files into the folder. Return their number."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in FILES.items():
        (folder / name.replace(" ", "-")).write_bytes(data)
    return len(FILES)


if __name__ == "__main__":
    print(f"wrote {write(Path(sys.argv[1]))} files")
