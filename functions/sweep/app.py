"""After the bank changed: removes copies that are already up, releases what no longer stands."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.failures import partial_failures, report_failure
from staydown.aws.stack import Stack
from staydown.aws.sweeps_store import MOST_ENTRIES
from staydown.domain.sweeps import PLAN
from staydown.services.bank.bank_view import BankView
from staydown.services.bank.judged_pictures import JudgedPictures
from staydown.services.sweeps.sweep_bank import begin_sweep, sweep_part

logger = Logger()
stack = cache(Stack.from_environment)


@cache
def bank() -> BankView:
    return BankView(stack(), JudgedPictures(stack()))


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Parts one by one; all changes of a batch are one sweep: many entries cost one reading of the log."""
    failed: list[str] = []
    changes: dict[str, dict[str, Any]] = {}
    for record in event["Records"]:
        try:
            body = json.loads(record["body"])
            if "part" in body:
                _do(body["sweep"], body["part"])
            else:
                changes[record["messageId"]] = {
                    "entries": body["detail"]["entries"],
                    "seq": body["detail"]["seq"],
                }
        except Exception as error:  # noqa: BLE001 (the message goes back to its queue)
            report_failure(logger, error)
            failed.append(record["messageId"])
    try:
        _begin(list(changes.values()))
    except Exception as error:  # noqa: BLE001 (these go back, all of them)
        report_failure(logger, error)
        failed += changes
    return partial_failures(failed)


def _begin(changes: list[dict[str, Any]]) -> None:
    entries = sorted({entry_id for change in changes for entry_id in change["entries"]})
    for start in range(0, len(entries), MOST_ENTRIES):
        some = entries[start : start + MOST_ENTRIES]
        _do(begin_sweep(stack(), some, max(change["seq"] for change in changes)), PLAN.name)


def _do(sweep_id: str, part: str) -> None:
    sweep = sweep_part(stack(), bank(), sweep_id, part)
    if sweep is not None:
        logger.info("swept", sweep=sweep_id, parts=sweep.parts, done=sweep.parts_done, matched=sweep.matched)
