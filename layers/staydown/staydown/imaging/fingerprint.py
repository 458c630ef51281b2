"""What is computed of an upload: everything that recognition needs, from one decoding."""

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
from staydown.imaging.phash import phash
from staydown.imaging.views import all_views, basic_views

_MAX_FULLY_SEARCHED_FRAMES = 4
"""In so many pictures of a file parts are looked for; an animation's further frames, which are many and much
alike, are hashed whole and without borders."""
_BLURRED_SIDE = 320
_BLUR_RADIUS = 14


def fingerprint_file(data: bytes, limits: Limits) -> Fingerprint:
    """Decode a file and hash it. Raises ImageRejected, and nothing else whatever the bytes are.

    The first view is the first picture upright. Hashes that a former view already has are left out (the
    frames of an animation repeat each other).
    """
    return fingerprint_picture(decode(data, limits), data)


def fingerprint_picture(picture: Picture, data: bytes) -> Fingerprint:
    """The hashes of a picture that was decoded from these bytes."""
    return Fingerprint(
        sha256=hashlib.sha256(data).digest(),
        views=tuple(_distinct(_all_views(picture))),
        phash=phash(rounded(picture.frames[0].luma)),
        media_type=picture.media_type,
        width=picture.width,
        height=picture.height,
        frames=picture.frame_count,
    )


def blurred_preview(data: bytes, limits: Limits) -> bytes:
    """A small grey picture in which forms can be told and nobody be recognised: a reviewer's first look.

    A JPEG of the first picture, its longer side 320 pixels at most, without any metadata. Raises
    ImageRejected.
    """
    picture = decode(data, replace(limits, max_frames=1))
    small = _at_true_shape(picture).filter(ImageFilter.GaussianBlur(_BLUR_RADIUS))
    target = BytesIO()
    small.save(target, JpegImagePlugin.JpegImageFile.format, quality=70)
    return target.getvalue()


def _at_true_shape(picture: Picture) -> Image.Image:
    """The first picture at 320 pixels or less; a plane may be squeezed in one direction."""
    scale = min(1.0, _BLURRED_SIDE / max(picture.width, picture.height))
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    return Image.fromarray(rounded(picture.frames[0].luma)).resize(size, Image.Resampling.BOX)


def _all_views(picture: Picture) -> Iterator[View]:
    for count, frame in enumerate(picture.frames):
        look = all_views if count < _MAX_FULLY_SEARCHED_FRAMES else basic_views
        yield from look(frame.luma, frame.factor, _source(frame))


def _distinct(found: Iterator[View]) -> Iterator[View]:
    seen: set[PdqHash] = set()
    for view in found:
        if view.pdq not in seen:
            seen.add(view.pdq)
            yield view


def _source(frame: Frame) -> str:
    place = f"frame {frame.number}" if frame.number > 1 else ""
    return ", ".join(word for word in (place, frame.variant) if word)
