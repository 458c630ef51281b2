"""What a file says of its colours: the picture that browsers make of it is hashed, and the stored one too.

That browsers do show these is held by tests/browser/test_shown_colours.py.
"""

from __future__ import annotations

import struct

import numpy as np
import pytest
from PIL import Image
from staydown.domain.fingerprints import Fingerprint
from staydown.domain.hashes import PdqHash
from staydown.imaging.fingerprint import fingerprint
from staydown.imaging.icc import MAX_BYTES, readings
from staydown.imaging.limits import ImageRejected, Limits

from tests.imaging.pictures import LIMITS, encode, scene
from tests.imaging.recoloured import (
    AS_USUAL,
    HIDDEN,
    KINDS,
    LOW_BITS,
    RAMP,
    SHOWN,
    USUAL,
    by_curves,
    chunk,
    iccp,
    lightness,
    lossless,
    profile,
    segments,
    table,
    two_in_one,
    with_chunks,
    with_segments,
)
from tests.support.tried import trying

NEAR = 31
AS_STORED = "colours as stored"
LOW = by_curves(LOW_BITS)
PLAIN = encode(HIDDEN, "PNG")


def read(data: bytes) -> Fingerprint:
    trying()
    return fingerprint(data, LIMITS)


def detail(data: bytes) -> str:
    """What is wrong with a file that is turned away."""
    trying()
    with pytest.raises(ImageRejected) as caught:
        fingerprint(data, LIMITS)
    assert caught.value.reason == "damaged"
    return caught.value.detail


def nearest(found: Fingerprint, wanted: PdqHash, name: str = "") -> int:
    return min(view.pdq.distance(wanted) for view in found.views if view.name.startswith(name))


def lossless_animation(pictures: list[Image.Image], icc: bytes) -> bytes:
    options = {"save_all": True, "append_images": pictures[1:], "icc_profile": icc}
    return encode(pictures[0], "WEBP", lossless=True, exact=True, duration=100, **options)


JUDGED, INNOCENT = read(PLAIN).upright.pdq, read(encode(SHOWN, "PNG")).upright.pdq


@pytest.mark.parametrize("kind", KINDS)
def test_what_browsers_show_comes_first_and_what_is_stored_is_looked_at_too(kind: str) -> None:
    found = read(KINDS[kind]())
    assert found.upright.pdq.distance(JUDGED) <= NEAR
    assert any(view.name.startswith(AS_STORED) for view in found.views)
    if kind != "high range":  # its stored values mix the two
        assert nearest(found, INNOCENT, AS_STORED) <= NEAR


@pytest.mark.parametrize("name", USUAL)
@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_the_profiles_of_cameras_and_screens_change_nothing(name: str, image_format: str) -> None:
    """Not a view more, and a large JPEG is decoded reduced as ever: the hashes are the very same."""
    picture = scene(1_100, 980).convert("L" if name == "grey" else "RGB")
    with_profile, without = (
        fingerprint(encode(picture, image_format, icc_profile=icc), LIMITS) for icc in (USUAL[name], None)
    )
    assert readings(USUAL[name]) == (None,)
    assert with_profile.views == without.views


def test_what_a_table_makes_of_single_values_is_not_lost_in_a_large_picture() -> None:
    """Only some of its pixels are converted: but those one by one, and nobody can choose which."""
    both = two_in_one(scene(1_500, 1_200, 2), scene(1_500, 1_200, 1))
    hidden = read(encode(scene(1_500, 1_200, 1), "PNG")).upright.pdq
    assert read(lossless(both, "PNG")).upright.pdq.distance(hidden) > NEAR * 2
    assert read(lossless(both, "PNG", LOW)).upright.pdq.distance(hidden) <= NEAR // 2


def test_who_looks_twice_sees_the_same() -> None:
    data = lossless(two_in_one(scene(1_000, 970, 2), scene(1_000, 970, 1)), "PNG", LOW)
    assert read(data) == read(data)


def test_a_part_that_the_profile_changes_alone_is_looked_at() -> None:
    """A page that stays itself, but for a picture on it."""
    page = scene(640, 480, 5)
    values = np.asarray(page) & 0xF0 | np.asarray(page) >> 4
    page = Image.fromarray(values)
    page.paste(two_in_one(SHOWN, HIDDEN), (300, 200))
    found = read(lossless(page, "PNG", LOW))
    assert any(view.name.startswith(AS_STORED) for view in found.views)


def test_curves_that_fold_are_never_usual_however_little_they_move() -> None:
    ripple = RAMP + 0.02 * np.sin(np.arange(256))
    assert None not in readings(by_curves(np.clip(ripple, 0, 1)))


def test_between_the_values_of_a_byte_nothing_is_hidden_either() -> None:
    fine = np.linspace(0, 1, 4_096) ** 2.2
    fine[2_000:2_008] = 0
    assert None not in readings(by_curves(fine))


@pytest.mark.parametrize("name", [b"A2B0", b"A2B1", b"A2B2"])
def test_a_table_counts_beside_curves_that_are_usual(name: bytes) -> None:
    both = table([LOW_BITS] * 3, lightness(0, 0, 1 / 3, 1 / 3, 1 / 3, 2 / 3, 2 / 3, 1))
    both = both.replace(b"A2B0", name)
    assert [reading is None for reading in readings(both)] == [False, True]


def test_a_profile_for_other_channels_than_the_picture_has_is_passed_over() -> None:
    press = table([RAMP] * 4, lightness(*[0.0] * 16), b"CMYK")
    for icc in (press, profile({b"kTRC": b"curv"}, space=b"GRAY"), profile({}, space=b"Lab ")):
        assert read(encode(HIDDEN, "PNG", icc_profile=icc)).views == read(PLAIN).views


@pytest.mark.parametrize("transfer", [16, 18])
def test_an_avif_of_high_range_is_looked_at_as_browsers_show_it(transfer: int) -> None:
    data = encode(HIDDEN, "AVIF", quality=90)
    at = data.index(b"colrnclx") + 8
    ours = data[:at] + struct.pack(">HHH", 9, transfer, 6) + data[at + 6 :]
    assert any(view.name.startswith(AS_STORED) for view in read(ours).views)
    assert not any(view.name.startswith(AS_STORED) for view in read(data).views)
    unsaid = data.replace(b"colrnclx", b"freenclx")
    assert any(view.name.startswith("colours") for view in read(unsaid).views)
    assert read(unsaid).upright == read(data).upright


# -- rubbish ------------------------------------------------------------------------------------------


def test_a_profile_that_is_too_large_is_turned_away() -> None:
    huge = LOW + bytes(MAX_BYTES)
    parts = [(1 + at // 60_000, 71, at, at + 60_000) for at in range(0, len(huge), 60_000)]
    jpeg = with_segments(encode(HIDDEN, "JPEG"), segments(huge, parts))
    assert detail(jpeg) == f"a colour profile of {len(huge)} bytes"
    assert "profile" in detail(encode(HIDDEN, "WEBP", icc_profile=huge))


def test_a_table_that_says_it_is_larger_than_it_is_is_turned_away_unread() -> None:
    for body in (
        b"mft2\0\0\0\0\x03\x03\xff\0" + bytes(60),
        b"mft1\0\0\0\0\x0f\x03\x02\0" + bytes(60),
        b"mAB \0\0\0\0\x03\x03\0\0" + bytes(12) + struct.pack(">LL", 32, 0) + b"\xff" * 16,
    ):
        assert "table" in detail(encode(HIDDEN, "JPEG", icc_profile=profile({b"A2B0": body}, pcs=b"Lab ")))


def test_a_table_that_nobody_here_can_read_is_turned_away() -> None:
    """Another program may be able to: what it would show is not known."""
    for body in (b"rubbish " * 9, b"mft2" + bytes(80), b"mAB " + bytes(80)):
        assert "profile" in detail(encode(HIDDEN, "JPEG", icc_profile=profile({b"A2B0": body})))


def test_a_png_that_says_twice_how_it_looks_is_turned_away() -> None:
    for first, second in ((LOW, USUAL["sRGB"]), (USUAL["sRGB"], LOW)):
        assert "twice" in detail(with_chunks(PLAIN, iccp(first), iccp(second)))


def test_more_ways_to_see_a_picture_than_there_is_a_reason_for_are_turned_away() -> None:
    file = encode(HIDDEN, "AVIF", quality=90)
    more = b"".join(b"colrnclx" + struct.pack(">HHH", 9, code, 6) for code in (8, 16, 17, 18, 5))
    assert "ways" in detail(file + struct.pack(">L4s", 8 + len(more), b"free") + more)


def test_an_animation_of_more_ways_to_see_it_than_a_record_holds_is_turned_away() -> None:
    stencils = [
        Image.merge("RGBA", (*scene(64, 48, n).split(), scene(64, 48, n + 9).split()[0])) for n in range(8)
    ]
    data = lossless_animation(stencils, LOW)
    assert len(fingerprint(data, LIMITS).views) > 100
    with pytest.raises(ImageRejected, match="too_many_frames"):
        fingerprint(data, Limits(max_frames=8))


def test_a_profile_after_the_pixels_counts_for_nobody() -> None:
    assert read(PLAIN[:-12] + iccp(LOW) + PLAIN[-12:]).views == read(PLAIN).views


def test_no_damage_to_a_profile_brings_anything_down() -> None:
    whole = [LOW, table([AS_USUAL] * 3, lightness(*[0.5] * 8)), by_curves(AS_USUAL)]
    random = np.random.default_rng(5)
    small = HIDDEN.resize((32, 24))
    for number in range(120):
        icc = bytearray(whole[number % 3])
        for _ in range(number % 5 + 1):
            start = int(random.integers(0, 300 if number % 2 else len(icc)))
            icc[start : start + 4] = random.bytes(4)
        try:
            read(with_chunks(encode(small, "PNG"), iccp(bytes(icc[: random.integers(100, 3 * len(icc))]))))
        except ImageRejected as rejected:
            assert rejected.reason == "damaged"


def test_a_code_that_stands_for_nothing_changes_nothing() -> None:
    for code in (b"\x02\x02\0\x01", b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x01"):
        assert read(with_chunks(PLAIN, chunk(b"cICP", code))).views == read(PLAIN).views
