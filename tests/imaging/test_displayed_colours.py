"""Colour metadata: both the image as browsers display it and the stored image are hashed.

tests/browser/test_displayed_colours.py checks that a browser displays these images.
"""

from __future__ import annotations

import struct

import numpy as np
import pytest
from PIL import Image
from staydown.domain.bank.fingerprints import Fingerprint
from staydown.domain.bank.hashes import PdqHash
from staydown.imaging.fingerprint import fingerprint_file
from staydown.imaging.icc import MAX_PROFILE_BYTES, profile_interpretations
from staydown.imaging.limits import ImageRejected, Limits

from tests.imaging.colour_profiles import (
    COMMON_CURVE,
    COMMON_PROFILES,
    HIDDEN,
    KINDS,
    LOW_BITS,
    RAMP,
    SHOWN,
    chunk,
    curve_profile,
    iccp,
    interleave_bits,
    lightness,
    lossless,
    profile,
    segments,
    table_profile,
    with_chunks,
    with_segments,
)
from tests.imaging.sample_images import LIMITS, encode, scene
from tests.support.case_counter import count_hostile_files

NEAR = 31
AS_STORED = "colours as stored"
LOW_BITS_PROFILE = curve_profile(LOW_BITS)
PLAIN = encode(HIDDEN, "PNG")


def read_fingerprint(data: bytes) -> Fingerprint:
    count_hostile_files()
    return fingerprint_file(data, LIMITS)


def rejection_detail(data: bytes) -> str:
    """Return the detail of the rejection of a damaged file."""
    count_hostile_files()
    with pytest.raises(ImageRejected) as caught:
        fingerprint_file(data, LIMITS)
    assert caught.value.reason == "damaged"
    return caught.value.detail


def nearest(found: Fingerprint, wanted: PdqHash, name: str = "") -> int:
    return min(view.pdq.distance(wanted) for view in found.views if view.name.startswith(name))


def lossless_animation(pictures: list[Image.Image], icc: bytes) -> bytes:
    options = {"save_all": True, "append_images": pictures[1:], "icc_profile": icc}
    return encode(pictures[0], "WEBP", lossless=True, exact=True, duration=100, **options)


JUDGED, INNOCENT = read_fingerprint(PLAIN).upright.pdq, read_fingerprint(encode(SHOWN, "PNG")).upright.pdq


@pytest.mark.parametrize("kind", KINDS)
def test_displayed_image_comes_first_and_stored_one_follows(kind: str) -> None:
    found = read_fingerprint(KINDS[kind]())
    assert found.upright.pdq.distance(JUDGED) <= NEAR
    assert any(view.name.startswith(AS_STORED) for view in found.views)
    if kind != "high range":  # its stored values mix the two
        assert nearest(found, INNOCENT, AS_STORED) <= NEAR


@pytest.mark.parametrize("name", COMMON_PROFILES)
@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_common_profiles_change_nothing(name: str, image_format: str) -> None:
    """No view is added, a large JPEG is still decoded at reduced size, and the hashes are the same."""
    picture = scene(1_100, 980).convert("L" if name == "grey" else "RGB")
    with_profile, without = (
        fingerprint_file(encode(picture, image_format, icc_profile=icc), LIMITS)
        for icc in (COMMON_PROFILES[name], None)
    )
    assert profile_interpretations(COMMON_PROFILES[name]) == (None,)
    assert with_profile.views == without.views


def test_colour_table_applies_to_single_pixels_of_large_images() -> None:
    """Only sampled pixels are converted, each on its own, so an attacker cannot predict which."""
    both = interleave_bits(scene(1_500, 1_200, 2), scene(1_500, 1_200, 1))
    hidden = read_fingerprint(encode(scene(1_500, 1_200, 1), "PNG")).upright.pdq
    assert read_fingerprint(lossless(both, "PNG")).upright.pdq.distance(hidden) > NEAR * 2
    assert read_fingerprint(lossless(both, "PNG", LOW_BITS_PROFILE)).upright.pdq.distance(hidden) <= NEAR // 2


def test_fingerprint_is_deterministic() -> None:
    data = lossless(interleave_bits(scene(1_000, 970, 2), scene(1_000, 970, 1)), "PNG", LOW_BITS_PROFILE)
    assert read_fingerprint(data) == read_fingerprint(data)


def test_part_changed_by_the_profile_alone_is_hashed() -> None:
    """The profile changes only an image on a page."""
    page = scene(640, 480, 5)
    values = np.asarray(page) & 0xF0 | np.asarray(page) >> 4
    page = Image.fromarray(values)
    page.paste(interleave_bits(SHOWN, HIDDEN), (300, 200))
    found = read_fingerprint(lossless(page, "PNG", LOW_BITS_PROFILE))
    assert any(view.name.startswith(AS_STORED) for view in found.views)


def test_non_monotonic_curves_are_never_treated_as_common() -> None:
    ripple = RAMP + 0.02 * np.sin(np.arange(256))
    assert None not in profile_interpretations(curve_profile(np.clip(ripple, 0, 1)))


def test_curve_detail_between_byte_values_is_not_ignored() -> None:
    fine = np.linspace(0, 1, 4_096) ** 2.2
    fine[2_000:2_008] = 0
    assert None not in profile_interpretations(curve_profile(fine))


@pytest.mark.parametrize("name", [b"A2B0", b"A2B1", b"A2B2"])
def test_table_counts_beside_common_curves(name: bytes) -> None:
    both = table_profile([LOW_BITS] * 3, lightness(0, 0, 1 / 3, 1 / 3, 1 / 3, 2 / 3, 2 / 3, 1))
    both = both.replace(b"A2B0", name)
    assert [reading is None for reading in profile_interpretations(both)] == [False, True]


def test_profile_for_other_channels_is_ignored() -> None:
    press = table_profile([RAMP] * 4, lightness(*[0.0] * 16), b"CMYK")
    for icc in (press, profile({b"kTRC": b"curv"}, space=b"GRAY"), profile({}, space=b"Lab ")):
        assert read_fingerprint(encode(HIDDEN, "PNG", icc_profile=icc)).views == read_fingerprint(PLAIN).views


@pytest.mark.parametrize("transfer", [16, 18])
def test_high_dynamic_range_avif_is_hashed_as_displayed(transfer: int) -> None:
    data = encode(HIDDEN, "AVIF", quality=90)
    at = data.index(b"colrnclx") + 8
    ours = data[:at] + struct.pack(">HHH", 9, transfer, 6) + data[at + 6 :]
    assert any(view.name.startswith(AS_STORED) for view in read_fingerprint(ours).views)
    assert not any(view.name.startswith(AS_STORED) for view in read_fingerprint(data).views)
    unsaid = data.replace(b"colrnclx", b"freenclx")
    assert any(view.name.startswith("colours") for view in read_fingerprint(unsaid).views)
    assert read_fingerprint(unsaid).upright == read_fingerprint(data).upright


# -- rubbish ------------------------------------------------------------------------------------------


def test_oversized_profile_is_rejected() -> None:
    huge = LOW_BITS_PROFILE + bytes(MAX_PROFILE_BYTES)
    parts = [(1 + at // 60_000, 71, at, at + 60_000) for at in range(0, len(huge), 60_000)]
    jpeg = with_segments(encode(HIDDEN, "JPEG"), segments(huge, parts))
    assert rejection_detail(jpeg) == f"a colour profile of {len(huge)} bytes"
    assert "profile" in rejection_detail(encode(HIDDEN, "WEBP", icc_profile=huge))


def test_table_with_a_false_size_is_rejected_unread() -> None:
    for body in (
        b"mft2\0\0\0\0\x03\x03\xff\0" + bytes(60),
        b"mft1\0\0\0\0\x0f\x03\x02\0" + bytes(60),
        b"mAB \0\0\0\0\x03\x03\0\0" + bytes(12) + struct.pack(">LL", 32, 0) + b"\xff" * 16,
    ):
        assert "table" in rejection_detail(
            encode(HIDDEN, "JPEG", icc_profile=profile({b"A2B0": body}, pcs=b"Lab "))
        )


def test_unreadable_table_is_rejected() -> None:
    """Another program may be able to read it, and display an unknown image."""
    for body in (b"rubbish " * 9, b"mft2" + bytes(80), b"mAB " + bytes(80)):
        assert "profile" in rejection_detail(encode(HIDDEN, "JPEG", icc_profile=profile({b"A2B0": body})))


def test_png_with_two_colour_profiles_is_rejected() -> None:
    for first, second in (
        (LOW_BITS_PROFILE, COMMON_PROFILES["sRGB"]),
        (COMMON_PROFILES["sRGB"], LOW_BITS_PROFILE),
    ):
        assert "twice" in rejection_detail(with_chunks(PLAIN, iccp(first), iccp(second)))


def test_too_many_colour_interpretations_are_rejected() -> None:
    file = encode(HIDDEN, "AVIF", quality=90)
    more = b"".join(b"colrnclx" + struct.pack(">HHH", 9, code, 6) for code in (8, 16, 17, 18, 5))
    assert "interpretations" in rejection_detail(file + struct.pack(">L4s", 8 + len(more), b"free") + more)


def test_animation_with_too_many_interpretations_is_rejected() -> None:
    stencils = [
        Image.merge("RGBA", (*scene(64, 48, n).split(), scene(64, 48, n + 9).split()[0])) for n in range(8)
    ]
    data = lossless_animation(stencils, LOW_BITS_PROFILE)
    assert len(fingerprint_file(data, LIMITS).views) > 100
    with pytest.raises(ImageRejected, match="too_many_frames"):
        fingerprint_file(data, Limits(max_frames=8))


def test_profile_after_the_pixels_is_ignored() -> None:
    assert (
        read_fingerprint(PLAIN[:-12] + iccp(LOW_BITS_PROFILE) + PLAIN[-12:]).views
        == read_fingerprint(PLAIN).views
    )


def test_damaged_profile_never_crashes() -> None:
    whole = [
        LOW_BITS_PROFILE,
        table_profile([COMMON_CURVE] * 3, lightness(*[0.5] * 8)),
        curve_profile(COMMON_CURVE),
    ]
    random = np.random.default_rng(5)
    small = HIDDEN.resize((32, 24))
    for number in range(120):
        icc = bytearray(whole[number % 3])
        for _ in range(number % 5 + 1):
            start = int(random.integers(0, 300 if number % 2 else len(icc)))
            icc[start : start + 4] = random.bytes(4)
        try:
            read_fingerprint(
                with_chunks(encode(small, "PNG"), iccp(bytes(icc[: random.integers(100, 3 * len(icc))])))
            )
        except ImageRejected as rejected:
            assert rejected.reason == "damaged"


def test_unknown_colour_code_is_ignored() -> None:
    for code in (b"\x02\x02\0\x01", b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x01"):
        assert (
            read_fingerprint(with_chunks(PLAIN, chunk(b"cICP", code))).views == read_fingerprint(PLAIN).views
        )
