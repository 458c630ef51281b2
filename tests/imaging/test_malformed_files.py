"""Any bytes give a fingerprint or an ImageRejected with a reason, within bounds of time and memory."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import time
import warnings
import zlib
from pathlib import Path
from typing import get_args

import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from staydown.domain.bank.fingerprints import Fingerprint
from staydown.imaging.fingerprint import fingerprint_file
from staydown.imaging.limits import ImageRejected, Limits, RejectionReason

from tests.imaging.hostile_files import all_hostile_files
from tests.imaging.sample_images import encode, mpo, scene
from tests.support.case_counter import count_hostile_files

SMALL = Limits(max_pixels=4_000_000)
PICTURE = scene(48, 40)
FRAMES = [scene(32, 24, seed) for seed in range(3)]


def animated(image_format: str, **options: object) -> bytes:
    return encode(FRAMES[0], image_format, save_all=True, append_images=FRAMES[1:], **options)


def heif() -> bytes:
    target = io.BytesIO()
    pillow_heif.from_pillow(PICTURE).save(target)
    return target.getvalue()


def turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


FILES = {
    "jpeg": encode(PICTURE, "JPEG", exif=turned()),
    "progressive": encode(PICTURE, "JPEG", progressive=True),
    "cmyk": encode(PICTURE.convert("CMYK"), "JPEG"),
    "mpo": mpo(*FRAMES),
    "png": encode(PICTURE, "PNG", exif=turned()),
    "palette": encode(PICTURE.convert("P"), "PNG", transparency=3),
    "alpha": encode(PICTURE.convert("RGBA"), "PNG"),
    "apng": animated("PNG"),
    "webp": encode(PICTURE, "WEBP", exif=turned()),
    "lossless": encode(PICTURE.convert("RGBA"), "WEBP", lossless=True),
    "animated webp": animated("WEBP"),
    "gif": encode(PICTURE, "GIF"),
    "animated gif": animated("GIF", disposal=2),
    "bmp": encode(PICTURE, "BMP"),
    "tiff": encode(PICTURE, "TIFF"),
    "lzw": encode(PICTURE, "TIFF", compression="tiff_lzw"),
    "pages": animated("TIFF"),
    "fax": encode(PICTURE.convert("1"), "TIFF", compression="group4"),
    "avif": encode(PICTURE, "AVIF"),
    "heif": heif(),
}
SHARES = st.floats(0, 1, exclude_max=True)
EACH = pytest.mark.parametrize("name", FILES)


def fingerprint_or_rejection(data: bytes, limits: Limits = SMALL) -> Fingerprint | ImageRejected:
    """Return the fingerprint or the rejection of these bytes. Other exceptions and warnings fail the test."""
    count_hostile_files()
    try:
        return fingerprint_file(data, limits)
    except ImageRejected as rejected:
        assert rejected.reason in get_args(RejectionReason)
        return rejected


@EACH
def test_intact_files_are_read(name: str) -> None:
    assert isinstance(fingerprint_or_rejection(FILES[name]), Fingerprint)


@EACH
@settings(max_examples=40, deadline=None)
@given(share=SHARES)
def test_truncated_file_is_handled(name: str, share: float) -> None:
    data = FILES[name]
    fingerprint_or_rejection(data[: int(len(data) * share)])


@EACH
@settings(max_examples=60, deadline=None)
@given(
    changes=st.lists(st.tuples(SHARES, st.integers(0, 255)), min_size=1, max_size=8),
    within=st.sampled_from([64, 400, 10**9]),
)
def test_file_with_changed_bytes_is_handled(name: str, changes: list[tuple[float, int]], within: int) -> None:
    data = bytearray(FILES[name])
    for share, value in changes:
        data[int(min(len(data), within) * share)] = value
    fingerprint_or_rejection(bytes(data))


@EACH
@settings(max_examples=30, deadline=None)
@given(
    start=SHARES,
    length=st.integers(1, 40),
    word=st.sampled_from([b"", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f"]),
)
def test_file_with_a_replaced_piece_is_handled(name: str, start: float, length: int, word: bytes) -> None:
    data = FILES[name]
    at = int(len(data) * start)
    fingerprint_or_rejection(data[:at] + word + data[at + length :])


MAGIC = (
    b"",
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"GIF89a",
    b"BM",
    b"II*\0",
    b"MM\0+",
    b"RIFF\0\0\0\0WEBPVP8 ",
)


@settings(max_examples=400, deadline=None)
@given(
    magic=st.sampled_from((*MAGIC, b"\0\0\0\x20ftypavif", b"\0\0\0\x20ftypheic")),
    noise=st.binary(max_size=400),
)
def test_noise_is_handled(magic: bytes, noise: bytes) -> None:
    fingerprint_or_rejection(magic + noise)


@pytest.mark.parametrize("name", all_hostile_files())
def test_hostile_files_are_handled_quickly(name: str) -> None:
    data = all_hostile_files()[name]
    started = time.process_time()
    fingerprint_or_rejection(data, Limits())
    assert time.process_time() - started < 5


def test_decoder_warnings_are_suppressed() -> None:
    """Warnings would go to the log of the function, and may quote the file."""
    data = encode(
        PICTURE, "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\x02\0\x0f\x01\x02\0\xff\xff\xff\0\x10\0\0\0"
    )
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        assert isinstance(fingerprint_or_rejection(data), Fingerprint)
    assert shown == []


# -- files made to stall a decoder ------------------------------------------------------------------


def chunk(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of_many_chunks() -> bytes:
    data = FILES["png"]
    return data[:33] + chunk(b"abCd") * 2_000_000 + data[33:]


def jpeg_of_many_segments() -> bytes:
    return FILES["jpeg"][:2] + b"\xff\xe5\0\2" * 6_000_000 + FILES["jpeg"][2:]


def jpeg_of_fill_bytes() -> bytes:
    return FILES["jpeg"][:2] + b"\xff" * 25_000_000 + FILES["jpeg"][2:]


def jpeg_of_many_scans() -> bytes:
    data = encode(Image.new("RGB", (5000, 5000), "#5a5078"), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * 2_000 + data[-2:]


def mpo_whose_second_picture_has_many_scans() -> bytes:
    data = mpo(*FRAMES)
    second = data.index(b"\xff\xd8", 4)
    return data[:second] + jpeg_of_many_scans()


def mpo_whose_second_picture_is_many_segments() -> bytes:
    data = mpo(*FRAMES)
    second = data.index(b"\xff\xd8", 4)
    return data[: second + 2] + b"\xff\xe5\0\2" * 5_000_000 + data[second + 2 :]


def gif_of_many_blocks() -> bytes:
    return FILES["gif"][:13] + b"!\xfe" + b"\x01a" * 12_000_000


def gif_of_many_frames() -> bytes:
    frame = b"," + struct.pack("<HHHH", 0, 0, 16, 16) + b"\0\x02\x02\x4c\x01\0"
    return b"GIF89a" + struct.pack("<HH", 16, 16) + b"\xf0\0\0" + bytes(6) + frame * 1_500_000 + b";"


def tiff_of_one_pixel_tiles() -> bytes:
    tiles = 6_000_000
    fields = [(256, 2400), (257, 2500), (258, 8), (259, 1), (262, 1), (277, 1), (322, 1), (323, 1)]
    body = b"".join(struct.pack("<HHLL", tag, 4, 1, value) for tag, value in fields)
    at = 8 + 2 + 12 * (len(fields) + 1) + 4
    body += struct.pack("<HHLL", 324, 4, tiles, at)
    head = b"II*\0" + struct.pack("<LH", 8, len(fields) + 1)
    return head + body + bytes(4) + struct.pack("<L", 8) * tiles


def tiff_of_directories_over_each_other() -> bytes:
    """Return directories that start 8 bytes apart, have 65,535 fields each and point to the next."""
    directories, fields = 20_000, 0xFFFF
    data = bytearray(b"II*\0" + struct.pack("<L", 8) + bytes(8 * directories + 12 * fields + 16))
    for number in range(directories):
        at = 8 + 8 * number
        struct.pack_into("<H", data, at, fields)
        struct.pack_into("<L", data, at + 2 + 12 * fields, at + 8)
    return bytes(data)


def tiff_that_runs_in_circles() -> bytes:
    data = bytearray(FILES["tiff"])
    directory = struct.unpack_from("<L", data, 4)[0]
    fields = struct.unpack_from("<H", data, directory)[0]
    struct.pack_into("<L", data, directory + 2 + 12 * fields, directory)
    return bytes(data)


def run_length_bmp() -> bytes:
    head = struct.pack("<LHHL", 0, 0, 0, 1078) + struct.pack(
        "<LllHHLLllLL", 40, 9000, 9000, 1, 8, 1, 0, 0, 0, 256, 0
    )
    return b"BM" + head + bytes(1024) + b"\1\5" * 12_000_000


STALLING_FILES = (
    png_of_many_chunks,
    jpeg_of_many_segments,
    jpeg_of_fill_bytes,
    jpeg_of_many_scans,
    mpo_whose_second_picture_has_many_scans,
    mpo_whose_second_picture_is_many_segments,
    gif_of_many_blocks,
    gif_of_many_frames,
    tiff_of_one_pixel_tiles,
    tiff_of_directories_over_each_other,
    run_length_bmp,
)


@pytest.mark.parametrize("make", STALLING_FILES, ids=lambda make: make.__name__)
def test_stalling_file_is_handled_at_once(make: object) -> None:
    assert callable(make)
    data = make()
    started = time.process_time()
    found = fingerprint_or_rejection(data, Limits(max_bytes=len(data)))
    assert time.process_time() - started < 3
    assert isinstance(found, ImageRejected) or found.frames == 1


def test_circular_tiff_is_handled() -> None:
    assert isinstance(fingerprint_or_rejection(tiff_that_runs_in_circles()), Fingerprint)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from Linux's /proc")
@pytest.mark.parametrize(
    ("image_format", "options", "megabytes"),
    [
        ("PNG", {}, 350),
        ("JPEG", {}, 100),
        ("JPEG", {"progressive": True}, 350),
        ("GIF", {}, 350),
        ("WEBP", {}, 750),
        ("TIFF", {"compression": "tiff_lzw"}, 350),
    ],
)
def test_huge_image_stays_within_memory(
    image_format: str, options: dict[str, object], megabytes: int
) -> None:
    """The image has 40 megapixels. A new process measures it, because Python does not return freed memory."""
    picture = scene(320, 200).resize((8000, 5000), Image.Resampling.NEAREST)
    program = (
        "import re, sys\n"
        "from pathlib import Path\n"
        "from staydown.imaging.fingerprint import fingerprint_file\n"
        "from staydown.imaging.limits import Limits\n"
        "fingerprint_file(sys.stdin.buffer.read(), Limits(max_bytes=10**9))\n"
        "print(int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]) // 1024)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=encode(picture, image_format, **options),
        capture_output=True,
        check=True,
    )
    assert int(done.stdout) < megabytes
