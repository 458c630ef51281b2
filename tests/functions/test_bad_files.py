"""Files that are not valid images are rejected with a reason and never published."""

from __future__ import annotations

import io
import itertools
import struct
import zlib
from collections.abc import Iterator

import pytest
import requests
from PIL import Image

from tests.imaging.hostile_files import all_hostile_files
from tests.journeys.deployed import DeployedStack, deployed_stack
from tests.journeys.reported_uploads import new_account, new_picture
from tests.journeys.sample_images import drawn, jpeg, png
from tests.support.case_counter import count_hostile_files

MAX_BYTES = 200_000
MAX_PIXELS = 1_000_000
PICTURE = jpeg(drawn(90_000))


@pytest.fixture(scope="module")
def stack() -> Iterator[DeployedStack]:
    """A stack with limits that small files exceed."""
    with deployed_stack(MaxUploadBytes=MAX_BYTES, MaxUploadPixels=MAX_PIXELS) as it:
        yield it


def encoded(picture: Image.Image, kind: str) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind)
    return file.getvalue()


def png_of_size(width: int, height: int) -> bytes:
    """Return a PNG of a few hundred bytes that declares this size, but contains one line of pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(3 * width + 1))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


INVALID_FILES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "text": (b"this is no picture", "not_an_image"),
    "a page": (b"<html><script>alert(1)</script></html>", "not_an_image"),
    "a drawing that is a program": (
        b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
        "unsupported_format",
    ),
    "random bytes": (bytes(range(256)) * 40, "not_an_image"),
    "an archive": (b"PK\x03\x04" + bytes(100), "not_an_image"),
    "a JPEG's beginning alone": (PICTURE[:20], "truncated"),
    "half a JPEG": (PICTURE[: len(PICTURE) // 2], "truncated"),
    "half a PNG": (png(drawn(90_001))[:9_000], "truncated"),
    "half a WebP": (encoded(drawn(90_002), "WEBP")[:2_000], "truncated"),
    "a bomb": (png_of_size(50_000, 50_000), "too_many_pixels"),
    "more pixels than allowed": (png(Image.new("RGB", (1001, 1000))), "too_many_pixels"),
    "more bytes than allowed": (PICTURE + bytes(MAX_BYTES), "too_many_bytes"),
    "one pixel": (png(Image.new("RGB", (1, 1))), "too_small"),
}


def upload_and_wait(
    stack: DeployedStack, data: bytes, content_type: str = "image/jpeg"
) -> tuple[str, str | None, str | None]:
    """Upload a file with a ticket and return its state, reason and URL."""
    count_hostile_files()
    upload_id = stack.app().upload(new_account(), data, content_type)
    stack.drain()
    status = stack.app().status(upload_id)
    return status["state"], status["reason"], status["url"]


def put(stack: DeployedStack, key: str, data: bytes, content_type: str | None) -> tuple[str, str | None]:
    """Put an object without a ticket and return the state and reason in its event."""
    count_hostile_files()
    stack.events()
    stack.app().put_object(key, data, content_type)
    stack.drain()
    (detail,) = (event["detail"] for event in stack.events() if event["detail"].get("key") == key)
    return detail["state"], detail["reason"]


def public_objects(stack: DeployedStack) -> int:
    bucket = stack.description["buckets"]["published"]
    return int(stack.stack.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"])


@pytest.mark.parametrize("name", INVALID_FILES)
def test_unreadable_file_is_rejected_with_the_reason(stack: DeployedStack, name: str) -> None:
    data, reason = INVALID_FILES[name]
    before = public_objects(stack)
    assert upload_and_wait(stack, data, "image/png" if data[1:4] == b"PNG" else "image/jpeg") == (
        "rejected",
        reason,
        None,
    )
    assert public_objects(stack) == before


@pytest.mark.parametrize(
    ("data", "declared"),
    [
        (PICTURE, "image/png"),
        (png(drawn(90_003)), "image/jpeg"),
        (encoded(drawn(90_004), "GIF"), "image/webp"),
    ],
    ids=["JPEG as PNG", "PNG as JPEG", "GIF as WebP"],
)
def test_image_of_another_type_than_declared_is_rejected(
    stack: DeployedStack, data: bytes, declared: str
) -> None:
    """A file of two types may show one image to the scan and another to a browser."""
    assert upload_and_wait(stack, data, declared) == ("rejected", "content_type_mismatch", None)


@pytest.mark.parametrize(
    ("name", "declared", "state"),
    [
        ("x.jpg", "image/jpeg", "published"),
        ("x.JPEG", None, "published"),
        ("x", None, "published"),
        ("x.dat", "application/octet-stream", "published"),
        ("x.png", "image/jpeg", "rejected"),
        ("x.png", None, "rejected"),
        ("x.gif", "image/gif", "rejected"),
        ("x.jpg", "text/html", "rejected"),
        ("x.jpg", "image/svg+xml", "rejected"),
    ],
)
def test_name_and_type_of_an_object_must_match_its_bytes(
    stack: DeployedStack, name: str, declared: str | None, state: str
) -> None:
    key = f"alpha/{new_account()}/{name}"
    reason = None if state == "published" else "content_type_mismatch"
    assert put(stack, key, new_picture(), declared) == (state, reason)


@pytest.mark.parametrize(
    "name",
    [
        "straße/größe ☃ 💩.jpg",
        "a+b c%20d&e=f?g#h.jpg",
        "x" * 900,
        " ",
        "..",
        "a/../../b",
        "%2e%2e%2f",
        "'\"",
    ],
    ids=lambda name: ascii(name)[:20],
)
def test_an_object_of_any_name_is_one_upload_of_its_account(stack: DeployedStack, name: str) -> None:
    account = new_account()
    assert put(stack, f"alpha/{account}/{name}", new_picture(), None) == ("published", None)


def test_public_image_is_served_with_its_actual_type(stack: DeployedStack) -> None:
    """The served type follows from the bytes, not from the declared type."""
    key = f"alpha/{new_account()}/x"
    stack.events()
    stack.app().put_object(key, new_picture(), "application/octet-stream")
    stack.drain()
    (detail,) = (event["detail"] for event in stack.events())
    shown = requests.get(stack.app().status(detail["upload_id"])["url"], timeout=30)
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["x-content-type-options"] == "nosniff"


def test_ticket_is_valid_for_one_object(stack: DeployedStack) -> None:
    app = stack.app()
    ticket = app.ticket(new_account())
    app.put(ticket, new_picture())
    stack.drain()
    first = app.status(ticket["upload_id"])
    shown = requests.get(first["url"], timeout=30).content
    stack.events()

    app.put(ticket, new_picture())
    stack.drain()
    (detail,) = (event["detail"] for event in stack.events())
    assert (detail["state"], detail["reason"]) == ("rejected", "ticket_used")
    assert detail["upload_id"] != ticket["upload_id"]
    assert app.status(ticket["upload_id"]) == first
    assert requests.get(first["url"], timeout=30).content == shown


def test_unused_ticket_stays_received(stack: DeployedStack) -> None:
    upload_id = stack.app().ticket(new_account())["upload_id"]
    status = stack.app().status(upload_id)
    assert (status["state"], status["received_at"], status["url"]) == ("received", None, None)


def test_oversized_announced_file_gets_no_ticket(stack: DeployedStack) -> None:
    body = {"account_id": "x", "content_type": "image/jpeg", "size": MAX_BYTES + 1}
    refused = stack.app().post("/v1/uploads", body)
    assert refused.json()["errors"] == [{"pointer": "/size", "detail": f"at most {MAX_BYTES} bytes"}]
    assert stack.app().post("/v1/uploads", {**body, "size": MAX_BYTES}).status_code == 201


def test_object_deleted_before_its_scan_leaves_nothing(stack: DeployedStack) -> None:
    key = f"alpha/{new_account()}/gone"
    stack.app().put_object(key, new_picture())
    s3, bucket = stack.stack.client("s3"), stack.description["buckets"]["uploads"]
    for version in s3.list_object_versions(Bucket=bucket, Prefix=key)["Versions"]:
        s3.delete_object(Bucket=bucket, Key=key, VersionId=version["VersionId"])
    stack.events()
    stack.drain()
    assert stack.events() == []


def test_hostile_file_is_scanned_or_rejected_without_a_crash(stack: DeployedStack) -> None:
    app, number = stack.app(), itertools.count()
    keys = {f"alpha/hostile/{next(number)}": name for name in all_hostile_files()}
    count_hostile_files(len(keys))
    stack.events()
    for key, name in keys.items():
        app.put_object(key, all_hostile_files()[name], None)
    stack.drain()
    details = {
        event["detail"]["key"]: event["detail"] for event in stack.events() if "key" in event["detail"]
    }
    assert set(details) == set(keys)
    assert {one["state"] for one in details.values()} == {"published", "rejected"}
    for key, one in details.items():
        assert (one["state"] == "published") == (one["reason"] is None), keys[key]
