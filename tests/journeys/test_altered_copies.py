"""Altered copies that the hash alone does not match, through the whole stack, warm and cold."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PIL import Image, ImageDraw, ImageOps

from tests.journeys.deployed import DeployedStack, deployed_stack
from tests.journeys.reported_uploads import newest_case, upload_and_publish
from tests.journeys.sample_images import jpeg, photograph


@pytest.fixture(scope="module")
def stack() -> Iterator[DeployedStack]:
    """A stack that compacts the bank's log after every second change."""
    with deployed_stack(FoldChanges=2) as it:
        yield it


def _cropped(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    return picture.crop((width // 10, height // 8, width * 17 // 20, height * 9 // 10))


def _captioned(picture: Image.Image) -> Image.Image:
    page = Image.new("RGB", (picture.width, picture.height + 120), "white")
    page.paste(picture, (0, 120))
    ImageDraw.Draw(page).text((20, 30), "WHEN YOU SEE IT", fill="black", font_size=56)
    return page


def _in_a_screenshot(picture: Image.Image) -> Image.Image:
    screen = Image.new("RGB", (1080, 2160), (18, 18, 20))
    draw = ImageDraw.Draw(screen)
    for y in (60, 180, 1780, 1920, 2060):
        draw.rounded_rectangle((40, y, 1040, y + 60), 20, fill=(48, 48, 52))
        draw.text((70, y + 8), "another_account  follow   ...", fill="white", font_size=36)
    shown = ImageOps.contain(picture, (1080, 1400))
    screen.paste(shown, ((1080 - shown.width) // 2, 320))
    return screen


def _tilted(picture: Image.Image) -> Image.Image:
    return picture.rotate(8, expand=True, resample=Image.Resampling.BICUBIC, fillcolor="white")


ALTERED: dict[str, Callable[[Image.Image], Image.Image]] = {
    "cropped": _cropped,
    "captioned": _captioned,
    "in a screenshot": _in_a_screenshot,
    "tilted": _tilted,
    "cropped and mirrored": lambda picture: ImageOps.mirror(_cropped(picture)),
}


@pytest.mark.law("UK1")
def test_altered_copies_are_blocked_and_other_images_pass(stack: DeployedStack) -> None:
    picture, other = photograph("coffee"), photograph("chelsea")
    _published_and_enforced(stack, picture)

    outcomes = {name: _uploaded(stack, alter(picture)) for name, alter in ALTERED.items()}
    assert outcomes == dict.fromkeys(ALTERED, "blocked")

    innocent = {name: _uploaded(stack, alter(other)) for name, alter in ALTERED.items()}
    assert innocent == dict.fromkeys(ALTERED, "published")


def test_cold_functions_know_what_warm_ones_knew(stack: DeployedStack) -> None:
    picture = photograph("rocket")
    _published_and_enforced(stack, picture)
    head = {"pk": {"S": "HEAD"}, "sk": {"S": "HEAD"}}
    dynamodb = stack.stack.client("dynamodb")
    item = dynamodb.get_item(TableName=stack.stack.tables["hash_bank"], Key=head)["Item"]
    assert item["folded"] == item["seq"], "the log was not compacted, so the snapshot would not be read"

    stack.stack.load_functions()

    assert _uploaded(stack, picture) == "blocked"
    assert _uploaded(stack, _cropped(picture)) == "blocked"
    assert _uploaded(stack, _cropped(photograph("chelsea"))) == "published"


def test_features_are_erased_when_the_decision_is_reversed(stack: DeployedStack) -> None:
    alpha, sasha = stack.app("alpha"), stack.reviewer("sasha")
    picture = photograph("astronaut")
    account = _published_and_enforced(stack, picture)
    assert _uploaded(stack, _cropped(picture)) == "blocked"
    kept = _stored_features(stack)

    appeal = alpha.answer("POST", "/v1/appeals", json={"account_id": account, "statement": "mine"})
    upheld = {"outcome": "upheld", "reasons": "consent was shown"}
    sasha.answer("POST", f"/v1/review/appeals/{appeal['appeal_id']}/decision", json=upheld)
    stack.drain()

    assert len(_stored_features(stack)) == len(kept) - 1
    assert _uploaded(stack, _cropped(picture)) == "published"


def _published_and_enforced(stack: DeployedStack, picture: Image.Image) -> str:
    """Publish, report and remove the image. Return its account."""
    account = f"poster-{id(picture)}"
    upload_id = upload_and_publish(stack, account, jpeg(picture))
    stack.person().report(upload_id)
    case = newest_case(stack)
    stack.reviewer("robin").decide(case["case_id"], "violating")
    stack.drain()
    return account


def _uploaded(stack: DeployedStack, picture: Image.Image) -> str:
    beta = stack.app("beta")
    upload_id = beta.upload("copyist", jpeg(picture, 80))
    stack.drain()
    return str(beta.status(upload_id)["state"])


def _stored_features(stack: DeployedStack) -> list[str]:
    bucket = stack.stack.buckets["bank"]
    listed = stack.stack.client("s3").list_objects_v2(Bucket=bucket, Prefix="pictures/")
    return [one["Key"] for one in listed.get("Contents", [])]
