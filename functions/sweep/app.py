"""Sweeps after changes of the bank: removes published copies, and releases uploads without cause."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.events import parse_event
from staydown.api.failures import batch_item_failures, log_failure
from staydown.aws.stack import Stack
from staydown.aws.sweeps_store import MAX_ENTRIES
from staydown.domain.events import BankChanged
from staydown.domain.uploads.sweeps import PLAN_PART
from staydown.services.bank.bank_view import BankView
from staydown.services.bank.reference_index import ReferenceIndex
from staydown.services.sweeps.sweep_bank import run_sweep_part, start_sweep

logger = Logger()
stack = cache(Stack.from_environment)


@cache
def bank() -> BankView:
    return BankView(stack(), ReferenceIndex(stack()))


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Run each part, and start one sweep for all changes of the batch, which reads the log only once."""
    failed: list[str] = []
    changes: dict[str, BankChanged] = {}
    for record in event["Records"]:
        try:
            body = json.loads(record["body"])
            if "part" in body:
                _run_part(body["sweep"], body["part"])
            else:
                changes[record["messageId"]] = BankChanged.of_envelope(parse_event(record["body"]))
        except Exception as error:  # noqa: BLE001 (the message is retried)
            log_failure(logger, error)
            failed.append(record["messageId"])
    try:
        _start_sweeps(list(changes.values()))
    except Exception as error:  # noqa: BLE001 (all changes are retried)
        log_failure(logger, error)
        failed += changes
    return batch_item_failures(failed)


def _start_sweeps(changes: list[BankChanged]) -> None:
    entries = sorted({entry_id for change in changes for entry_id in change.entries})
    for start in range(0, len(entries), MAX_ENTRIES):
        batch = entries[start : start + MAX_ENTRIES]
        _run_part(start_sweep(stack(), batch, max(change.seq for change in changes)), PLAN_PART.name)


def _run_part(sweep_id: str, part: str) -> None:
    sweep = run_sweep_part(stack(), bank(), sweep_id, part)
    if sweep is not None:
        logger.info(
            "swept", sweep=sweep_id, parts=sweep.parts, done=sweep.parts_done, matched=sweep.matched_uploads
        )
