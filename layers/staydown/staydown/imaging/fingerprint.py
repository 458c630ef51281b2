"""Compute the fingerprint of an image: all hashes that recognition needs, from one decoding."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

from PIL import Image, ImageFilter, JpegImagePlugin

from staydown.domain.bank.fingerprints import Fingerprint, View
from staydown.domain.bank.hashes import PdqHash
from staydown.imaging.decode import Frame, Picture, decode
from staydown.imaging.limits import Limits
from staydown.imaging.luma import rounded
from staydown.imaging.phash import phash, to_integer
from staydown.imaging.views import all_views, basic_views

_MAX_FULLY_SEARCHED_FRAMES = 4
"""Frames of a file that are searched for panels and insets. Further frames are similar to each other, and are
only hashed whole and without borders."""
_BLURRED_SIDE = 320
_BLUR_RADIUS = 14


def fingerprint_file(data: bytes, limits: Limits) -> Fingerprint:
    """Decode and hash a file. Raises ImageRejected, and nothing else whatever the bytes are.

    The first view is the first frame, upright. Views with the same hash as an earlier view are left out.
    """
    return fingerprint_picture(decode(data, limits), data)


def fingerprint_picture(picture: Picture, data: bytes) -> Fingerprint:
    """Return the fingerprint of a picture. data: the bytes it was decoded from."""
    return Fingerprint(
        sha256=hashlib.sha256(data).digest(),
        views=tuple(_distinct(_all_views(picture))),
        phash=to_integer(phash(rounded(picture.frames[0].luma))),
        media_type=picture.media_type,
        width=picture.width,
        height=picture.height,
        frames=picture.frame_count,
    )


def blurred_preview(data: bytes, limits: Limits) -> bytes:
    """Return a blurred grey JPEG in which nobody can be recognised, for a reviewer's first view of an image.

    Shows the first frame, at most 320 pixels on its longer side, without metadata. Raises ImageRejected.
    """
    picture = decode(data, replace(limits, max_frames=1))
    small = _with_true_aspect_ratio(picture).filter(ImageFilter.GaussianBlur(_BLUR_RADIUS))
    target = BytesIO()
    small.save(target, JpegImagePlugin.JpegImageFile.format, quality=70)
    return target.getvalue()


def _with_true_aspect_ratio(picture: Picture) -> Image.Image:
    """Return the first frame at up to 320 pixels; its plane may be reduced more in one direction."""
    scale = min(1.0, _BLURRED_SIDE / max(picture.width, picture.height))
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    return Image.fromarray(rounded(picture.frames[0].luma)).resize(size, Image.Resampling.BOX)


def _all_views(picture: Picture) -> Iterator[View]:
    for count, frame in enumerate(picture.frames):
        find_views = all_views if count < _MAX_FULLY_SEARCHED_FRAMES else basic_views
        yield from find_views(frame.luma, frame.factor, _source(frame))


def _distinct(found: Iterator[View]) -> Iterator[View]:
    seen: set[PdqHash] = set()
    for view in found:
        if view.pdq not in seen:
            seen.add(view.pdq)
            yield view


def _source(frame: Frame) -> str:
    position = f"frame {frame.number}" if frame.number > 1 else ""
    return ", ".join(word for word in (position, frame.variant) if word)
