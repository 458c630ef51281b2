"""The way of an upload: read, register, check, settle."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest import mock

import pytest
from staydown.aws.images import Images
from staydown.domain.errors import AccountIsBlocked
from staydown.domain.stops import Reason
from staydown.domain.uploads import Upload, UploadState
from staydown.services.accounts.block_account import block_account, unblock_account
from staydown.services.uploads.issue_ticket import issue_ticket
from staydown.services.uploads.place_image import is_placed
from staydown.services.uploads.settle_upload import settle_upload

from tests.support.ledger import read_ledger
from tests.support.people import judge, judged_story, report
from tests.support.pictures import BROKEN, POISON, FunctionDied, drawn, drawn_hash, photograph, plain
from tests.support.wire import Answer, Call, Watcher
from tests.support.world import Message, World, memory_world


def states(world: World) -> dict[str, UploadState]:
    return {upload.key.split("/", 2)[2]: upload.state for upload in read_ledger(world.cloud).uploads.values()}


def test_an_innocent_picture_is_published_as_what_it_is(photos: World) -> None:
    upload = photos.upload("alpha", "ann", photograph(1), kind="image/png")
    public = photos.stack.s3.get_object(Bucket=photos.cloud.settings.published_bucket, Key=upload.public_key)
    assert upload.state is UploadState.PUBLISHED
    assert public["Body"].read() == photograph(1)
    assert public["ContentType"] == "image/png"


def test_a_recompressed_copy_of_a_judged_picture_is_blocked(photos: World) -> None:
    story = judged_story(photos, photograph(1))
    copy = photos.upload("beta", "bob", photograph(1, side=200, kind="JPEG", quality=60))
    assert copy.state is UploadState.BLOCKED
    assert copy.reason == Reason.MATCHES_CONFIRMED_ENTRY
    assert copy.matches[0].entry_id in story.case.banked
    assert photos.upload("beta", "bob", photograph(2)).state is UploadState.PUBLISHED


def test_a_plain_picture_is_stopped_by_its_very_bytes_and_by_nothing_else(photos: World) -> None:
    judged_story(photos, plain(200))
    assert photos.upload("beta", "bob", plain(200)).state is UploadState.BLOCKED
    assert photos.upload("beta", "bob", plain(199)).state is UploadState.PUBLISHED


@pytest.mark.parametrize(
    ("data", "kind", "name", "reason"),
    [
        (BROKEN, "", None, "not_an_image"),
        (b"", "", None, "not_an_image"),
        (drawn(1), "image/jpeg", None, Reason.WRONG_TYPE),
        (drawn(1), "text/html", None, Reason.WRONG_TYPE),
        (drawn(1), "", "photo.gif", Reason.WRONG_TYPE),
    ],
)
def test_promise_8_what_is_no_image_or_says_it_is_another_is_rejected_with_a_reason(
    world: World, data: bytes, kind: str, name: str | None, reason: str
) -> None:
    message = world.put("alpha", "ann", data, kind=kind, name=name)
    world.queue.clear()
    upload = world.scanned(message)
    assert (upload.state, upload.reason) == (UploadState.REJECTED, reason)
    assert not world.cloud.objects()[world.cloud.settings.published_bucket]


def test_an_image_of_too_many_bytes_is_rejected_and_not_read(world: World) -> None:
    upload = world.upload("alpha", "ann", bytes(world.cloud.settings.max_upload_bytes + 1))
    assert (upload.state, upload.reason) == (UploadState.REJECTED, "too_many_bytes")


@pytest.mark.parametrize(("platform", "account"), [("al pha", "ann"), ("alpha", "..")])
def test_a_key_that_names_nobody_is_rejected(world: World, platform: str, account: str) -> None:
    upload = world.upload(platform, account, drawn(1))
    assert (upload.state, upload.reason) == (UploadState.REJECTED, Reason.MALFORMED_KEY)


def test_a_blocked_account_s_image_is_rejected_and_another_platform_s_of_that_name_is_not(
    world: World,
) -> None:
    block_account(world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue")
    upload = world.upload("alpha", "ann", drawn(1))
    assert (upload.state, upload.reason) == (UploadState.REJECTED, Reason.ACCOUNT_BLOCKED)
    assert world.upload("beta", "ann", drawn(1)).state is UploadState.PUBLISHED


def test_a_rejected_image_stays_rejected_when_its_account_is_free_again(world: World) -> None:
    block_account(world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue")
    message = world.put("alpha", "ann", drawn(1))
    world.drain()
    unblock_account(world.stack, platform="alpha", account_id="ann", reviewer="sue")
    assert world.scanned(message).state is UploadState.REJECTED


class BlocksDuring(Watcher):
    """Blocks the account when the image is just being published."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._done = False

    def before(self, call: Call) -> Answer | None:
        if call.operation == "CopyObject" and not self._done:
            self._done = True
            block_account(
                self._world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue"
            )
        return None


@pytest.mark.parametrize("attempt", [1, 5])
def test_an_account_blocked_while_its_image_is_scanned_publishes_nothing(world: World, attempt: int) -> None:
    message = replace(world.put("alpha", "ann", drawn(1)), attempt=attempt)
    world.queue.clear()
    with world.cloud.wire.watched_by(BlocksDuring(world)):
        upload = world.scanned(message)
    assert (upload.state, upload.reason) == (UploadState.REJECTED, Reason.ACCOUNT_BLOCKED)


def test_promise_7_a_message_that_comes_twice_is_one_upload(world: World) -> None:
    message = world.put("alpha", "ann", drawn(1))
    world.queue.extend([message, message])
    world.drain()
    assert list(states(world).values()) == [UploadState.PUBLISHED]
    assert [event.type for event in world.told] == ["upload.published"]


def test_a_notification_without_a_version_is_about_the_latest(world: World) -> None:
    message = world.put("alpha", "ann", drawn(1))
    world.queue.clear()
    upload = world.scanned(Message("scan", (message.body[0], None)))
    assert upload.state is UploadState.PUBLISHED
    assert upload.object_version == message.body[1]


def test_an_object_that_was_taken_away_before_it_was_read_is_nothing_to_do(world: World) -> None:
    message = world.put("alpha", "ann", drawn(1))
    world.queue.clear()
    world.stack.s3.delete_object(Bucket=world.cloud.settings.uploads_bucket, Key=message.body[0])
    assert world.scan(Message("scan", (message.body[0], None))) == [None]
    assert states(world) == {}


class Vanishes(Watcher):
    """The object goes while it is being scanned: after it was read, before it is copied."""

    def __init__(self, world: World, key: str) -> None:
        self._world = world
        self._place = {"Bucket": world.cloud.settings.uploads_bucket, "Key": key}

    def before(self, call: Call) -> Answer | None:
        if call.operation == "CopyObject":
            self._world.stack.s3.delete_object(**self._place, VersionId="version-1")
        return None


def test_promise_8_an_object_that_vanishes_while_it_is_scanned_is_not_said_to_be_public() -> None:
    # A world that is not checked afterwards: the image is nowhere.
    with memory_world() as world:
        message = world.put("alpha", "ann", drawn(1))
        with world.cloud.wire.watched_by(Vanishes(world, message.body[0])):
            world.drain()
        (upload,) = read_ledger(world.cloud).uploads.values()
        assert (upload.state, upload.reason) == (UploadState.REJECTED, Reason.IMAGE_GONE)
        assert [event.type for event in world.told] == ["upload.rejected"]
        assert not world.dead


def test_promise_8_an_image_that_brings_down_its_reader_is_held_at_the_last_attempt(world: World) -> None:
    message = world.put("alpha", "ann", POISON)
    world.queue.clear()
    for attempt in range(1, world.cloud.settings.scan_attempts + 1):
        assert states(world) == {}
        with pytest.raises(FunctionDied):
            world.scan(replace(message, attempt=attempt))
    assert list(states(world).values()) == [UploadState.HELD]
    world.drain()
    assert [event.detail["reason"] for event in world.told] == [Reason.SCAN_FAILED]


def test_an_image_that_is_read_at_last_is_published(world: World) -> None:
    message = world.put("alpha", "ann", drawn(1))
    world.queue.clear()
    died = mock.patch("staydown.services.uploads.scan_upload.decode", side_effect=FunctionDied)
    with died, pytest.raises(FunctionDied):
        world.scan(replace(message, attempt=5))
    assert world.scanned(message).state is UploadState.PUBLISHED


def test_one_image_that_fails_does_not_hold_up_the_others(world: World) -> None:
    messages = [world.put("alpha", "ann", drawn(number)) for number in range(4)]
    world.queue.clear()
    broken = world.stack.images.read_original

    def read(key: str, version: str | None) -> object:
        if key == messages[1].body[0]:
            raise OSError("the line is down")
        return broken(key, version)

    with mock.patch.object(world.stack.images, "read_original", read):
        outcomes = world.scan(*messages)
    assert [isinstance(outcome, Upload) for outcome in outcomes] == [True, False, True, True]
    assert isinstance(outcomes[1], OSError)
    assert len(states(world)) == 3


def test_an_image_that_matches_what_somebody_claims_is_held_and_punishes_nobody(world: World) -> None:
    filed = report(world, hashes=[drawn_hash(1)])
    upload = world.upload("alpha", "ann", drawn(1, flipped=20))
    assert (upload.state, upload.reason) == (UploadState.HELD, Reason.NEEDS_REVIEW)
    assert upload.cases == (filed.cases[0].case_id,)
    assert not world.stack.accounts.get("alpha", "ann").blocked


def test_what_is_condemned_while_its_image_is_put_somewhere_is_not_left_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    put = Images.put_where_it_belongs
    condemned: list[bool] = []

    def slowly(self: Images, *arguments: Any, **more: Any) -> None:
        put(self, *arguments, **more)
        if not condemned:
            condemned.append(True)
            judge(world, upload)

    monkeypatch.setattr(Images, "put_where_it_belongs", slowly)
    assert not is_placed(world.stack, upload), "what was just done is out of date"
    settled = settle_upload(world.stack, world.bank, upload.upload_id)
    assert settled is not None
    assert settled.state is UploadState.REMOVED


def test_a_ticket_is_good_for_one_object(world: World) -> None:
    issued = issue_ticket(
        world.stack, platform="alpha", account_id="ann", content_type="image/png", size=None
    )
    first = world.upload("alpha", "ann", drawn(1), name=issued.ticket.upload_id)
    second = world.upload("alpha", "ann", drawn(2), name=issued.ticket.upload_id)
    assert (first.upload_id, first.state) == (issued.ticket.upload_id, UploadState.PUBLISHED)
    assert second.upload_id != first.upload_id
    assert (second.state, second.reason) == (UploadState.REJECTED, Reason.TICKET_USED)


def test_a_ticket_of_somebody_else_gives_nothing(world: World) -> None:
    issued = issue_ticket(
        world.stack, platform="alpha", account_id="ann", content_type="image/png", size=None
    )
    other = world.upload("alpha", "bob", drawn(1), name=issued.ticket.upload_id)
    assert other.upload_id != issued.ticket.upload_id


def test_a_ticketed_image_is_known_again_after_its_ticket_is_forgotten(world: World) -> None:
    """A message may come from the dead-letter queue when the ticket has long expired."""
    issued = issue_ticket(
        world.stack, platform="alpha", account_id="ann", content_type="image/png", size=None
    )
    message = world.put("alpha", "ann", POISON, name=issued.ticket.upload_id)
    world.queue.clear()
    with pytest.raises(FunctionDied):
        world.scan(replace(message, attempt=5))
    world.stack.dynamodb.delete_item(
        TableName=world.cloud.settings.uploads_table,
        Key={"pk": {"S": f"UPLOAD#{issued.ticket.upload_id}"}, "sk": {"S": "TICKET"}},
    )
    readable = world.upload("alpha", "xan", drawn(1)).fingerprint
    with (
        mock.patch("staydown.services.uploads.scan_upload.decode", return_value=object()),
        mock.patch("staydown.services.uploads.scan_upload.fingerprint_of", return_value=readable),
    ):
        again = world.scanned(message)
    assert again.upload_id == issued.ticket.upload_id
    assert again.state is UploadState.PUBLISHED


def test_a_blocked_account_gets_no_ticket(world: World) -> None:
    block_account(world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue")
    with pytest.raises(AccountIsBlocked):
        issue_ticket(world.stack, platform="alpha", account_id="ann", content_type="image/png", size=None)
