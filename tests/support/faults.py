"""Inject one fault into one AWS call."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from tests.support.botocore_hooks import Answer, Call, Watcher
from tests.support.dynamodb_rules import error_answer
from tests.support.sample_images import FunctionDied


class Fault(StrEnum):
    BEFORE = "fails before its effect"
    AFTER = "takes effect, answer lost"
    THROTTLED = "is throttled"
    CONDITION_FAILED = "fails its condition"
    CONFLICT = "conflicts with another transaction"
    DIED_BEFORE = "the function dies before the call"
    DIED_AFTER = "the function dies after the call"

    def applies_to(self, call: Call) -> bool:
        """Return whether this fault can happen to the call.

        Only transactions have conditions and conflicts. The lost answer of a read has no effect.
        """
        if self in {Fault.CONDITION_FAILED, Fault.CONFLICT}:
            return call.operation == "TransactWriteItems"
        if self in {Fault.AFTER, Fault.DIED_AFTER}:
            return not call.operation.startswith(("Get", "BatchGet", "Query", "Head"))
        return True


_THROTTLED = {
    "dynamodb": "ProvisionedThroughputExceededException",
    "s3": "SlowDown",
    "events": "ThrottlingException",
    "ssm": "ThrottlingException",
    "sqs": "ThrottlingException",
    "cloudfront": "TooManyInvalidationsInProgress",
}


class CallRecorder(Watcher):
    """Records all calls in order."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def before(self, call: Call) -> Answer | None:
        self.calls.append(call)
        return None


class FaultInjector(CallRecorder):
    """Fails the call with this number (from 0). happened: whether that call was made."""

    def __init__(self, number: int, fault: Fault) -> None:
        super().__init__()
        self._number = number
        self._fault = fault
        self._hit: Call | None = None
        self.happened = False

    def before(self, call: Call) -> Answer | None:
        super().before(call)
        if self.happened or len(self.calls) != self._number + 1:
            return None
        self.happened = True
        match self._fault:
            case Fault.BEFORE:
                raise EndpointConnectionError(endpoint_url=call.service)
            case Fault.DIED_BEFORE:
                raise FunctionDied
            case Fault.THROTTLED:
                return Answer({"Error": {"Code": _THROTTLED[call.service], "Message": "slow down"}}, 400)
            case Fault.CONDITION_FAILED:
                return _transaction_cancelled(call, "ConditionalCheckFailed")
            case Fault.CONFLICT:
                return _transaction_cancelled(call, "TransactionConflict")
        self._hit = call
        return None

    def after(self, call: Call) -> None:
        if call is self._hit:
            self._hit = None
            if self._fault is Fault.DIED_AFTER:
                raise FunctionDied
            raise ReadTimeoutError(endpoint_url=call.service)


def _transaction_cancelled(call: Call, code: str) -> Answer:
    """Return the cancellation that the first conditional write (or else the first write) would cause."""
    writes: Sequence[dict[str, dict[str, object]]] = call.params["TransactItems"]
    conditional = [n for n, write in enumerate(writes) if "ConditionExpression" in next(iter(write.values()))]
    failing = conditional[0] if conditional else 0
    reasons = [{"Code": code if number == failing else "None"} for number in range(len(writes))]
    return error_answer("TransactionCanceledException", "cancelled", CancellationReasons=reasons)
