"""After the bank changed: removes copies that are already up, releases what no longer stands."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.failures import partial_failures, report_failure
from staydown.aws.stack import Stack
from staydown.services.bank_view import BankView
from staydown.services.judged_pictures import JudgedPictures
from staydown.services.sweep_bank import sweep_bank

logger = Logger()
stack = cache(Stack.from_environment)


@cache
def bank() -> BankView:
    return BankView(stack(), JudgedPictures(stack()))


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """All messages of a batch are one sweep: several new entries cost one reading of the content log."""
    messages = {record["messageId"]: record["body"] for record in event["Records"]}
    try:
        entries = {
            entry_id for body in messages.values() for entry_id in json.loads(body)["detail"]["entries"]
        }
        swept = sweep_bank(stack(), bank(), sorted(entries))
    except Exception as error:  # noqa: BLE001 (the batch goes back to the queue)
        report_failure(logger, error)
        return partial_failures(sorted(messages))
    logger.info("swept", entries=len(entries), stopped=len(swept.stopped), released=len(swept.released))
    return partial_failures([])
