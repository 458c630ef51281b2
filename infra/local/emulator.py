"""The emulated AWS services: moto behind an HTTP endpoint."""

from __future__ import annotations

import copy
import io
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from moto.backends import get_backend
from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import (
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from infra.local.moto_patches import CachingDispatcher, patch_moto

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ACCOUNT = DEFAULT_ACCOUNT_ID
REGION = "us-east-1"
"""The region that moto assumes for unsigned requests (sign-in, anonymous GET)."""

_LOOKAHEAD_MS = 25


@cache
def _session() -> boto3.session.Session:
    """Return the session of all stacks of the process, which caches the service descriptions."""
    return boto3.session.Session(
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 moto accepts any key
        region_name=REGION,
    )


class _Handler(MotoRequestHandler):
    disable_nagle_algorithm = True
    timeout = 60


class _SerialApp:
    """Handles one request at a time, because moto's state is not safe for concurrent requests.

    A failed transaction restores old items, and deleting a message writes back a copy of its queue. Both
    would lose concurrent writes. The body is read before the lock is taken: a slow upload blocks nobody.
    """

    def __init__(self, app: Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]) -> None:
        self._app = app
        self.lock = threading.RLock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        source = environ["wsgi.input"]
        length = environ.get("CONTENT_LENGTH")
        if length or environ.get("wsgi.input_terminated"):
            environ["wsgi.input"] = io.BytesIO(source.read(int(length)) if length else source.read())
        with self.lock:
            response = self._app(environ, start_response)
            try:
                return [b"".join(response)]
            finally:
                close: Callable[[], None] | None = getattr(response, "close", None)
                if close is not None:
                    close()


class Emulator:
    """Starts and stops moto. A process can run one at a time, because moto's state is global.

    endpoint: the URL of all AWS services, after the start.
    """

    _running: Emulator | None = None

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self.endpoint = ""
        self._clients: dict[str, Any] = {}

    def start(self) -> None:
        """Raise RuntimeError if another emulator runs in this process, OSError if the port is taken."""
        if Emulator._running is not None:
            raise RuntimeError("a process can run one local stack at a time: moto's state is global")
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        patch_moto()
        self._app = _SerialApp(CachingDispatcher(create_backend_app))
        # Bound here, because werkzeug exits the process if the port is taken.
        with socket.create_server(("127.0.0.1", self._port)) as sock:
            host, port = sock.getsockname()
            self._server = make_server(
                host, port, self._app, threaded=True, request_handler=_Handler, fd=sock.fileno()
            )
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        self.endpoint = f"http://{host}:{port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="aws", daemon=True
        )
        self._thread.start()
        Emulator._running = self
        self._reset()
        self._sqs = get_backend("sqs")[ACCOUNT][REGION]
        self._dynamodb = get_backend("dynamodb")[ACCOUNT][REGION]

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        for client in self._clients.values():
            client.close()
        self._clients.clear()
        self._reset()
        Emulator._running = None

    def client(self, service: str) -> Any:
        """Return the cached boto3 client of a service at this endpoint."""
        if service not in self._clients:
            self._clients[service] = _session().client(
                service,
                endpoint_url=self.endpoint,
                config=Config(account_id_endpoint_mode="disabled", retries={"total_max_attempts": 1}),
            )
        return self._clients[service]

    def count_receivable(self, queue: str) -> int:
        """Return the number of messages in a queue, given by name, that can be received now or very soon.

        This takes microseconds, so that a poller can call it often.
        """
        with self._app.lock:
            backend = self._sqs.queues[queue]
            soon = time.time() * 1000 + _LOOKAHEAD_MS
            return sum(message.visible_at <= soon for message in backend._messages)

    def count_messages(self, queue: str) -> int:
        """Return the number of messages in a queue, including those in flight."""
        with self._app.lock:
            return len(self._sqs.queues[queue]._messages)

    def has_changes(self, table: str) -> bool:
        """Return whether `take_stream` would return changes."""
        with self._app.lock:
            shard = self._dynamodb.tables[table].stream_shard
            return shard is not None and bool(shard.items)

    def take_stream(self, table: str) -> list[dict[str, Any]]:
        """Return the changes of a table since the last call, oldest first, in moto's format.

        This reads moto's data directly, because its GetRecords never frees iterators or old records.
        """
        with self._app.lock:
            shard = self._dynamodb.tables[table].stream_shard
            if shard is None:
                raise LookupError(f"{table} has no stream")
            records, shard.items = shard.items, []
            shard.starting_sequence_number += len(records)
            return [copy.deepcopy(record.to_json()) for record in records]

    def signing_key(self, user_pool_id: str) -> str:
        """Return the private RSA key (PEM) with which the user pool signs tokens. Its id is "dummy"."""
        key = get_backend("cognito-idp")[ACCOUNT][REGION].user_pools[user_pool_id].json_web_key
        return str(key.as_pem(private=True).decode())

    def _reset(self) -> None:
        with self._app.lock:
            BackendDict.reset()
            reset_model_data()
