"""The lifecycle of an upload: read, register, check, reconcile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest import mock

import pytest
from staydown.aws.images import Images
from staydown.domain.errors import AccountIsBlocked
from staydown.domain.uploads.stops import StopReason
from staydown.domain.uploads.upload import Upload, UploadState
from staydown.services.accounts import block_account, unblock_account
from staydown.services.uploads.reconcile_upload import reconcile_upload
from staydown.services.uploads.sync_location import sync_location
from staydown.services.uploads.tickets import issue_ticket

from tests.support.actions import enforced_story, report, report_and_decide
from tests.support.botocore_hooks import Answer, Call, Watcher
from tests.support.sample_images import (
    CRASHING_IMAGE,
    NOT_AN_IMAGE,
    FunctionDied,
    drawn,
    drawn_hash,
    photograph,
    plain,
)
from tests.support.state_dump import dump_state
from tests.support.world import Message, World, memory_world


def states(world: World) -> dict[str, UploadState]:
    return {upload.key.split("/", 2)[2]: upload.state for upload in dump_state(world.cloud).uploads.values()}


def test_innocent_image_is_published_with_its_type(photos: World) -> None:
    upload = photos.upload("alpha", "ann", photograph(1), kind="image/png")
    public = photos.stack.s3.get_object(Bucket=photos.cloud.settings.published_bucket, Key=upload.public_key)
    assert upload.state is UploadState.PUBLISHED
    assert public["Body"].read() == photograph(1)
    assert public["ContentType"] == "image/png"


def test_recompressed_copy_of_a_reference_is_blocked(photos: World) -> None:
    story = enforced_story(photos, photograph(1))
    copy = photos.upload("beta", "bob", photograph(1, side=200, kind="JPEG", quality=60))
    assert copy.state is UploadState.BLOCKED
    assert copy.reason == StopReason.MATCHES_CONFIRMED_ENTRY
    assert copy.matches[0].entry_id in story.case.banked_entries
    assert photos.upload("beta", "bob", photograph(2)).state is UploadState.PUBLISHED


def test_plain_image_is_blocked_only_by_exact_bytes(photos: World) -> None:
    enforced_story(photos, plain(200))
    assert photos.upload("beta", "bob", plain(200)).state is UploadState.BLOCKED
    assert photos.upload("beta", "bob", plain(199)).state is UploadState.PUBLISHED


@pytest.mark.promise(8)
@pytest.mark.parametrize(
    ("data", "kind", "name", "reason"),
    [
        (NOT_AN_IMAGE, "", None, "not_an_image"),
        (b"", "", None, "not_an_image"),
        (drawn(1), "image/jpeg", None, StopReason.CONTENT_TYPE_MISMATCH),
        (drawn(1), "text/html", None, StopReason.CONTENT_TYPE_MISMATCH),
        (drawn(1), "", "photo.gif", StopReason.CONTENT_TYPE_MISMATCH),
    ],
)
def test_invalid_or_mislabelled_file_is_rejected_with_a_reason(
    world: World, data: bytes, kind: str, name: str | None, reason: str
) -> None:
    message = world.put("alpha", "ann", data, kind=kind, name=name)
    world.queue.clear()
    upload = world.scan_one(message)
    assert (upload.state, upload.reason) == (UploadState.REJECTED, reason)
    assert not world.cloud.objects()[world.cloud.settings.published_bucket]


def test_oversized_image_is_rejected_unread(world: World) -> None:
    upload = world.upload("alpha", "ann", bytes(world.cloud.settings.max_upload_bytes + 1))
    assert (upload.state, upload.reason) == (UploadState.REJECTED, "too_many_bytes")


@pytest.mark.parametrize(("platform", "account"), [("al pha", "ann"), ("alpha", "..")])
def test_malformed_key_is_rejected(world: World, platform: str, account: str) -> None:
    upload = world.upload(platform, account, drawn(1))
    assert (upload.state, upload.reason) == (UploadState.REJECTED, StopReason.MALFORMED_KEY)


def test_block_of_an_account_applies_to_one_platform(
    world: World,
) -> None:
    block_account(world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue")
    upload = world.upload("alpha", "ann", drawn(1))
    assert (upload.state, upload.reason) == (UploadState.REJECTED, StopReason.ACCOUNT_BLOCKED)
    assert world.upload("beta", "ann", drawn(1)).state is UploadState.PUBLISHED


def test_rejected_image_stays_rejected_after_the_block_is_lifted(world: World) -> None:
    block_account(world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue")
    message = world.put("alpha", "ann", drawn(1))
    world.drain()
    unblock_account(world.stack, platform="alpha", account_id="ann", reviewer="sue")
    assert world.scan_one(message).state is UploadState.REJECTED


class BlocksDuringPublication(Watcher):
    """Blocks the account while its image is being published."""

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
def test_account_blocked_during_the_scan_publishes_nothing(world: World, attempt: int) -> None:
    message = replace(world.put("alpha", "ann", drawn(1)), attempt=attempt)
    world.queue.clear()
    with world.cloud.wire.watched_by(BlocksDuringPublication(world)):
        upload = world.scan_one(message)
    assert (upload.state, upload.reason) == (UploadState.REJECTED, StopReason.ACCOUNT_BLOCKED)


@pytest.mark.promise(7)
def test_duplicate_message_makes_one_upload(world: World) -> None:
    message = world.put("alpha", "ann", drawn(1))
    world.queue.extend([message, message])
    world.drain()
    assert list(states(world).values()) == [UploadState.PUBLISHED]
    assert [event.type for event in world.events] == ["upload.published"]


def test_notification_without_a_version_means_the_latest(world: World) -> None:
    message = world.put("alpha", "ann", drawn(1))
    world.queue.clear()
    upload = world.scan_one(Message("scan", (message.body[0], None)))
    assert upload.state is UploadState.PUBLISHED
    assert upload.object_version == message.body[1]


def test_object_deleted_before_the_scan_is_ignored(world: World) -> None:
    message = world.put("alpha", "ann", drawn(1))
    world.queue.clear()
    world.stack.s3.delete_object(Bucket=world.cloud.settings.uploads_bucket, Key=message.body[0])
    assert world.scan(Message("scan", (message.body[0], None))) == [None]
    assert states(world) == {}


class DeletesDuringScan(Watcher):
    """Deletes the object during its scan, after the read and before the copy."""

    def __init__(self, world: World, key: str) -> None:
        self._world = world
        self._place = {"Bucket": world.cloud.settings.uploads_bucket, "Key": key}

    def before(self, call: Call) -> Answer | None:
        if call.operation == "CopyObject":
            self._world.stack.s3.delete_object(**self._place, VersionId="version-1")
        return None


@pytest.mark.promise(8)
def test_object_that_vanishes_during_the_scan_is_not_published() -> None:
    # This world is not checked afterwards: its image is in no bucket.
    with memory_world() as world:
        message = world.put("alpha", "ann", drawn(1))
        with world.cloud.wire.watched_by(DeletesDuringScan(world, message.body[0])):
            world.drain()
        (upload,) = dump_state(world.cloud).uploads.values()
        assert (upload.state, upload.reason) == (UploadState.REJECTED, StopReason.IMAGE_MISSING)
        assert [event.type for event in world.events] == ["upload.rejected"]
        assert not world.dead_letters


@pytest.mark.promise(8)
def test_image_that_crashes_the_scan_is_held_at_the_last_attempt(world: World) -> None:
    message = world.put("alpha", "ann", CRASHING_IMAGE)
    world.queue.clear()
    for attempt in range(1, world.cloud.settings.scan_attempts + 1):
        assert states(world) == {}
        with pytest.raises(FunctionDied):
            world.scan(replace(message, attempt=attempt))
    assert list(states(world).values()) == [UploadState.HELD]
    world.drain()
    assert [event.detail["reason"] for event in world.events] == [StopReason.SCAN_FAILED]


def test_image_read_at_the_last_attempt_is_published(world: World) -> None:
    message = world.put("alpha", "ann", drawn(1))
    world.queue.clear()
    died = mock.patch("staydown.services.uploads.scan_upload.decode", side_effect=FunctionDied)
    with died, pytest.raises(FunctionDied):
        world.scan(replace(message, attempt=5))
    assert world.scan_one(message).state is UploadState.PUBLISHED


def test_failure_on_one_image_delays_no_other(world: World) -> None:
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


def test_upload_that_matches_a_claim_is_held_without_penalty(world: World) -> None:
    filed = report(world, hashes=[drawn_hash(1)])
    upload = world.upload("alpha", "ann", drawn(1, flipped=20))
    assert (upload.state, upload.reason) == (UploadState.HELD, StopReason.NEEDS_REVIEW)
    assert upload.cases == (filed.cases[0].case_id,)
    assert not world.stack.accounts.get("alpha", "ann").blocked


def test_image_removed_during_publication_does_not_stay_public(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    put = Images.sync_location
    condemned: list[bool] = []

    def slowly(self: Images, *arguments: Any, **more: Any) -> None:
        put(self, *arguments, **more)
        if not condemned:
            condemned.append(True)
            report_and_decide(world, upload)

    monkeypatch.setattr(Images, "sync_location", slowly)
    assert not sync_location(world.stack, upload), "the decision in between must make the result stale"
    reconciled = reconcile_upload(world.stack, world.bank, upload.upload_id)
    assert reconciled is not None
    assert reconciled.state is UploadState.REMOVED


def test_ticket_is_valid_for_one_object(world: World) -> None:
    issued = issue_ticket(
        world.stack, platform="alpha", account_id="ann", content_type="image/png", size=None
    )
    first = world.upload("alpha", "ann", drawn(1), name=issued.ticket.upload_id)
    second = world.upload("alpha", "ann", drawn(2), name=issued.ticket.upload_id)
    assert (first.upload_id, first.state) == (issued.ticket.upload_id, UploadState.PUBLISHED)
    assert second.upload_id != first.upload_id
    assert (second.state, second.reason) == (UploadState.REJECTED, StopReason.TICKET_USED)


def test_ticket_of_another_account_is_ignored(world: World) -> None:
    issued = issue_ticket(
        world.stack, platform="alpha", account_id="ann", content_type="image/png", size=None
    )
    other = world.upload("alpha", "bob", drawn(1), name=issued.ticket.upload_id)
    assert other.upload_id != issued.ticket.upload_id


def test_ticketed_image_is_recognised_after_its_ticket_expired(world: World) -> None:
    """A message redriven from the dead-letter queue may arrive after the ticket expired."""
    issued = issue_ticket(
        world.stack, platform="alpha", account_id="ann", content_type="image/png", size=None
    )
    message = world.put("alpha", "ann", CRASHING_IMAGE, name=issued.ticket.upload_id)
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
        mock.patch("staydown.services.uploads.scan_upload.fingerprint_picture", return_value=readable),
    ):
        again = world.scan_one(message)
    assert again.upload_id == issued.ticket.upload_id
    assert again.state is UploadState.PUBLISHED


def test_a_blocked_account_gets_no_ticket(world: World) -> None:
    block_account(world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue")
    with pytest.raises(AccountIsBlocked):
        issue_ticket(world.stack, platform="alpha", account_id="ann", content_type="image/png", size=None)
