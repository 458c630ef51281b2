"""A bank of three pictures, and altered copies of one of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.cli_runner import picture, save


@pytest.fixture(scope="session", autouse=True)
def _threads() -> Iterator[None]:
    """Set what `staydown` sets for itself, for the processes that a test starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENBLAS_NUM_THREADS", "1")
        yield


@pytest.fixture(scope="session")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bank folder; three.jpg is in a subfolder."""
    folder = tmp_path_factory.mktemp("bank")
    for seed, name in enumerate(("one", "two", "deeper/three"), 1):
        save(picture(seed), folder / f"{name}.jpg")
    return folder


@pytest.fixture(scope="session")
def uploads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copies of the reference `two`, named after the alteration, and `other`, which is not in the bank."""
    folder = tmp_path_factory.mktemp("uploads")
    two = picture(2)
    framed = Image.new("L", (600, 900), 20)
    framed.paste(two, (60, 200))
    for name, image in {
        "smaller": two.resize((240, 180)),
        "mirrored": two.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        "cropped": two.crop((40, 30, 400, 300)),
        "turned": two.rotate(17, Image.Resampling.BICUBIC, expand=True, fillcolor=255),
        "framed": framed,
        "other": picture(99),
    }.items():
        save(image, folder / f"{name}.jpg")
    return folder
