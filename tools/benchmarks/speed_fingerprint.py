"""Time from a file to its hashes, beside pdqhash (as python-threatexchange calls it) and imagehash."""

from __future__ import annotations

import io
from functools import partial
from typing import Any

import cv2
import imagehash
import numpy as np
import pdqhash
from PIL import Image
from staydown.imaging.decode import decode
from staydown.imaging.fingerprint import fingerprint_file
from staydown.imaging.keypoints import query_features, reference_features
from staydown.imaging.limits import Limits
from staydown.imaging.luma import rounded
from staydown.imaging.phash import phash

from tools.benchmarks.timing import row, timed, write_or_print
from tools.photographs import mosaic_file

LIMITS = Limits()


def measure() -> list[dict[str, Any]]:
    cv2.setNumThreads(1)
    large = mosaic_file()
    rows = []
    for name, data in (("12 megapixels", large), ("2 megapixels", _reduced(large, 1632))):
        ours, theirs = timed(partial(fingerprint_file, data, LIMITS), partial(_threatexchange, data))
        rows.append(row(f"JPEG of {name} to all hashes of stage one", ours, pdqhash=theirs))
    picture = decode(large, LIMITS)
    plane = rounded(picture.frames[0].luma)
    image = Image.fromarray(plane)
    ours, theirs = timed(lambda: phash(plane), lambda: imagehash.phash(image))
    rows.append(row("pHash of a decoded image", ours, imagehash=theirs))
    query, reference = timed(lambda: query_features(picture), lambda: reference_features(picture))
    rows.append(row("keypoints of an upload, in four variants", query))
    rows.append(row("keypoints and tile hashes of a reference", reference))
    return rows


def _threatexchange(data: bytes) -> tuple[Any, int]:
    """Hash as the PDQ signal type of python-threatexchange: decode in full, convert to RGB, hash."""
    with Image.open(io.BytesIO(data)) as image:
        bits, quality = pdqhash.compute(np.asarray(image.convert("RGB")))
    return bits, quality


def _reduced(data: bytes, width: int) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        file = io.BytesIO()
        image.resize((width, width * image.height // image.width)).save(file, "JPEG", quality=90)
    return file.getvalue()


if __name__ == "__main__":
    write_or_print(measure())
