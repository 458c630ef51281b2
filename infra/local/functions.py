"""The template's functions, run in this process with the environment that the template gives them."""

from __future__ import annotations

import importlib
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from infra.local.environment import applied_environment
from infra.local.resources import arn

Handler = Callable[[Any, "LambdaContext"], Any]
_ENVIRONMENT_LOCK = threading.RLock()
"""Whose environment the process has: one function's at a time, while it starts."""


class FunctionError(Exception):
    """A function raised, or could not be loaded. Its traceback was reported."""


@dataclass(frozen=True)
class LambdaContext:
    """What Lambda hands to a handler beside the event."""

    function_name: str
    memory_limit_in_mb: int
    invoked_function_arn: str
    deadline: float
    function_version: str = "$LATEST"
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    log_group_name: str = "local"
    log_stream_name: str = "local"
    client_context: None = None
    identity: None = None
    tenant_id: None = None

    def get_remaining_time_in_millis(self) -> int:
        return max(0, round((self.deadline - time.monotonic()) * 1000))


class LambdaFunction:
    """One function, with one execution environment: it handles one event at a time, as each of Lambda's does.

    properties: of its AWS::Lambda::Function, resolved. extra: what is added to its environment on this
    machine. report: takes a line for the person who runs the stack. clock: what it goes by.
    """

    def __init__(
        self,
        name: str,
        properties: Mapping[str, Any],
        extra: Mapping[str, str],
        report: Callable[[str], None],
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self.name = name
        self._clock = clock
        self.handler_path = str(properties["Handler"])
        self.timeout = int(properties.get("Timeout", 3))
        self._memory = int(properties.get("MemorySize", 128))
        given = properties.get("Environment", {}).get("Variables", {})
        self.environment = {
            **{key: str(value) for key, value in given.items()},
            **extra,
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self._memory),
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        }
        self._report = report
        self._one_at_a_time = threading.Lock()
        self._handler: Handler | None = None
        self._is_warm = False

    def load(self) -> None:
        """Import the handler anew, as a cold start does. Raise FunctionFailed, and report why, if not."""
        module_name, _, attribute = self.handler_path.rpartition(".")
        package = module_name.rpartition(".")[0]
        with _ENVIRONMENT_LOCK, applied_environment(self.environment):
            for loaded in list(sys.modules):
                # What a handler keeps from one call to the next belongs to one stack and not to the next.
                if loaded == package or loaded.startswith(package + "."):
                    del sys.modules[loaded]
            try:
                module = importlib.import_module(module_name)
                self._handler = getattr(module, attribute)
                if self._clock is not None and hasattr(module, "stack"):
                    module.stack().now = self._clock
            except ModuleNotFoundError as error:
                if error.name is None or not module_name.startswith(error.name):
                    self._report(f"{self.name} could not be loaded:\n{traceback.format_exc()}")
                else:
                    self._report(f"{self.name} is not there: no module {error.name}")
                raise FunctionError(f"{self.handler_path} is not there") from None
            except Exception:  # noqa: BLE001 the module is not ours: whatever it raises is its failure
                self._report(f"{self.name} could not be loaded:\n{traceback.format_exc()}")
                raise FunctionError(f"{self.handler_path} could not be loaded") from None

    def invoke(self, event: Any) -> Any:
        """Hand over an event and return the answer. Raise FunctionFailed when the handler raises."""
        with self._one_at_a_time:
            if self._handler is None:
                self.load()
            if self._is_warm:
                return self._call(event)
            with _ENVIRONMENT_LOCK, applied_environment(self.environment):
                answer = self._call(event)
            self._is_warm = True
            return answer

    def _call(self, event: Any) -> Any:
        assert self._handler is not None
        started = time.monotonic()
        context = LambdaContext(
            self.name, self._memory, arn("lambda", f"function:{self.name}"), started + self.timeout
        )
        try:
            return self._handler(event, context)
        except Exception:  # noqa: BLE001 whatever a handler raises is its failure, and goes back to the source
            self._report(f"{self.name} failed:\n{traceback.format_exc()}")
            raise FunctionError(f"{self.name} failed") from None
        finally:
            took = time.monotonic() - started
            if took > self.timeout:
                self._report(f"{self.name} took {took:.1f} s: AWS would have ended it after {self.timeout} s")
