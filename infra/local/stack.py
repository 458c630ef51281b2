"""The local stack: the template, deployed and running on this machine.

    with LocalStack() as stack:
        requests.post(f"{stack.api_url}/v1/uploads", headers=stack.authorization("alpha"), …)
        stack.drain()

Tests call `drain`: it delivers all waiting messages in the calling thread, so nothing runs in the background
and no test has to wait. With `background=True`, threads deliver messages continuously (`make run`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from botocore.exceptions import BotoCoreError, ClientError

from infra.local import state_file
from infra.local.cdn_and_tokens import CONSOLE_PATH, PUBLISHED_PATH, TOKEN_PATH, serve_published, serve_tokens
from infra.local.clock import CLOCK_PATH, LocalClock
from infra.local.deployment import BUCKET, QUEUE, TABLE, Deployment
from infra.local.emulator import REGION, Emulator
from infra.local.environment import applied_environment, common_variables, local_variables
from infra.local.functions import FunctionError, LambdaFunction
from infra.local.gateway import Gateway
from infra.local.pages import security_headers, serve_pages
from infra.local.queue_poller import QueuePoller
from infra.local.routes import load_api
from infra.local.schedule_poller import SchedulePoller
from infra.local.server import Handler, Server
from infra.local.stream_poller import StreamPoller
from infra.local.template import Template, load_template
from infra.local.users import LocalCallers, create_callers
from infra.pages import render_config

ROOT = Path(__file__).parents[2]
STATE_FILE = ROOT / ".local" / "stack.json"
_RETRY_SECONDS = 2
_IDLE_SECONDS = 0.02
_MAX_ROUNDS = 10_000
Poller = QueuePoller | StreamPoller | SchedulePoller


class LocalStack:
    """The local stack. A process can run one at a time.

    port: port of the API (0: a free port). aws_port: port of the AWS services. parameters: template
    parameters that replace the defaults. background: deliver messages continuously. state_file: a file that
    describes the running stack, or None. report: prints a line for the user.
    """

    def __init__(
        self,
        *,
        template: Path = ROOT / "template.yaml",
        port: int = 0,
        aws_port: int = 0,
        parameters: Mapping[str, Any] | None = None,
        background: bool = False,
        state_file: Path | None = None,
        report: Callable[[str], None] = print,
    ) -> None:
        self._template_path = template
        self._ports = (port, aws_port)
        self._parameters = parameters
        self._background = background
        self._state_file = state_file
        self._report = report
        self._undo = ExitStack()
        self._stopping = threading.Event()
        self.clock = LocalClock()
        self.functions: dict[str, LambdaFunction] = {}
        self.callers: LocalCallers | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the stack, or leave nothing running. Raise OSError if a port is taken."""
        try:
            # Must come first: reading a template makes boto3 look up a region, and so a profile.
            self._undo.enter_context(applied_environment({"AWS_DEFAULT_REGION": REGION}, clear_aws=True))
            self._start(load_template(self._template_path, self._parameters))
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        self._stopping.set()
        self._undo.close()

    def client(self, service: str) -> Any:
        """Return a boto3 client of the local AWS services."""
        return self._emulator.client(service)

    def token(self, name: str) -> str:
        """Return the token of a platform or user by name. Raise KeyError for an unknown name."""
        if self.callers is None:
            raise KeyError(name)
        return self.callers.token(name)

    def authorization(self, name: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(name)}"}

    def resources_of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the resolved properties of all resources of a CloudFormation type, by logical id."""
        return self._deployment.resources_of_type(kind)

    def drain(self) -> int:
        """Deliver messages, and those that they cause, until none waits. Return the number of deliveries.

        A failed message is retried at once, until its queue moves it to the dead-letter queue. Raise
        RuntimeError if the deliveries do not end.
        """
        total = 0
        for _ in range(_MAX_ROUNDS):
            delivered = sum(poller.poll() for poller in self._pollers)
            if not delivered:
                return total
            total += delivered
        raise RuntimeError(f"not drained after {total} deliveries: a message causes itself again")

    def wait_until_quiet(self, seconds: float) -> None:
        """With background=True: wait until no message waits. Raise TimeoutError after `seconds`."""
        end = time.monotonic() + seconds
        # Checked twice, because a delivery of one poller may cause a message for another.
        while not all(poller.is_quiet() for _ in range(2) for poller in self._pollers):
            if time.monotonic() > end:
                raise TimeoutError(f"messages are still waiting after {seconds} s")
            self._stopping.wait(_IDLE_SECONDS)

    def load_functions(self) -> list[str]:
        """Load all functions now and not at their first event. Return the names of those that fail."""
        failed = []
        for name, function in self.functions.items():
            try:
                function.load()
            except FunctionError:
                failed.append(name)
        return failed

    def _start(self, template: Template) -> None:
        port, aws_port = self._ports
        self._emulator = Emulator(aws_port)
        self._emulator.start()
        self._undo.callback(self._emulator.stop)
        self.endpoint = self._emulator.endpoint
        server = Server(port)
        self._undo.callback(server.stop)
        self.api_url = server.url
        self._deployment = Deployment(template, self._emulator, self._report)
        self._deployment.create_resources()
        self.buckets = self._deployment.references_by_short_name(BUCKET, "Bucket")
        self.tables = self._deployment.references_by_short_name(TABLE, "Table")
        self.queues = self._deployment.references_by_short_name(QUEUE, "Queue")
        self.callers = self._create_callers()
        self._create_functions()
        self._create_pollers()
        api = load_api(self._deployment)
        tokens = self.callers.tokens if self.callers is not None else None
        server.serve(Gateway(api, self.functions, tokens).handle, self._extra_handlers())
        if self._background:
            for poller in self._pollers:
                thread = threading.Thread(target=self._keep_polling, args=(poller,), name=poller.name)
                thread.start()
                self._undo.callback(thread.join)
            self._undo.callback(self._stopping.set)
        if self._state_file is not None:
            state_file.write(self._state_file, self.description())
            self._undo.callback(state_file.remove, self._state_file)

    def _create_callers(self) -> LocalCallers | None:
        pools = self._deployment.references_by_short_name("AWS::Cognito::UserPool", "")
        if not pools:
            return None
        (pool,) = pools.values()
        console, *_ = self._deployment.references_by_short_name("AWS::Cognito::UserPoolClient", "").values()
        callers = create_callers(self._emulator, pool, console)
        ids = [platform.client_id for platform in callers.platforms]
        # On AWS this takes a second deployment, after `python -m infra.platforms add`.
        self._deployment.parameters["PlatformClientIds"] = ",".join(ids)
        return callers

    def _create_functions(self) -> None:
        extra = local_variables(self.endpoint)
        for name, properties in self._deployment.resources_of_type("AWS::Lambda::Function").items():
            variables = properties.get("Environment", {}).get("Variables", {})
            for host in self._buckets_by_domain():
                # Published images are served here, not by the domain of the distribution.
                for key, value in variables.items():
                    variables[key] = str(value).replace(f"https://{host}", self.api_url + PUBLISHED_PATH)
            self.functions[name] = LambdaFunction(name, properties, extra, self._report, self.clock)
        shared = common_variables(function.environment for function in self.functions.values())
        self._undo.enter_context(applied_environment({**shared, **extra}))

    def _create_pollers(self) -> None:
        self._pollers: list[Poller] = []
        retry_after = _RETRY_SECONDS if self._background else 0
        for mapping in self._deployment.resources_of_type("AWS::Lambda::EventSourceMapping").values():
            function = self.functions[str(mapping["FunctionName"])]
            if ":dynamodb:" in mapping["EventSourceArn"]:
                self._pollers.append(StreamPoller(self._emulator, function, mapping, self._report))
            else:
                self._pollers.append(
                    QueuePoller(self._emulator, function, mapping, self._report, retry_after)
                )

        for name, rule in self._deployment.resources_of_type("AWS::Events::Rule").items():
            if "ScheduleExpression" in rule:
                self._pollers.append(SchedulePoller(name, rule, self.functions, self.clock))

    def _extra_handlers(self) -> dict[str, Handler]:
        handlers: dict[str, Handler] = {CONSOLE_PATH: self._pages(), CLOCK_PATH: self.clock.handle}
        for bucket in self._buckets_by_domain().values():
            handlers[PUBLISHED_PATH + "/"] = serve_published(self.client("s3"), bucket)
        if (callers := self.callers) is not None:
            cognito = self.client("cognito-idp")
            handlers[TOKEN_PATH] = serve_tokens(cognito, callers.user_pool_id, callers.tokens)
        return handlers

    def _pages(self) -> Handler:
        """Return the handler of the web pages, whose policy allows the emulator in place of AWS."""
        hosts = [
            f"{name}.s3{at}.amazonaws.com" for name in self.buckets.values() for at in (f".{REGION}", "")
        ]
        local_origins = {
            f"https://{host}": self.endpoint for host in (*hosts, f"cognito-idp.{REGION}.amazonaws.com")
        }
        policies = self._deployment.resources_of_type("AWS::CloudFront::ResponseHeadersPolicy")
        client_id = self.callers.console_client_id if self.callers is not None else ""
        lines = str(self._deployment.parameters["HelpLines"])
        config = render_config(sign_in_url=self.endpoint, client_id=client_id, help_lines=lines)
        return serve_pages(CONSOLE_PATH, config, security_headers(policies, local_origins))

    def _buckets_by_domain(self) -> dict[str, str]:
        """Return the bucket of each image distribution, by domain name."""
        found = {}
        for name, properties in self._deployment.resources_of_type("AWS::CloudFront::Distribution").items():
            if "DefaultRootObject" in properties["DistributionConfig"]:
                continue  # The web pages, which `_pages` serves from the checkout.
            domain = properties["DistributionConfig"]["Origins"][0]["DomainName"]
            found[self._deployment.attribute(name, "DomainName")] = domain.partition(".s3.")[0]
        return found

    def _keep_polling(self, poller: Poller) -> None:
        while not self._stopping.is_set():
            try:
                idle = poller.poll() == 0
            except (BotoCoreError, ClientError) as error:
                self._report(f"{poller.name}: {error}")
                self._stopping.wait(1)
                continue
            if idle:
                self._stopping.wait(_IDLE_SECONDS)

    def description(self) -> dict[str, Any]:
        """Return the contents of `.local/stack.json`."""
        description: dict[str, Any] = {
            "api_url": self.api_url,
            "console_url": self.api_url + CONSOLE_PATH,
            "aws_endpoint_url": self.endpoint,
            "region": REGION,
            "published_base_url": self.api_url + PUBLISHED_PATH,
            "clock_url": self.api_url + CLOCK_PATH,
            "buckets": self.buckets,
            "tables": self.tables,
            "queues": self.queues,
        }
        if (callers := self.callers) is not None:
            description |= {
                "platforms": [asdict(platform) for platform in callers.platforms],
                "reviewers": [asdict(user) for user in callers.users],
                "issuer": callers.tokens.issuer,
                "token_url": self.api_url + TOKEN_PATH,
                "user_pool_id": callers.user_pool_id,
                "console_client_id": callers.console_client_id,
            }
        return description
