"""Bytes to hashes: stage one against pdqhash as python-threatexchange calls it, pHash against imagehash."""

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

from tests.shared_data import SHARED
from tools.benchmarks.timing import row, timed, write_or_print

LIMITS = Limits()


def measure() -> list[dict[str, Any]]:
    cv2.setNumThreads(1)
    large = (SHARED / "large" / "exif-rotn-1.jpg").read_bytes()
    rows = []
    for name, data in (("12 megapixels", large), ("2 megapixels", _reduced(large, 1632))):
        ours, theirs = timed(partial(fingerprint_file, data, LIMITS), partial(_threatexchange, data))
        rows.append(row(f"JPEG of {name} to all hashes of stage one", ours, pdqhash=theirs))
    picture = decode(large, LIMITS)
    plane = rounded(picture.frames[0].luma)
    image = Image.fromarray(plane)
    ours, theirs = timed(lambda: phash(plane), lambda: imagehash.phash(image))
    rows.append(row("pHash of a decoded picture", ours, imagehash=theirs))
    asked, banked = timed(lambda: query_features(picture), lambda: reference_features(picture))
    rows.append(row("keypoints of a picture that is asked, four ways", asked))
    rows.append(row("keypoints and tile hashes of a picture that is banked", banked))
    return rows


def _threatexchange(data: bytes) -> tuple[Any, int]:
    """What its PDQ signal type does with bytes: decode in full, to RGB, hash."""
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
