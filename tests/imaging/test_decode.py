"""Supported formats and colour modes, and every reason for a rejection."""

from __future__ import annotations

import io
import struct
import sys
import zlib

import numpy as np
import pillow_heif
import pytest
from numpy.typing import NDArray
from PIL import Image
from staydown.imaging.decode import MAX_PLANE_SIDE, WORKING_SIDE, decode
from staydown.imaging.frame_sampling import sample_frames
from staydown.imaging.limits import ImageRejected, Limits
from staydown.imaging.luma import luma_planes
from staydown.imaging.pdq import dct16, hash_of, luma

from tests.imaging.hostile_files import REASONS, all_hostile_files
from tests.imaging.sample_images import LIMITS, encode, mpo, pixels, scene
from tests.support.case_counter import count_hostile_files


def rejection(data: bytes, limits: Limits = LIMITS) -> str:
    count_hostile_files()
    with pytest.raises(ImageRejected) as caught:
        decode(data, limits)
    return caught.value.reason


def heif(*images: Image.Image) -> bytes:
    file = pillow_heif.from_pillow(images[0])
    for image in images[1:]:
        file.add_from_pillow(image)
    target = io.BytesIO()
    file.save(target, quality=-1)
    return target.getvalue()


ENCODED = {
    "image/jpeg": encode(scene(), "JPEG", quality=95),
    "image/png": encode(scene(), "PNG"),
    "image/webp": encode(scene(), "WEBP", lossless=True),
    "image/gif": encode(scene(), "GIF"),
    "image/bmp": encode(scene(), "BMP"),
    "image/tiff": encode(scene(), "TIFF", compression="tiff_lzw"),
    "image/avif": encode(scene(), "AVIF", quality=95),
    "image/heic": heif(scene()),
}


GREY = luma(pixels(scene()))


@pytest.mark.parametrize("media_type", ENCODED)
def test_every_format_decodes_to_the_same_image(media_type: str) -> None:
    picture = decode(ENCODED[media_type], LIMITS)
    assert picture.media_type == media_type
    assert (picture.width, picture.height, picture.frame_count) == (320, 240, 1)
    assert np.abs(picture.frames[0].luma - GREY).mean() < (16 if media_type == "image/gif" else 3)
    distance = hash_of(dct16(picture.frames[0].luma)).distance(hash_of(dct16(GREY)))
    assert distance <= (20 if media_type == "image/gif" else 8)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "HSV"])
def test_every_colour_mode_gives_the_luma_of_its_colours(mode: str) -> None:
    source = scene().convert("L") if mode in {"L", "LA"} else scene()
    converted = source.convert(mode)
    (plane,) = luma_planes(converted, (1, 1)).values()
    near = {"1": 128, "P": 20}.get(mode, 3)
    assert np.abs(plane - GREY).mean() < near
    assert hash_of(dct16(plane)).distance(hash_of(dct16(GREY))) <= (60 if mode == "1" else 10)


def test_lab_is_decoded_as_colour() -> None:
    from PIL import ImageCms  # noqa: PLC0415

    lab = ImageCms.profileToProfile(
        scene(), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    assert lab is not None
    (plane,) = luma_planes(lab, (1, 1)).values()
    assert np.abs(plane - GREY).mean() < 2


@pytest.mark.parametrize(
    ("values", "mode"),
    [
        (GREY / 255 * 65535, "I;16"),
        (GREY, "I"),
        (GREY / 255 * 65535, "I"),
        (GREY * 100_000, "I"),
        (GREY * 1000 - 100_000, "I"),
        (GREY, "F"),
        (GREY / 255, "F"),
        (GREY / 255 * 65535, "F"),
        (GREY * 1e20, "F"),
        (GREY - 128, "F"),
    ],
)
def test_high_bit_depth_grey_is_scaled_not_clipped(values: NDArray[np.float32], mode: str) -> None:
    dtype = {"I;16": np.uint16, "I": np.int32, "F": np.float32}[mode]
    image = Image.fromarray(values.astype(dtype))
    assert image.mode == mode
    (plane,) = luma_planes(image, (1, 1)).values()
    assert hash_of(dct16(plane)).distance(hash_of(dct16(GREY))) <= 4
    data = encode(image, "TIFF")
    assert hash_of(dct16(decode(data, LIMITS).frames[0].luma)).distance(hash_of(dct16(GREY))) <= 4


def test_non_finite_values_are_harmless() -> None:
    values = GREY.copy()
    values[:5], values[5:10], values[10:15] = np.nan, np.inf, -np.inf
    plane = decode(encode(Image.fromarray(values), "TIFF"), LIMITS).frames[0].luma
    assert np.isfinite(plane).all()
    none = np.full((20, 20), np.nan, np.float32)
    assert decode(encode(Image.fromarray(none), "TIFF"), LIMITS).frames[0].luma.max() == 0


def test_transparency_is_composited_over_white() -> None:
    half = Image.new("RGBA", (40, 20), (0, 0, 0, 0))
    half.paste((0, 0, 0, 255), (0, 0, 20, 20))
    white_first = decode(encode(half, "PNG"), LIMITS).frames[0].luma
    assert white_first[:, :20].max() == 0
    assert white_first[:, 20:].min() == 255


@pytest.mark.parametrize("mode", ["P", "L", "RGB"])
def test_transparency_by_colour_is_composited_over_white(mode: str) -> None:
    image = Image.new(mode, (40, 20), 0)
    data = encode(image, "PNG", transparency=(0, 0, 0) if mode == "RGB" else 0)
    assert decode(data, LIMITS).frames[0].luma.min() == 255


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_large_image_is_reduced_and_keeps_its_hash(image_format: str) -> None:
    large = scene(2400, 1800)
    picture = decode(encode(large, image_format), LIMITS)
    plane = picture.frames[0].luma
    assert (picture.width, picture.height) == (2400, 1800)
    assert WORKING_SIDE <= min(plane.shape) < 2 * WORKING_SIDE
    factor = picture.frames[0].factor
    assert hash_of(dct16(plane, factor)).distance(hash_of(dct16(luma(pixels(large))))) <= 2


def test_very_long_image_is_reduced_in_that_direction_only() -> None:
    long = scene(500, 9000)
    frame = decode(encode(long, "PNG"), LIMITS).frames[0]
    assert frame.luma.shape[0] <= MAX_PLANE_SIDE
    assert frame.luma.shape[1] == 500
    assert frame.factor == (1, 5)
    assert hash_of(dct16(frame.luma, frame.factor)).distance(hash_of(dct16(luma(pixels(long))))) <= 2


def test_strips_of_a_large_image_join_without_a_seam() -> None:
    image = scene(1700, 1500)
    (plane,) = luma_planes(image, (3, 2)).values()
    assert np.abs(plane - np.asarray(image.convert("F").reduce((3, 2)))).max() < 0.01


FRAMES = [scene(96, 64, seed) for seed in range(7)]
ANIMATED = {
    "GIF": encode(FRAMES[0], "GIF", save_all=True, append_images=FRAMES[1:]),
    "PNG": encode(FRAMES[0], "PNG", save_all=True, append_images=FRAMES[1:]),
    "WEBP": encode(FRAMES[0], "WEBP", save_all=True, append_images=FRAMES[1:], lossless=True),
    "AVIF": encode(FRAMES[0], "AVIF", save_all=True, append_images=FRAMES[1:], quality=95),
    "TIFF": encode(FRAMES[0], "TIFF", save_all=True, append_images=FRAMES[1:]),
    "MPO": mpo(*FRAMES),
    "HEIF": heif(*FRAMES),
}


@pytest.mark.parametrize("image_format", ANIMATED)
def test_every_image_of_a_file_is_a_frame(image_format: str) -> None:
    picture = decode(ANIMATED[image_format], LIMITS)
    assert picture.frame_count == 7
    assert [frame.number for frame in picture.frames] == [1, 2, 3, 4, 5, 6, 7]
    for frame, source in zip(picture.frames, FRAMES, strict=True):
        assert np.abs(frame.luma - luma(pixels(source))).mean() < 16


@pytest.mark.parametrize("image_format", ANIMATED)
def test_frames_beyond_the_limit_are_sampled(image_format: str) -> None:
    picture = decode(ANIMATED[image_format], Limits(max_frames=3))
    assert picture.frame_count == 7
    assert [frame.number for frame in picture.frames][:1] == [1]
    assert len({frame.number for frame in picture.frames}) == 3
    for frame in picture.frames:
        assert np.abs(frame.luma - luma(pixels(FRAMES[frame.number - 1]))).mean() < 16


@pytest.mark.parametrize("image_format", ANIMATED)
def test_pixel_limit_counts_all_images_of_a_file(image_format: str) -> None:
    pixels_held = 96 * 64 * 7
    assert decode(ANIMATED[image_format], Limits(max_pixels=pixels_held)).frame_count == 7
    short = Limits(max_pixels=pixels_held - 1, max_frames=1)
    assert rejection(ANIMATED[image_format], short) == "too_many_pixels"


@pytest.mark.parametrize("image_format", ANIMATED)
def test_file_with_too_many_images_is_rejected(image_format: str) -> None:
    assert rejection(ANIMATED[image_format], Limits(max_frames_held=6)) == "too_many_frames"


def test_default_image_of_an_animated_png_is_a_frame() -> None:
    data = encode(FRAMES[0], "PNG", save_all=True, append_images=FRAMES[1:3], default_image=True)
    assert decode(data, LIMITS).frame_count == 3


def test_primary_image_of_a_heif_comes_first() -> None:
    file = pillow_heif.from_pillow(FRAMES[0])
    file.add_from_pillow(FRAMES[1])
    target = io.BytesIO()
    file.save(target, primary_index=1, quality=-1)
    first, second = decode(target.getvalue(), LIMITS).frames
    assert np.abs(first.luma - luma(pixels(FRAMES[1]))).mean() < 6
    assert np.abs(second.luma - luma(pixels(FRAMES[0]))).mean() < 6


@pytest.mark.parametrize("brand", [b"heic", b"mif1"])
def test_heif_is_unsupported_in_a_build_without_its_decoder(
    brand: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = heif(scene())
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    assert rejection(data[:8] + brand + data[12:]) == "unsupported_format"


def test_images_of_an_mpo_have_their_own_sizes() -> None:
    small, large = scene(100, 80), scene(1700, 1100, 3)
    data = mpo(small, large)
    first, second = decode(data, LIMITS).frames
    assert first.luma.shape == (80, 100)
    assert hash_of(dct16(second.luma)).distance(hash_of(dct16(luma(pixels(large))))) <= 8


def test_mpo_without_its_further_images_is_read_as_jpeg() -> None:
    data = ANIMATED["MPO"]
    first_only = data[: data.index(b"\xff\xd9") + 2]
    picture = decode(first_only, LIMITS)
    assert (picture.frame_count, picture.media_type) == (1, "image/jpeg")


@pytest.mark.parametrize(("held", "wanted"), [(1, 32), (3, 3), (7, 3), (100, 1), (100, 2), (5_000, 32)])
def test_sampling_keeps_the_limit_and_the_first_frame(held: int, wanted: int) -> None:
    for data in (b"", b"a", b"b"):
        found = sample_frames([None] * held, wanted, data)
        assert found == sorted(set(found))
        assert found[0] == 0
        assert found[-1] < held
        assert min(held, wanted) * 0.8 <= len(found) <= wanted


def test_long_frame_is_always_sampled() -> None:
    times = [10_000.0 if number == 61 else 20.0 for number in range(100)]
    assert all(61 in sample_frames(times, 32, bytes([seed])) for seed in range(100))


def test_content_shown_most_of_the_time_is_sampled() -> None:
    """The sampled frames are unpredictable, so an attacker cannot hide content in the others."""
    hidden = set(range(300)) - set(range(0, 300, 6))
    found = [sample_frames([40.0] * 300, 32, bytes([seed])) for seed in range(100)]
    assert all(len(hidden & set(one)) > 15 for one in found)


def test_short_frames_are_sampled_beside_a_long_one() -> None:
    times = [60_000.0] + [20.0] * 100
    assert all(len(sample_frames(times, 32, bytes([seed]))) > 16 for seed in range(100))


def test_empty_file_is_rejected() -> None:
    assert rejection(b"") == "empty"


def test_file_over_the_byte_limit_is_rejected() -> None:
    data = ENCODED["image/png"]
    assert rejection(data, Limits(max_bytes=len(data) - 1)) == "too_many_bytes"


@pytest.mark.parametrize("data", [b"\0", b"hello", b"GIF8", b"\xff\xd8", b"x" * 1000, b"\0\0\0\x18ftyp"[:6]])
def test_file_that_is_no_image_is_rejected(data: bytes) -> None:
    assert rejection(data) == "not_an_image"


UNREAD = ("ICO", "PPM", "JPEG2000", "DDS", "QOI", "SGI", "PDF", "EPS", "ICNS")


@pytest.mark.parametrize("image_format", UNREAD)
def test_images_of_other_formats_are_rejected(image_format: str) -> None:
    assert rejection(encode(scene(64, 64), image_format)) == "unsupported_format"


@pytest.mark.parametrize(
    "data", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\0\0\0\x18ftypisom\0\0\0\0isommp42"]
)
def test_format_that_cannot_be_hashed_is_rejected(data: bytes) -> None:
    assert rejection(data) == "unsupported_format"


@pytest.mark.parametrize("media_type", ENCODED)
def test_image_below_the_minimum_side_is_rejected(media_type: str) -> None:
    assert rejection(ENCODED[media_type], Limits(min_side=241)) == "too_small"


@pytest.mark.parametrize("media_type", ENCODED)
def test_image_over_the_pixel_limit_is_rejected(media_type: str) -> None:
    assert rejection(ENCODED[media_type], Limits(max_pixels=320 * 240 - 1)) == "too_many_pixels"


def png(width: int, height: int, data: bytes = b"") -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [20_000, 100_000, 2**31 - 1])
def test_decompression_bomb_is_rejected_by_its_header(side: int) -> None:
    assert rejection(png(side, side)) == "too_many_pixels"
    assert rejection(png(side, side), Limits(max_pixels=2**62)) in {"too_many_pixels", "damaged"}


def test_gif_that_enlarges_its_canvas_is_rejected_early() -> None:
    gif = bytearray(encode(Image.new("P", (16, 16)), "GIF"))
    at = gif.index(b",")
    gif[at + 5 : at + 9] = struct.pack("<HH", 65535, 65535)
    assert rejection(bytes(gif)) == "too_many_pixels"


@pytest.mark.parametrize("media_type", ENCODED)
def test_a_file_cut_in_half_is_rejected(media_type: str) -> None:
    data = ENCODED[media_type]
    assert rejection(data[: len(data) // 2]) in {"truncated", "damaged"}


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp"])
def test_truncated_file_is_reported_as_truncated(media_type: str) -> None:
    data = ENCODED[media_type]
    assert rejection(data[: len(data) * 2 // 3]) == "truncated"


SHARED_REASONS = {
    "broken_data_stream.png": "truncated",
    "crash-0c7e0e8e11ce787078f00b5b0ca409a167f070e0.tif": "damaged",
    "crash-465703f71a0f0094873a3e0e82c9f798161171b8.sgi": "unsupported_format",
    "decompression_bomb.ico": "unsupported_format",
    "decompression_bomb_extents.gif": "too_many_pixels",
    "oom-225817ca0f8c663be7ab4b9e717b02c661e66834.tif": "damaged",
}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (name, reason)
        for name, reason in (REASONS | SHARED_REASONS).items()
        if reason is not None and name in all_hostile_files()
    ],
)
def test_hostile_files_are_rejected(name: str, reason: str) -> None:
    assert rejection(all_hostile_files()[name]) == reason


@pytest.mark.parametrize("name", [name for name, reason in REASONS.items() if reason is None])
def test_unusual_files_are_decoded(name: str) -> None:
    assert decode(all_hostile_files()[name], LIMITS).frames


def test_rejection_reveals_nothing_of_the_image() -> None:
    with pytest.raises(ImageRejected) as caught:
        decode(ENCODED["image/png"][:500], LIMITS)
    assert str(caught.value) == f"truncated: {caught.value.detail}"
