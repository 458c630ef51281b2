"""Hash the golden images with the reference implementation of PDQ.

    python -m tools.golden_vectors            writes tests/imaging/golden/pdq.json
    python -m tools.golden_vectors --check    compares the file, and exits with 1 if a value differs

Needs pdqhash, which `make bench` installs: `.venv-bench/bin/python -m tools.golden_vectors`.
"""

from __future__ import annotations

import argparse
import json
import sys
from importlib.metadata import version
from typing import Any

import numpy as np
import pdqhash
from PIL import Image

from tests.imaging.golden_images import GOLDEN_FILE, GOLDEN_IMAGES, golden_image


def main() -> int:
    """Write or check the file. Return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare only")
    check = parser.parse_args().check
    vectors = {name: _vector(golden_image(name)) for name in GOLDEN_IMAGES}
    if check:
        return _compare(vectors)
    document = {
        "command": "python -m tools.golden_vectors",
        "reference": f"pdqhash {version('pdqhash')}",
        "vectors": vectors,
    }
    GOLDEN_FILE.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {len(vectors)} vectors to {GOLDEN_FILE.name}")
    return 0


def _vector(image: Image.Image) -> dict[str, Any]:
    """Return the hash as 64 hexadecimal digits, and the quality from 0 to 100."""
    bits, quality = pdqhash.compute(np.asarray(image))
    return {"pdq": np.packbits(bits).tobytes().hex(), "quality": int(quality)}


def _compare(vectors: dict[str, dict[str, Any]]) -> int:
    stored = json.loads(GOLDEN_FILE.read_text(encoding="utf-8"))["vectors"]
    differing = sorted(
        name for name in vectors.keys() | stored.keys() if vectors.get(name) != stored.get(name)
    )
    for name in differing:
        print(f"{name}: stored {stored.get(name)}, reference {vectors.get(name)}")
    print(f"{len(vectors) - len(differing)} of {len(vectors)} vectors agree")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
