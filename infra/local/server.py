"""The HTTP server of the API, the published images, the tokens and the pages, on one port."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from infra.local.http_events import Request, Response, gateway_message

Handler = Callable[[Request], Response]
MAX_BODY_BYTES = 6 * 1024 * 1024
"""Lambda's limit for an invocation, in bytes. (API Gateway alone would accept 10 MB.)"""


class Server:
    """Listens on 127.0.0.1. Raises OSError if the port is taken.

    The handlers are set later with `serve`, because they need to know the port.
    """

    def __init__(self, port: int) -> None:
        self._http = _HttpServer(("127.0.0.1", port), _Connection)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread: threading.Thread | None = None

    def serve(self, api: Handler, extra_handlers: Mapping[str, Handler]) -> None:
        """Start serving. extra_handlers: by path prefix. api: handles all other paths."""
        self._http.api = api
        self._http.extra_handlers = dict(extra_handlers)
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(0.05,), name="gateway", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        if self._thread is not None:
            self._http.shutdown()
            self._thread.join()
        self._http.server_close()


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    api: Handler
    extra_handlers: Mapping[str, Handler]

    def respond(self, request: Request) -> Response:
        for prefix, handler in self.extra_handlers.items():
            if request.path.startswith(prefix):
                return handler(request)
        return self.api(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that close the connection."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Connection(BaseHTTPRequestHandler):
    """HTTP/1.1 with keep-alive. No Nagle algorithm and one write per response: this saves 40 ms each."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 60
    server: _HttpServer

    def _respond(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdigit():
            self.close_connection = True
            self._send(gateway_message(411, "Length Required"))
            return
        if int(length) > MAX_BODY_BYTES:
            self.close_connection = True
            self._send(gateway_message(413, "Request Entity Too Large"))
            return
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            key = name.lower()
            headers[key] = f"{headers[key]},{value}" if key in headers else value
        request = Request(
            self.command, self.path, headers, self.rfile.read(int(length)), str(self.client_address[0])
        )
        self._send(self.server.respond(request))

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers:
            self.send_header(name, value)
        if response.status != 204:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Log nothing, because paths contain case numbers and account ids."""

    # Names required by http.server.
    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _respond  # noqa: N815
