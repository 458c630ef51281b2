"""The comparison of two files, in words and as a picture."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from staydown.cli.command import main
from staydown.cli.comparison import LoadedImage, compare_files, render_comparison
from staydown.cli.comparison_text import describe_comparison, describe_placement
from staydown.cli.folder_bank import Policies
from staydown.domain.bank.alignment import AlignmentPolicy
from staydown.domain.bank.verdicts import MatchPolicy, Verdict
from staydown.imaging.limits import Limits
from staydown.imaging.placement import Placement

from tests.cli.cli_runner import picture, save

POLICIES = Policies(MatchPolicy(), AlignmentPolicy())
BLUE, ORANGE = (86, 180, 233), (240, 150, 0)


def placement_of(image: Image.Image, tmp_path: Path) -> Placement:
    reference = LoadedImage.read(str(save(picture(3), tmp_path / "a.png")), Limits())
    query = LoadedImage.read(str(save(image, tmp_path / "b.png")), Limits())
    found = compare_files(reference, query, POLICIES)
    assert found.aligned_pair is not None
    assert found.aligned_pair.verdict is Verdict.BLOCK
    return found.aligned_pair.placement


def has(png: bytes, colour: tuple[int, int, int]) -> bool:
    pixels = np.asarray(Image.open(BytesIO(png)).convert("RGB")).reshape(-1, 3)
    return bool((pixels == colour).all(axis=1).any())


def test_edits_of_an_image_are_recovered(tmp_path: Path) -> None:
    image = picture(3).transpose(Image.Transpose.FLIP_LEFT_RIGHT).resize((360, 270))
    turned = image.rotate(-30, Image.Resampling.BICUBIC, expand=True, fillcolor=128)
    found = placement_of(turned.point(lambda value: 255 - value), tmp_path)
    assert found.rotation == pytest.approx(30, abs=0.5)
    assert found.scale == pytest.approx(0.75, abs=0.01)
    assert found.stretch == pytest.approx(1, abs=0.02)
    assert (found.mirrored, found.inverted, found.has_perspective) == (True, True, False)
    assert found.reference_coverage == pytest.approx(1, abs=0.02)
    assert found.query_coverage == pytest.approx(360 * 270 / turned.width / turned.height, abs=0.02)


def test_sizes_are_those_of_the_files(tmp_path: Path) -> None:
    found = placement_of(picture(3).resize((1920, 1440)), tmp_path)
    assert found.scale == pytest.approx(4, abs=0.02)
    assert placement_of(picture(3).resize((480, 432)), tmp_path).stretch == pytest.approx(1.2, abs=0.02)


def test_crop_is_described_as_a_part(tmp_path: Path) -> None:
    found = placement_of(picture(3).crop((0, 0, 240, 360)), tmp_path)
    assert found.reference_coverage == pytest.approx(0.5, abs=0.02)
    assert found.query_coverage == pytest.approx(1, abs=0.02)
    assert found.rotation == pytest.approx(0, abs=0.5)


def test_placements_are_described_in_words() -> None:
    assert (
        describe_placement(Placement(0.1, 1.001, 1.0, False, False, False, 1, 1))
        == "neither rotated nor scaled"
    )
    assert describe_placement(Placement(-90, 0.5, 1.2, True, True, True, 1, 1)).split(", ") == [
        "mirrored",
        "rotated 90 degrees anticlockwise",
        "scaled to 50%",
        "stretched 1.20:1",
        "perspective",
        "inverted",
    ]


def test_copy_is_described_in_words(bank: Path, uploads: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(bank / "two.jpg"), str(uploads / "turned.jpg")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("block: ")
    assert [line.partition(":")[0] for line in lines[1:5]] == ["PDQ", "pHash", "keypoints", "tiles"]
    assert "transformation: rotated 17 degrees anticlockwise" in lines


def test_identical_bytes_are_reported(bank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(bank / "two.jpg"), str(bank / "two.jpg")]) == 0
    assert "identical bytes" in capsys.readouterr().out


def test_different_images_are_clear(bank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(bank / "two.jpg"), str(bank / "one.jpg")]) == 0
    out = capsys.readouterr().out
    assert out.startswith("clear: ")
    assert "transformation" not in out


def test_files_that_cannot_be_compared_are_named(bank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "missing", str(bank)]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert "'missing': not_found" in output.err
    assert "is_a_directory" in output.err


def test_drawing_marks_matching_and_differing_parts(tmp_path: Path) -> None:
    reference = LoadedImage.read(str(save(picture(3), tmp_path / "a.png")), Limits())
    with_sticker = picture(3)
    with_sticker.paste(picture(4).resize((150, 150)), (60, 60))
    pngs = {}
    for name, image in {"same": picture(3), "sticker": with_sticker, "other": picture(9)}.items():
        query = LoadedImage.read(str(save(image, tmp_path / f"{name}.png")), Limits())
        found = compare_files(reference, query, POLICIES)
        pngs[name] = render_comparison(
            reference, query, found, POLICIES, describe_comparison(found, POLICIES)
        )
    sizes = {name: Image.open(BytesIO(png)).size for name, png in pngs.items()}
    assert all(width > 900 and height > 400 for width, height in sizes.values())
    assert sizes["same"][0] == sizes["sticker"][0] > 3 * 480
    # The legend shows both colours, so only the panels are searched.
    panels = {name: cropped(png, 400) for name, png in pngs.items()}
    assert has(panels["same"], BLUE)
    assert not has(panels["same"], ORANGE)
    assert has(panels["sticker"], BLUE)
    assert has(panels["sticker"], ORANGE)
    assert not has(panels["other"], BLUE)


def cropped(png: bytes, height: int) -> bytes:
    image = Image.open(BytesIO(png))
    target = BytesIO()
    image.crop((0, 0, image.width, height)).save(target, "PNG")
    return target.getvalue()


def test_drawing_is_written_to_the_requested_path(bank: Path, uploads: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.png"
    assert main(["compare", str(bank / "two.jpg"), str(uploads / "framed.jpg"), "--image", str(target)]) == 0
    with Image.open(target) as image:
        assert image.format == "PNG"
    nowhere = str(tmp_path / "no folder" / "out.png")
    assert main(["compare", str(bank / "two.jpg"), str(uploads / "framed.jpg"), "--image", nowhere]) == 1
