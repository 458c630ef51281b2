"""Run the template's functions in this process, with the environment of the template."""

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
"""Guards the process environment, which belongs to one starting function at a time."""


class FunctionError(Exception):
    """A function raised an exception or could not be loaded. Its traceback was reported."""


@dataclass(frozen=True)
class LambdaContext:
    """The context object that Lambda passes to a handler."""

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
    """A function with one execution environment. As on Lambda, it handles one event at a time.

    properties: the resolved properties of the AWS::Lambda::Function. extra: additional environment variables.
    report: prints a line for the user. clock: the clock that the function uses.
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
        variables = properties.get("Environment", {}).get("Variables", {})
        self.environment = {
            **{key: str(value) for key, value in variables.items()},
            **extra,
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self._memory),
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        }
        self._report = report
        self._invocation_lock = threading.Lock()
        self._handler: Handler | None = None
        self._is_warm = False

    def load(self) -> None:
        """Import the handler again, as a cold start does. Report a failure and raise FunctionError."""
        module_name, _, attribute = self.handler_path.rpartition(".")
        package = module_name.rpartition(".")[0]
        with _ENVIRONMENT_LOCK, applied_environment(self.environment):
            for loaded in list(sys.modules):
                # Modules keep state between calls, which must not pass from one stack to the next.
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
                    self._report(f"{self.name} is missing: no module {error.name}")
                raise FunctionError(f"{self.handler_path} is missing") from None
            except Exception:  # noqa: BLE001 the module may raise anything
                self._report(f"{self.name} could not be loaded:\n{traceback.format_exc()}")
                raise FunctionError(f"{self.handler_path} could not be loaded") from None

    def invoke(self, event: Any) -> Any:
        """Invoke the handler and return its result. Raise FunctionError if it raises."""
        with self._invocation_lock:
            if self._handler is None:
                self.load()
            if self._is_warm:
                return self._call(event)
            with _ENVIRONMENT_LOCK, applied_environment(self.environment):
                result = self._call(event)
            self._is_warm = True
            return result

    def _call(self, event: Any) -> Any:
        assert self._handler is not None
        started = time.monotonic()
        context = LambdaContext(
            self.name, self._memory, arn("lambda", f"function:{self.name}"), started + self.timeout
        )
        try:
            return self._handler(event, context)
        except Exception:  # noqa: BLE001 a handler may raise anything; its source retries
            self._report(f"{self.name} failed:\n{traceback.format_exc()}")
            raise FunctionError(f"{self.name} failed") from None
        finally:
            duration = time.monotonic() - started
            if duration > self.timeout:
                self._report(f"{self.name} took {duration:.1f} s; AWS would stop it after {self.timeout} s")
