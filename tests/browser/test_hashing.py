"""PDQ in the browser agrees with that of the server, so that a hash from a device matches an upload."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import FilePayload, Page
from staydown.domain.bank.hashes import PdqHash
from staydown.imaging.decode import decode
from staydown.imaging.limits import Limits
from staydown.imaging.pdq import dct16, hash_of

from tests.browser.conftest import Open
from tests.browser.report_pages import file_payload
from tests.imaging.golden_images import SOURCE, golden_image, golden_vectors
from tests.journeys.sample_images import drawn, jpeg
from tests.shared_data import shared_files
from tests.support.photographs import photograph

QUALITIES: dict[str, dict[str, Any]] = {"JPEG": {"quality": 90}, "WEBP": {"lossless": True}}
KINDS = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp"}
MAX_DISTANCE = 10
"""The allowed distance from the reference implementation at a quality of at least 80, in bits."""

HASH_ALL = """async () => {
  const { Hasher } = await import("./scripts/hashing/hash_file.js");
  const hasher = new Hasher();
  const outcome = (file) => hasher.hash(file).catch(({ code, details }) => ({ code, details }));
  return Promise.all([...document.querySelector("#files").files].map(outcome));
}"""


def hashed(page: Page, files: list[Path] | list[FilePayload]) -> list[dict[str, Any]]:
    """Return the hash, or the error, that the page computes for each file."""
    page.evaluate("""() => { const input = document.createElement("input");
        Object.assign(input, {id: "files", type: "file", multiple: true});
        document.querySelector("#files")?.remove(); document.body.append(input); }""")
    page.set_input_files("#files", files)
    outcomes: list[dict[str, Any]] = page.evaluate(HASH_ALL)
    return outcomes


def by_server(data: bytes) -> tuple[PdqHash, int]:
    frame = decode(data, Limits()).frames[0]
    dct = dct16(frame.luma, frame.factor)
    return hash_of(dct), dct.quality


def distance(one: PdqHash, other: str) -> int:
    return (int(one.hex, 16) ^ int(other, 16)).bit_count()


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def golden_files(folder: Path) -> list[Path]:
    """Write the golden images in the formats of browsers, and photographs of 12 megapixels."""
    exif = Image.Exif()
    exif[0x0112] = 6
    large = photograph(SOURCE).resize((4032, 3024), Image.Resampling.BICUBIC)
    contents = {"large.jpg": jpeg(large), "turned.jpg": encoded(large, "JPEG", quality=90, exif=exif)}
    for number, name in enumerate(golden_vectors()):
        kind = ("PNG", "JPEG", "WEBP", "BMP")[number % 4]
        contents[f"{number}.{kind.lower()}"] = encoded(golden_image(name), kind, **QUALITIES.get(kind, {}))
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in contents]


def test_browser_hashes_photographs_like_the_server(open_page: Open, tmp_path: Path) -> None:
    shared = [file for file in shared_files("pdq/**/*") if file.suffix in KINDS]
    files = [*golden_files(tmp_path), *shared, *shared_files("large/*"), *shared_files("photos/*")[::12]]
    page = open_page("index.html")
    outcomes = [one for i in range(0, len(files), 40) for one in hashed(page, files[i : i + 40])]
    sharp = 0
    for file, outcome in zip(files, outcomes, strict=True):
        pdq, quality = by_server(file.read_bytes())
        assert abs(outcome["quality"] - quality) <= 1, file
        if quality >= 80:
            sharp += 1
            assert distance(pdq, outcome["pdq"]) <= MAX_DISTANCE, file
    assert sharp > 60


def test_images_of_every_shape_and_type_hash_like_on_the_server(open_page: Open) -> None:
    picture = drawn(7001)
    clear = picture.convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(picture.size))
    turned = Image.Exif()
    turned[0x0112] = 6
    files = {
        "a.jpg": jpeg(picture),
        "turned.jpg": encoded(picture, "JPEG", exif=turned),
        "clear.png": encoded(clear, "PNG"),
        "palette.gif": encoded(picture.convert("P"), "GIF"),
        "grey.png": encoded(picture.convert("L"), "PNG"),
        "cmyk.jpg": encoded(picture.convert("CMYK"), "JPEG"),
        "small.png": encoded(picture.resize((97, 61)), "PNG"),
        "wide.png": encoded(picture.resize((4_500, 130)), "PNG"),
        "odd.webp": encoded(picture.resize((1_441, 1_801)), "WEBP", lossless=True),
    }
    outcomes = hashed(open_page("index.html"), [file_payload(name, data) for name, data in files.items()])
    for (name, data), outcome in zip(files.items(), outcomes, strict=True):
        pdq, quality = by_server(data)
        assert "pdq" in outcome, (name, outcome)
        assert distance(pdq, outcome["pdq"]) <= MAX_DISTANCE, name
        assert abs(outcome["quality"] - quality) <= 1, name


def png_of(width: int, height: int) -> bytes:
    """Return a small PNG that declares this size."""
    data = bytearray(encoded(Image.new("L", (16, 16)), "PNG"))
    data[16:24] = width.to_bytes(4) + height.to_bytes(4)
    return bytes(data)


WITHOUT_HASH = {
    "empty.jpg": (b"", "empty"),
    "letter.txt": (b"Dear Sir or Madam, " * 40, "not_a_picture"),
    "cut.jpg": (b"\xff\xd8\xff\xe0" + b"\0" * 30, "damaged"),
    "head.png": (b"\x89PNG\r\n\x1a\n", "damaged"),
    "clip.mp4": (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 40, "video"),
    "phone.heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 40, "unreadable_here"),
    "dot.png": (encoded(Image.new("L", (4, 400)), "PNG"), "too_small"),
    "large.png": (png_of(10_000, 10_000), "too_many_pixels"),
    "large.jpg": (encoded(Image.new("L", (10_000, 10_000)), "JPEG"), "too_many_pixels"),
}


def test_file_without_a_hash_shows_the_reason(open_page: Open) -> None:
    files = [file_payload(name, data) for name, (data, _) in WITHOUT_HASH.items()]
    outcomes = dict(zip(WITHOUT_HASH, hashed(open_page("index.html"), files), strict=True))
    assert {name: one.get("code") for name, one in outcomes.items()} == {
        name: code for name, (_, code) in WITHOUT_HASH.items()
    }
    for name in ("large.png", "large.jpg"):
        assert outcomes[name]["details"] == {
            "width": 10_000,
            "height": 10_000,
            "megapixels": 100,
            "most": 64,
        }
