"""The stack of template.yaml in a process of its own, controlled by lines on its input.

    python -m tools.load.stack STATE_FILE

It runs as `make run`, on free ports. It answers each of these lines with one line:

    pause          stop the scan function from taking messages
    resume         let it take messages again
    throttle 0.3   answer this share of the functions' DynamoDB calls with "throughput exceeded"

The answer to `throttle` has two numbers: throttled calls and all calls since the last such line. The process
ends with its input.
"""

from __future__ import annotations

import importlib
import io
import random
import sys
import threading
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from botocore.awsrequest import AWSRequest, AWSResponse

from infra.local.functions import LambdaFunction
from infra.local.stack import LocalStack

SCAN = "ScanUploadFunction"
_EXCEEDED = (
    b'{"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException", "message": ""}'
)


class FunctionGate:
    """A gate before a function. Closed, calls wait, as with a reserved concurrency of 0."""

    def __init__(self, function: LambdaFunction) -> None:
        self.opened = threading.Event()
        self.opened.set()
        invoke = function.invoke

        def when_opened(event: Any) -> Any:
            self.opened.wait()
            return invoke(event)

        setattr(function, "invoke", when_opened)  # noqa: B010 (of this object, not of its class)


class Throttle:
    """Throttled DynamoDB calls, which the clients of the functions retry as on AWS."""

    def __init__(self) -> None:
        self._random = random.Random(1)
        self._share = 0.0
        self._throttled = self._calls = 0

    def listen(self, stack: LocalStack) -> None:
        for function in stack.functions.values():
            module = importlib.import_module(function.handler_path.rpartition(".")[0])
            if hasattr(module, "stack"):
                module.stack().dynamodb.meta.events.register("before-send.dynamodb", self._answer)

    def set(self, share: float) -> str:
        before = f"{self._throttled} {self._calls}"
        self._share, self._throttled, self._calls = share, 0, 0
        return before

    def _answer(self, request: AWSRequest, **_: Any) -> AWSResponse | None:
        self._calls += 1
        if self._random.random() >= self._share:
            return None
        self._throttled += 1
        return AWSResponse(request.url, 400, {"content-type": "application/x-amz-json-1.0"}, _Body(_EXCEEDED))


class _Body(io.BytesIO):
    """A response body as botocore reads it."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def main(state_file: Path) -> int:
    answers = sys.stdout
    parameters = {"LogLevel": "ERROR"}
    with (
        redirect_stdout(sys.stderr),  # what the functions log
        LocalStack(background=True, parameters=parameters, state_file=state_file, report=_report) as stack,
    ):
        if missing := stack.load_functions():
            print(f"without {', '.join(missing)}", file=answers, flush=True)
            return 1
        gate, throttle = FunctionGate(stack.functions[SCAN]), Throttle()
        throttle.listen(stack)
        print("ready", file=answers, flush=True)
        for line in sys.stdin:
            print(_done(line.split(), gate, throttle), file=answers, flush=True)
        gate.opened.set()
    return 0


def _done(words: list[str], gate: FunctionGate, throttle: Throttle) -> str:
    match words:
        case ["pause"]:
            gate.opened.clear()
        case ["resume"]:
            gate.opened.set()
        case ["throttle", share]:
            return throttle.set(float(share))
        case _:
            return "unknown command"
    return "done"


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
