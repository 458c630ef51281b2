"""Neutral test images with real pixels, and fake files for tests where only the hash matters."""

from __future__ import annotations

import functools
import hashlib
import io
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import numpy as np
from PIL import Image
from staydown.domain.bank.fingerprints import UPRIGHT, Fingerprint, View
from staydown.domain.bank.hashes import PdqHash
from staydown.imaging.limits import ImageRejected, Limits
from staydown.services.bank import store_features
from staydown.services.uploads import scan_upload

NOT_AN_IMAGE = b"this is no image"
CRASHING_IMAGE = b"this crashes the decoder"


class FunctionDied(BaseException):
    """The function's process died. No production code catches this."""


@functools.cache
def photograph(seed: int, *, side: int = 256, kind: str = "PNG", quality: int = 90) -> bytes:
    """Return soft coloured patches: another image for each seed, the same pixels every time."""
    patches = np.random.default_rng(seed).integers(0, 255, (12, 12, 3), dtype=np.uint8)
    image = Image.fromarray(patches).resize((side, side), Image.Resampling.BICUBIC)
    target = io.BytesIO()
    image.save(target, kind, quality=quality)
    return target.getvalue()


@functools.cache
def plain(grey: int) -> bytes:
    """Return an image of one tone, which has no usable hash."""
    target = io.BytesIO()
    Image.new("L", (64, 64), grey).save(target, "PNG")
    return target.getvalue()


def drawn(seed: int, *, flipped: int = 0, quality: int = 100, copy: int = 0) -> bytes:
    """Return a fake file with the hash of `seed` with its first `flipped` bits inverted.

    Hashes of different seeds differ in about 128 bits. copy: changes the bytes but not the hash.
    """
    bits = random.Random(seed).getrandbits(256) ^ ((1 << flipped) - 1)
    return b"drawn" + json.dumps([bits.to_bytes(32).hex(), quality, copy]).encode()


def drawn_hash(seed: int, *, flipped: int = 0) -> PdqHash:
    """Return the hash of the file that `drawn` returns."""
    return _fingerprint_of(object(), drawn(seed, flipped=flipped)).upright.pdq


@contextmanager
def drawn_images_only() -> Iterator[None]:
    """Read the hash from files of `drawn` instead of decoding pixels."""
    with (
        mock.patch.object(scan_upload, "decode", decode_drawn),
        mock.patch.object(scan_upload, "fingerprint_picture", _fingerprint_of),
        mock.patch.object(store_features, "decode", decode_drawn),
        mock.patch.object(store_features, "reference_features", lambda picture: picture),
        mock.patch.object(store_features, "features_to_bytes", lambda features: b"features"),
    ):
        yield


def decode_drawn(data: bytes, limits: Limits) -> object:
    if data == CRASHING_IMAGE:
        raise FunctionDied
    if not data.startswith(b"drawn"):
        raise ImageRejected("not_an_image", "not drawn")
    return object()


def _fingerprint_of(picture: object, data: bytes) -> Fingerprint:
    hexadecimal, quality, _ = json.loads(data.removeprefix(b"drawn"))
    return Fingerprint(
        sha256=hashlib.sha256(data).digest(),
        views=(View(UPRIGHT, PdqHash.from_hex(hexadecimal), quality),),
        phash=0,
        media_type="image/png",
        width=64,
        height=64,
        frames=1,
    )
