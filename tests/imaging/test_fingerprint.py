"""The hashes of an upload, from its bytes."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import subprocess
import sys

import imagehash
import numpy as np
import pytest
from PIL import Image, ImageFilter
from staydown.domain.bank.hashes import PdqHash
from staydown.imaging.decode import decode
from staydown.imaging.fingerprint import blurred_preview, fingerprint_file
from staydown.imaging.limits import ImageRejected, Limits
from staydown.imaging.luma import rounded
from staydown.imaging.pdq import dct16, luma, orientation_hashes
from staydown.imaging.phash import phash, stored_distance, to_integer

from tests.imaging.golden_images import SOURCE
from tests.imaging.sample_images import LIMITS, bordered, encode, pixels, scene
from tests.imaging.test_pdq import SHARED_VECTORS, SHARP, TURNED_VECTORS, VECTORS, image_of
from tests.shared_data import SHARED, shared_files
from tests.support.photographs import PHOTOGRAPHS, photograph, reduced


def file_of(name: str) -> bytes:
    """Return the shared file with this name, or the golden image as PNG."""
    return (SHARED / name).read_bytes() if name in SHARED_VECTORS else encode(image_of(name), "PNG")


@pytest.mark.parametrize("name", SHARP)
def test_files_hash_near_the_reference(name: str) -> None:
    found = fingerprint_file(file_of(name), LIMITS)
    # The reference does not apply EXIF orientation; none of these files has one.
    assert found.upright.pdq.distance(VECTORS[name].pdq) <= 10
    assert found.upright.quality >= 80


def _deep(image: Image.Image, dtype: type, factor: float) -> Image.Image:
    """Return the image in grey, with values of this type, multiplied by the factor."""
    return Image.fromarray((np.asarray(image.convert("L"), np.float64) * factor).astype(dtype))


_PICTURE = photograph(SOURCE)
MODES = {
    "1, PNG": encode(_PICTURE.convert("1"), "PNG"),
    "CMYK, JPEG": encode(_PICTURE.convert("CMYK"), "JPEG"),
    "CMYK, TIFF": encode(_PICTURE.convert("CMYK"), "TIFF"),
    "F, TIFF": encode(_deep(_PICTURE, np.float32, 1 / 255), "TIFF"),
    "I, TIFF": encode(_deep(_PICTURE, np.int32, 1000), "TIFF"),
    "I;16, PNG": encode(_deep(_PICTURE, np.uint16, 257), "PNG"),
    "L, PNG": encode(_PICTURE.convert("L"), "PNG"),
    "L, JPEG": encode(_PICTURE.convert("L"), "JPEG"),
    "LA, PNG": encode(_PICTURE.convert("LA"), "PNG"),
    "P, PNG": encode(_PICTURE.convert("P"), "PNG"),
    "P, GIF": encode(_PICTURE.convert("P"), "GIF"),
    "RGB, JPEG": encode(_PICTURE, "JPEG"),
    "RGB, WEBP": encode(_PICTURE, "WEBP"),
    "RGB, AVIF": encode(_PICTURE, "AVIF"),
    "RGBA, PNG": encode(_PICTURE.convert("RGBA"), "PNG"),
    "YCbCr, TIFF": encode(_PICTURE.convert("YCbCr"), "TIFF"),
}
_MODES_OF_ORIGINALS = [
    *((f"photograph: {SOURCE}", name) for name in MODES),
    *(("pdq/misc-images/modes/original.jpg", name) for name in sorted(SHARED_VECTORS) if "/modes/" in name),
]


@pytest.mark.parametrize(("original", "name"), _MODES_OF_ORIGINALS)
def test_every_colour_mode_hashes_near_the_original(original: str, name: str) -> None:
    found = fingerprint_file(MODES.get(name) or file_of(name), LIMITS)
    assert found.upright.pdq.distance(VECTORS[original].pdq) <= 10


@pytest.mark.parametrize(("original", "name"), [(original, name) for original, name, _ in TURNED_VECTORS])
def test_turned_file_has_a_view_of_the_upright_original(original: str, name: str) -> None:
    found = fingerprint_file(file_of(name), LIMITS)
    assert min(view.pdq.distance(VECTORS[original].pdq) for view in found.views) <= 8


def test_rotated_phone_photograph_hashes_as_displayed() -> None:
    """The expected hash is that of the image as decoded and rotated by Pillow."""
    exif = Image.Exif()
    exif[0x0112] = 6
    large = photograph(SOURCE).resize((4032, 3024), Image.Resampling.BICUBIC)
    shared = [file.read_bytes() for file in shared_files("large/exif-rotn-6.jpg")]
    for data in (encode(large, "JPEG", quality=90, exif=exif), *shared):
        found = fingerprint_file(data, LIMITS)
        stored = Image.open(io.BytesIO(data))
        assert stored.getexif()[0x0112] == 6
        assert (found.width, found.height) == (stored.height, stored.width)
        upright = orientation_hashes(dct16(luma(pixels(stored.rotate(-90, expand=True)))))[0][1]
        assert found.upright.pdq.distance(upright) <= 2
        assert found.frames == 1
        assert found.media_type == "image/jpeg"


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_exif_orientation_is_applied(orientation: int, image_format: str) -> None:
    upright = scene(320, 200)
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = fingerprint_file(encode(stored, image_format, exif=exif), LIMITS)
    expected = fingerprint_file(encode(upright, "PNG"), LIMITS)
    assert found.upright.pdq.distance(expected.upright.pdq) <= 6
    assert (found.width, found.height) == (320, 200)


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_invalid_orientation_changes_nothing(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    plain, marked = encode(scene(), "PNG"), encode(scene(), "PNG", exif=exif)
    assert fingerprint_file(marked, LIMITS).upright == fingerprint_file(plain, LIMITS).upright


def test_damaged_exif_does_not_hide_the_image() -> None:
    data = encode(scene(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f garbage")
    assert fingerprint_file(data, LIMITS).upright.quality == 100


def test_fingerprint_describes_the_file() -> None:
    data = encode(scene(300, 200), "PNG")
    found = fingerprint_file(data, LIMITS)
    assert found.sha256 == hashlib.sha256(data).digest()
    assert (found.media_type, found.width, found.height, found.frames) == ("image/png", 300, 200, 1)
    assert found.phash == to_integer(imagehash.phash(scene(300, 200)))
    assert found.upright.name == "upright"


def test_phash_equals_imagehash_when_not_reduced() -> None:
    """The value is the one of `fingerprint_file`, without the other hashes."""
    files = {name: encode(reduced(photograph(name), 481), "JPEG", quality=90) for name in PHOTOGRAPHS}
    files |= {file.name: file.read_bytes() for file in shared_files("photos/*.jpg")}
    for name, data in files.items():
        theirs = imagehash.phash(Image.open(io.BytesIO(data)))
        assert phash(rounded(decode(data, LIMITS).frames[0].luma)) == theirs, name


@pytest.mark.parametrize("image_format", ["JPEG", "PNG"])
def test_phash_of_a_large_image_is_near_imagehash(image_format: str) -> None:
    picture = scene(1200, 1000).filter(ImageFilter.GaussianBlur(3))
    found = fingerprint_file(encode(picture, image_format), LIMITS)
    theirs = to_integer(imagehash.phash(picture))
    assert stored_distance(found.phash, theirs) <= 2


@pytest.mark.parametrize("colour", ["black", "white", "#808080", "#aa2244"])
@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP"])
def test_plain_image_is_fingerprinted_with_low_quality(colour: str, image_format: str) -> None:
    found = fingerprint_file(encode(Image.new("RGB", (200, 300), colour), image_format), LIMITS)
    assert len(found.views) >= 1
    assert all(view.quality < 50 for view in found.views)


def test_image_shares_views_with_its_mirrored_bordered_copy() -> None:
    original = fingerprint_file(encode(scene(), "PNG"), LIMITS).upright
    copy = bordered(scene().transpose(Image.Transpose.FLIP_LEFT_RIGHT), 20, 50, 20, 70, "white")
    found = fingerprint_file(encode(copy, "JPEG"), LIMITS)
    nearest = min(found.views, key=lambda view: view.pdq.distance(original.pdq))
    assert nearest.name == "trimmed, mirrored"
    assert nearest.pdq.distance(original.pdq) <= 10


def test_every_frame_of_an_animation_is_hashed() -> None:
    frames = [scene(160, 120, seed) for seed in range(4)]
    data = encode(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    found = fingerprint_file(data, LIMITS)
    assert found.frames == 4
    for number, frame in enumerate(frames, 1):
        alone = fingerprint_file(encode(frame, "PNG"), LIMITS).upright.pdq
        nearest = min(found.views, key=lambda view: view.pdq.distance(alone))
        assert nearest.pdq.distance(alone) <= 2
        assert nearest.name == ("upright" if number == 1 else f"frame {number}")


def test_no_hash_is_listed_twice() -> None:
    still = scene(160, 120)
    data = encode(still, "GIF", save_all=True, append_images=[still, scene(160, 120, 3), still])
    hashes = [view.pdq for view in fingerprint_file(data, LIMITS).views]
    assert len(hashes) == len(set(hashes))


def test_content_visible_only_on_black_is_hashed() -> None:
    hidden = scene(200, 200)
    white = Image.new("RGB", hidden.size, "white")
    white.putalpha(hidden.convert("L").point(lambda level: level))
    found = fingerprint_file(encode(white, "PNG"), LIMITS)
    alone = fingerprint_file(encode(hidden.convert("L"), "PNG"), LIMITS).upright.pdq
    assert found.upright.quality == 0  # on a white page: nothing
    nearest = min(found.views, key=lambda view: view.pdq.distance(alone))
    assert (nearest.name, nearest.pdq.distance(alone) <= 4) == ("over black", True)


def test_content_hidden_by_transparency_is_hashed() -> None:
    hidden = scene(200, 200)
    clear = hidden.copy()
    clear.putalpha(0)
    found = fingerprint_file(encode(clear, "PNG"), LIMITS)
    alone = fingerprint_file(encode(hidden, "PNG"), LIMITS).upright.pdq
    assert "without transparency" in {v.name for v in found.views if v.pdq.distance(alone) <= 4}


def test_opaque_alpha_channel_adds_no_views() -> None:
    opaque = scene(200, 200).convert("RGBA")
    assert [view.name for view in fingerprint_file(encode(opaque, "PNG"), LIMITS).views] == [
        view.name for view in fingerprint_file(encode(scene(200, 200), "PNG"), LIMITS).views
    ]


def test_rejected_file_has_no_blurred_preview() -> None:
    with pytest.raises(ImageRejected, match="not_an_image"):
        blurred_preview(b"hello", LIMITS)


@pytest.mark.parametrize(("size", "expected"), [((1600, 1000), (320, 200)), ((50, 100), (50, 100))])
def test_blurred_preview_is_small_grey_and_without_metadata(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    exif = Image.Exif()
    exif[0x010F] = "a maker"
    data = blurred_preview(encode(scene(*size), "JPEG", exif=exif, comment=b"a remark"), LIMITS)
    small = Image.open(io.BytesIO(data))
    assert (small.format, small.mode, small.size) == ("JPEG", "L", expected)
    assert not small.getexif()
    assert "comment" not in small.info
    assert len(data) < 10_000


def test_blurred_preview_shows_no_detail() -> None:
    """Squares of 8 pixels, about 1.6 after scaling, disappear. The dark half is still visible."""
    y, x = np.mgrid[0:1000, 0:1600]
    checks = ((x // 8 + y // 8) % 2 * 120 + (x > 800) * 120).astype(np.uint8)
    small = np.asarray(
        Image.open(io.BytesIO(blurred_preview(encode(Image.fromarray(checks), "PNG"), LIMITS)))
    )
    assert small[:, 40:100].std() < 4
    assert small[:, 260:].mean() - small[:, :60].mean() > 90


def test_blurred_preview_of_a_long_image_keeps_its_shape() -> None:
    data = blurred_preview(encode(scene(100, 3000), "PNG"), LIMITS)
    assert Image.open(io.BytesIO(data)).size == (11, 320)


def test_hashing_needs_neither_scipy_nor_heif() -> None:
    """SciPy is not in the layer. It would add half a second to every cold start."""
    program = (
        "import sys, base64, json\n"
        "from staydown.imaging.fingerprint import fingerprint_file\n"
        "from staydown.imaging.limits import Limits\n"
        "fingerprint_file(base64.b64decode(sys.stdin.read()), Limits())\n"
        "print(json.dumps(sorted(m for m in sys.modules if '.' not in m)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=base64.b64encode(encode(scene(), "JPEG")).decode(),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(json.loads(done.stdout))
    assert "numpy" in loaded
    assert not loaded & {"scipy", "pywt", "pillow_heif", "cv2", "boto3", "botocore", "pydantic"}


def test_limits_must_be_positive() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Limits(max_frames=0)


def test_upright_hash_is_a_domain_hash() -> None:
    assert isinstance(fingerprint_file(encode(scene(), "PNG"), LIMITS).upright.pdq, PdqHash)
