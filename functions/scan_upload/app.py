"""Scans uploaded images, and reconciles uploads that another function has changed.

It reads two queues: notifications of the uploads bucket, and events about uploads (released, removed,
blocked, held, reviewed).
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any
from urllib.parse import unquote_plus

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.events import parse_event
from staydown.api.failures import batch_item_failures, log_failure
from staydown.aws.stack import Stack
from staydown.domain.events import EventEnvelope, EventType, UploadReviewed, UploadStateChanged
from staydown.services.bank.bank_view import BankView
from staydown.services.bank.reference_index import ReferenceIndex
from staydown.services.uploads.reconcile_upload import reconcile_upload
from staydown.services.uploads.scan_upload import UploadedObject, scan_uploads

logger = Logger()
stack = cache(Stack.from_environment)


@cache
def bank() -> BankView:
    return BankView(stack(), ReferenceIndex(stack()))


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    uploaded: list[tuple[str, UploadedObject]] = []
    changed: list[tuple[str, str]] = []
    failed: set[str] = set()
    for record in event["Records"]:
        message_id = record["messageId"]
        try:
            body = json.loads(record["body"])
            attempt = int(record["attributes"]["ApproximateReceiveCount"])
            if "detail-type" in body:
                changed.append((message_id, _upload_id(parse_event(record["body"]))))
            else:
                uploaded += [(message_id, s3_object) for s3_object in _uploaded_objects(body, attempt)]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            log_failure(logger, error, message_id=message_id)
            failed.add(message_id)
    outcomes = scan_uploads(stack(), bank(), [s3_object for _, s3_object in uploaded])
    for (message_id, _), outcome in zip(uploaded, outcomes, strict=True):
        if isinstance(outcome, Exception):
            log_failure(logger, outcome, message_id=message_id)
            failed.add(message_id)
        elif outcome is not None:
            logger.info("scanned", upload_id=outcome.upload_id, state=outcome.state, reason=outcome.reason)
    failed |= _reconcile(changed)
    return batch_item_failures(sorted(failed))


def _uploaded_objects(notification: dict[str, Any], attempt: int) -> list[UploadedObject]:
    """Return the objects of a bucket notification. S3's test notification has no records."""
    objects = []
    for record in notification.get("Records", []):
        s3_object = record["s3"]["object"]
        objects.append(UploadedObject(unquote_plus(s3_object["key"]), s3_object.get("versionId"), attempt))
    return objects


def _upload_id(envelope: EventEnvelope) -> str:
    if envelope.type is EventType.UPLOAD_REVIEWED:
        return UploadReviewed.of_envelope(envelope).upload_id
    return UploadStateChanged.of_envelope(envelope).upload_id


def _reconcile(changed: list[tuple[str, str]]) -> set[str]:
    failed = set()
    if changed:
        bank().refresh()
    for message_id, upload_id in changed:
        try:
            reconcile_upload(stack(), bank(), upload_id)
        except Exception as error:  # noqa: BLE001 (only this message is retried)
            log_failure(logger, error, message_id=message_id, upload_id=upload_id)
            failed.add(message_id)
    return failed
