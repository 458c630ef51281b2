"""Hostile files: they try to hide an image from the scan, or to overload it.

Each file has a reference image (HIDDEN) where a scan may overlook it, or is costly to decode. Either the hash
of that image is found, or the file is rejected. It never passes for the innocent image in it (SHOWN).
"""

from __future__ import annotations

import io
import itertools
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageChops
from staydown.domain.bank.hashes import PdqHash
from staydown.domain.uploads.media_types import ACCEPTED_MEDIA_TYPES, type_mismatch
from staydown.imaging import formats
from staydown.imaging.fingerprint import fingerprint_file
from staydown.imaging.limits import ImageRejected, Limits

from tests.imaging.colour_profiles import gama, with_chunks
from tests.imaging.sample_images import LIMITS, encode, mpo, pixels, scene
from tests.imaging.test_malformed_files import jpeg_of_many_scans
from tests.support.case_counter import count_hostile_files

SIZE = (192, 144)
HIDDEN, SHOWN = scene(*SIZE, 1), scene(*SIZE, 2)
NEAR = 16
"""Bits of 256, half of the distance that blocks."""


def hash_of(picture: Image.Image) -> PdqHash:
    return fingerprint_file(encode(picture, "PNG"), LIMITS).upright.pdq


BANKED, INNOCENT = hash_of(HIDDEN), hash_of(SHOWN)


def finds(data: bytes, wanted: PdqHash = BANKED, limits: Limits = LIMITS) -> bool:
    """Return whether a view of the file is near the hash. Raise ImageRejected if the file is rejected."""
    count_hostile_files()
    return any(view.pdq.distance(wanted) <= NEAR for view in fingerprint_file(data, limits).views)


def reason(data: bytes, limits: Limits = LIMITS) -> str:
    """Return the reason for the rejection of the file."""
    count_hostile_files()
    with pytest.raises(ImageRejected) as caught:
        fingerprint_file(data, limits)
    return caught.value.reason


def several(image_format: str, *pictures: Image.Image) -> bytes:
    if image_format == "MPO":
        return mpo(*pictures)
    if image_format == "HEIF":
        file = pillow_heif.from_pillow(pictures[0])
        for picture in pictures[1:]:
            file.add_from_pillow(picture)
        target = io.BytesIO()
        file.save(target, quality=90)
        return target.getvalue()
    quality = {"quality": 90} if image_format in {"AVIF", "WEBP"} else {}
    return encode(pictures[0], image_format, save_all=True, append_images=list(pictures[1:]), **quality)


# -- animations and files of several pages -------------------------------------------------------------


@pytest.mark.parametrize("image_format", ["GIF", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("place", [0, 2, 3])
def test_every_animation_frame_is_hashed(image_format: str, place: int) -> None:
    frames = [HIDDEN if number == place else scene(*SIZE, 10 + number) for number in range(4)]
    assert finds(several(image_format, *frames))


def test_frame_of_zero_duration_is_hashed() -> None:
    data = encode(SHOWN, "GIF", save_all=True, append_images=[HIDDEN, SHOWN], duration=[5000, 0, 5000])
    assert finds(data)


@pytest.mark.parametrize("image_format", ["GIF", "PNG", "WEBP", "AVIF"])
def test_long_frame_among_many_short_ones_is_hashed(image_format: str) -> None:
    """90 frames of 20 ms hide one of 30 s."""
    small, hidden = SHOWN.resize((64, 48)), HIDDEN.resize((64, 48))
    frames = [hidden if number == 61 else ImageChops.offset(small, number, 0) for number in range(90)]
    times = [30_000 if number == 61 else 20 for number in range(90)]
    options = {"AVIF": {"quality": 90, "speed": 10}, "WEBP": {"quality": 90}}.get(image_format, {})
    data = encode(frames[0], image_format, save_all=True, append_images=frames[1:], duration=times, **options)
    count_hostile_files()
    assert (
        min(view.pdq.distance(hash_of(hidden)) for view in fingerprint_file(data, LIMITS).views) <= 2 * NEAR
    )


def test_image_composed_by_several_frames_is_hashed() -> None:
    """Each frame adds a quarter of the image, so that no frame alone contains it."""
    frames = [Image.new("RGB", HIDDEN.size, "white")]
    width, height = SIZE[0] // 2, SIZE[1] // 2
    for left, top in itertools.product((0, width), (0, height)):
        frame = frames[-1].copy()
        frame.paste(HIDDEN.crop((left, top, left + width, top + height)), (left, top))
        frames.append(frame)
    assert finds(encode(frames[0], "PNG", save_all=True, append_images=frames[1:]))


@pytest.mark.parametrize("image_format", ["TIFF", "MPO", "HEIF"])
@pytest.mark.parametrize("page", [1, 2])
def test_every_page_of_a_file_is_hashed(image_format: str, page: int) -> None:
    pages = [HIDDEN if number == page else scene(*SIZE, 10 + number) for number in range(3)]
    assert finds(several(image_format, *pages))


@pytest.mark.parametrize("image_format", ["GIF", "PNG", "WEBP", "TIFF", "MPO"])
def test_file_with_too_many_pages_is_rejected(image_format: str) -> None:
    pages = [scene(32, 24, number) for number in range(6)]
    assert reason(several(image_format, *pages), Limits(max_frames_held=5)) == "too_many_frames"


# -- different images for different decoders -----------------------------------------------------------


def with_thumbnail(picture: Image.Image, thumbnail: Image.Image, image_format: str = "JPEG") -> bytes:
    """Return a file with an EXIF thumbnail (its second directory), which file managers show instead."""
    small = encode(thumbnail.resize((160, 120)), "JPEG")
    at = 6 + 8 + 2 + 4 + 2 + 3 * 12 + 4
    fields = ((0x0103, 3, 6), (0x0201, 4, at - 6), (0x0202, 4, len(small)))
    second = struct.pack("<H", 3) + b"".join(struct.pack("<HHLL", tag, kind, 1, n) for tag, kind, n in fields)
    exif = b"Exif\0\0II*\0" + struct.pack("<LHL", 8, 0, 14) + second + bytes(4) + small
    return encode(picture, image_format, exif=exif)


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_differing_thumbnail_hides_nothing(image_format: str) -> None:
    """The thumbnail shows an innocent image."""
    data = with_thumbnail(HIDDEN, SHOWN, image_format)
    assert finds(data)
    assert not finds(data, INNOCENT)


def test_thumbnail_alone_does_not_cause_a_match() -> None:
    data = with_thumbnail(SHOWN, HIDDEN)
    assert finds(data, INNOCENT)
    assert not finds(data)


def test_both_animation_and_default_image_are_hashed() -> None:
    """An animated PNG can have a default image that only decoders without animation show."""
    for pictures in ((SHOWN, HIDDEN, SHOWN), (HIDDEN, SHOWN, SHOWN)):
        assert finds(
            encode(pictures[0], "PNG", save_all=True, append_images=list(pictures[1:]), default_image=True)
        )


def test_every_image_of_a_heif_is_hashed() -> None:
    for primary in (0, 1):
        file = pillow_heif.from_pillow(SHOWN)
        file.add_from_pillow(HIDDEN)
        target = io.BytesIO()
        file.save(target, primary_index=primary, quality=90)
        assert finds(target.getvalue())


@pytest.mark.parametrize("image_format", ["PNG", "WEBP"])
def test_content_visible_on_one_background_only_is_hashed(image_format: str) -> None:
    """The pixels are white and transparent, so the image is invisible on a white page."""
    stencil = Image.new("RGBA", HIDDEN.size, "white")
    stencil.putalpha(HIDDEN.convert("L"))
    assert finds(encode(stencil, image_format, lossless=True), hash_of(HIDDEN.convert("L")))


def test_gamma_that_changes_the_display_hides_nothing() -> None:
    """One of nine pixels is encoded for the gamma. A browser applies it, and shows little more than those."""
    power = 0.023 * 2.2
    large = SIZE[0] * 3, SIZE[1] * 3
    hidden, shown = (pixels(one.resize(large)) / 255 for one in (HIDDEN, SHOWN))
    y, x = np.mgrid[: large[1], : large[0]]
    few = ((x % 3 == 1) & (y % 3 == 1))[..., None]
    stored = np.where(few, hidden**power, shown * 0.6)
    displayed = Image.fromarray(np.rint(stored ** (1 / power) * 255).astype(np.uint8))
    from_a_distance = displayed.reduce(3)
    assert finds(encode(from_a_distance, "PNG"))
    data = encode(Image.fromarray(np.rint(stored * 255).astype(np.uint8)), "PNG")
    assert not finds(data)
    assert finds(with_chunks(data, gama(2_300)))
    assert finds(with_chunks(data, gama(2_300)), INNOCENT)


@pytest.mark.parametrize("gamma", [0, 45_455, 55_556, 100_000])
def test_common_gamma_changes_nothing(gamma: int) -> None:
    assert finds(with_chunks(encode(HIDDEN, "PNG"), gama(gamma)))


# -- polyglots ----------------------------------------------------------------------------------------

PICTURES = {
    name: encode(HIDDEN, name, **options)
    for name, options in {
        "JPEG": {"quality": 90},
        "PNG": {},
        "GIF": {},
        "WEBP": {"quality": 90},
        "BMP": {},
        "TIFF": {},
    }.items()
}
BEHIND = {
    "an archive": b"PK\x03\x04" + bytes(26) + b"PK\x05\x06" + bytes(18),
    "a page": b"<html><body onload=alert(1)>",
    "a program": b"MZ" + bytes(60) + b"PE\0\0",
    "another picture": encode(SHOWN, "JPEG"),
    "a document": b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF",
}


@pytest.mark.parametrize("behind", BEHIND)
@pytest.mark.parametrize("image_format", PICTURES)
def test_polyglot_is_read_by_its_first_format(image_format: str, behind: str) -> None:
    """A browser does the same: the file is served with its first type, and without sniffing."""
    assert finds(PICTURES[image_format] + BEHIND[behind])


@pytest.mark.parametrize("image_format", PICTURES)
@pytest.mark.parametrize("before", ["an archive", "a page", "a program", "a document"])
def test_polyglot_that_starts_as_another_format_is_rejected(image_format: str, before: str) -> None:
    found = reason(BEHIND[before] + PICTURES[image_format])
    assert found in {"not_an_image", "unsupported_format"}


def test_gif_that_is_also_a_script_is_read_as_gif() -> None:
    """`GIF89a/*` … `*/=1;`: the bytes of the width start a comment."""
    data = PICTURES["GIF"]
    script = data[:6] + b"/*" + data[8:] + b"*/=1;alert(1)"
    count_hostile_files()
    read = fingerprint_file(script, LIMITS)
    assert (read.media_type, read.width) == ("image/gif", int.from_bytes(b"/*", "little"))


def test_html_in_a_jpeg_comment_changes_nothing() -> None:
    page = b"<!DOCTYPE html><script>alert(1)</script>"
    data = PICTURES["JPEG"]
    assert finds(data[:2] + b"\xff\xfe" + struct.pack(">H", len(page) + 2) + page + data[2:])


# -- type mismatches ----------------------------------------------------------------------------------


def test_type_mismatch_is_detected_for_each_pair_of_formats() -> None:
    found = {fingerprint_file(data, LIMITS).media_type for data in PICTURES.values()}
    count_hostile_files(len(PICTURES))
    assert len(found) == len(PICTURES)
    for mine, other in itertools.permutations(found, 2):
        assert type_mismatch(found=mine, declared=other, key="alpha/ann/x")
        assert type_mismatch(found=mine, declared="", key=f"alpha/ann/x.{other.partition('/')[2]}")
    for declared in ("text/html", "image/svg+xml", "application/javascript", "video/mp4", "text/plain"):
        assert type_mismatch(found="image/jpeg", declared=declared, key="alpha/ann/x")


# -- sizes --------------------------------------------------------------------------------------------


def patched(data: bytes, at: int, what: bytes) -> bytes:
    return data[:at] + what + data[at + len(what) :]


def _tiff(side: int) -> bytes:
    fields = (
        (256, side),
        (257, side),
        (258, 8),
        (259, 1),
        (262, 1),
        (273, 8),
        (277, 1),
        (278, side),
        (279, 9),
    )
    body = b"".join(struct.pack("<HHLL", tag, 4, 1, value) for tag, value in fields)
    return b"II*\0" + struct.pack("<LH", 8, len(fields)) + body + bytes(64)


def _webp(side: int) -> bytes:
    canvas = bytes(4) + (side - 1).to_bytes(3, "little") * 2
    body = b"WEBPVP8X" + struct.pack("<L", 10) + canvas
    return b"RIFF" + struct.pack("<L", len(body)) + body


HUGE: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: patched(
        PICTURES["JPEG"], PICTURES["JPEG"].index(b"\xff\xc0") + 5, struct.pack(">HH", 65500, 65500)
    ),
    "GIF": lambda: patched(PICTURES["GIF"], 6, struct.pack("<HH", 65535, 65535)),
    "BMP": lambda: patched(PICTURES["BMP"], 18, struct.pack("<ll", 2**30, 2**30)),
    "BMP, upside down": lambda: patched(PICTURES["BMP"], 18, struct.pack("<ll", 2**20, -(2**20))),
    "TIFF": lambda: _tiff(2**31 - 1),
    "TIFF, a line": lambda: patched(_tiff(16), 18, struct.pack("<L", 2**31 - 1)),
}


@pytest.mark.parametrize("name", HUGE)
def test_huge_image_is_rejected_by_its_header(name: str) -> None:
    assert reason(HUGE[name]()) in {"too_many_pixels", "damaged"}


def test_webp_with_a_huge_canvas_is_rejected() -> None:
    assert reason(_webp(2**24)) in {"too_many_pixels", "truncated", "damaged"}


# -- nesting and repetition ---------------------------------------------------------------------------


def _boxes(depth: int) -> bytes:
    """Return nested boxes, each with the header of a `meta` box."""
    inner = b""
    for _ in range(depth):
        inner = struct.pack(">L", len(inner) + 12) + b"meta" + bytes(4) + inner
    return inner


@pytest.mark.parametrize("brand", [b"heic", b"avif", b"mif1"])
@pytest.mark.parametrize("depth", [1, 40, 2_000])
def test_deeply_nested_boxes_are_rejected(brand: bytes, depth: int) -> None:
    head = struct.pack(">L", 20) + b"ftyp" + brand + bytes(4) + brand
    assert reason(head + _boxes(depth)) in {"damaged", "truncated"}


@pytest.mark.parametrize("depth", [10, 5_000])
def test_deeply_nested_metadata_is_not_parsed(depth: int) -> None:
    """XMP is XML, which can contain entity bombs."""
    nested = b"<x:a>" * depth + b"</x:a>" * depth
    bomb = b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;&c;</a>'
    for text in (nested, bomb):
        head = b"http://ns.adobe.com/xap/1.0/\0" + text
        data = PICTURES["JPEG"]
        assert finds(data[:2] + b"\xff\xe1" + struct.pack(">H", len(head) + 2) + head + data[2:])
        body = b"XML:com.adobe.xmp\0\0\0\0\0" + text
        chunk = struct.pack(">L", len(body)) + b"iTXt" + body + struct.pack(">L", zlib.crc32(b"iTXt" + body))
        assert finds(PICTURES["PNG"][:33] + chunk + PICTURES["PNG"][33:])


def test_compressed_text_bomb_is_not_unpacked() -> None:
    body = b"Comment\0\0" + zlib.compress(bytes(100_000_000), 9)
    chunk = struct.pack(">L", len(body)) + b"zTXt" + body + struct.pack(">L", zlib.crc32(b"zTXt" + body))
    data = PICTURES["PNG"][:33] + chunk + PICTURES["PNG"][33:]
    try:
        assert finds(data)
    except ImageRejected as rejected:
        assert rejected.reason == "damaged"


def test_progressive_jpeg_with_thousands_of_scans_is_rejected() -> None:
    data = jpeg_of_many_scans()
    assert data.count(b"\xff\xda") > 2_000
    assert reason(data, Limits(max_bytes=len(data))) == "damaged"


# -- invalid metadata ---------------------------------------------------------------------------------

ICC = {
    "no profile": b"x",
    "zeros": bytes(4_000),
    "everything": bytes(range(256)) * 40,
    "a length that lies": struct.pack(">L", 2**32 - 1) + b"acsp" * 100,
    "many tags": bytes(128) + struct.pack(">L", 2**31 - 1) + b"desc" * 500,
}
EXIF = {
    "nothing": b"",
    "no header": b"rubbish",
    "a directory that is its own next": b"Exif\0\0II*\0" + struct.pack("<LHL", 8, 0, 8),
    "a directory beyond the end": b"Exif\0\0II*\0" + struct.pack("<L", 2**31),
    "a count that lies": b"Exif\0\0II*\0" + struct.pack("<LHHHLL", 8, 1, 0x0112, 3, 2**31 - 1, 6) + bytes(4),
    "an orientation of text": b"Exif\0\0II*\0"
    + struct.pack("<LHHHLL", 8, 1, 0x0112, 2, 4, 0x41414141)
    + bytes(4),
    "sub-directories in a circle": b"Exif\0\0II*\0"
    + struct.pack("<LHHHLL", 8, 1, 0x8769, 4, 1, 8)
    + bytes(4),
}


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("name", ICC)
def test_invalid_colour_profile_hides_nothing(image_format: str, name: str) -> None:
    assert finds(encode(HIDDEN, image_format, icc_profile=ICC[name]))


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("name", EXIF)
def test_invalid_exif_hides_nothing(image_format: str, name: str) -> None:
    assert finds(encode(HIDDEN, image_format, exif=EXIF[name]))


# -- disabled formats ---------------------------------------------------------------------------------


@pytest.mark.parametrize("magic", formats._UNSUPPORTED, ids=repr)
def test_disabled_format_is_rejected_whatever_follows(magic: bytes) -> None:
    for behind in (b"", bytes(200), *PICTURES.values()):
        assert reason(magic + behind) == "unsupported_format"


def test_disabled_format_gets_no_ticket() -> None:
    read = {one.media_type for one in vars(formats).values() if isinstance(one, formats.ImageFormat)}
    assert read <= set(ACCEPTED_MEDIA_TYPES)
    assert {one for one in ACCEPTED_MEDIA_TYPES if one not in read} == {"image/jpg"}
