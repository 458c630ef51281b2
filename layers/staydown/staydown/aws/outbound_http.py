"""A POST to a URL that a platform chose, protected against requests to our own network (SSRF).

The host name is resolved once, every address must be public, and the connection uses one of the checked
addresses. So a name that changes between the check and the call has no effect. Redirects are not followed,
only the head of the response is read, and the whole request has a time limit.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from urllib.parse import SplitResult, urlsplit

from staydown.exchange.webhooks import InvalidEndpointUrl, is_public_address, validate_endpoint_url

CONNECT_SECONDS = 3.0
MAX_SECONDS = 8.0
"""The time limit of a whole request after connecting."""


class RequestFailed(Exception):
    """No response was received. code: the reason, for the log. timed_out: the time limit was reached."""

    def __init__(self, code: str, *, timed_out: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.timed_out = timed_out


class OutboundHttpClient:
    """Sends POST requests.

    allow_local: also allow http and local addresses, for the local stack. max_seconds: the time limit.
    """

    def __init__(self, *, allow_local: bool = False, max_seconds: float = MAX_SECONDS) -> None:
        self._allow_local = allow_local
        self._max_seconds = max_seconds
        self._tls = ssl.create_default_context()

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Send a POST and return the status code of the response. Raise RequestFailed if there is none."""
        try:
            validate_endpoint_url(url, local=self._allow_local)
        except InvalidEndpointUrl:
            raise RequestFailed("bad_url") from None
        parts = urlsplit(url)
        timed_out = threading.Event()
        try:
            with self._connect(parts, timed_out) as connection:
                target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                connection.request("POST", target, body=body, headers=dict(headers))
                with connection.getresponse() as response:
                    if timed_out.is_set():  # A head that is cut off looks complete.
                        raise RequestFailed("timed_out", timed_out=True)
                    return response.status
        except ssl.SSLError:
            code = "timed_out" if timed_out.is_set() else "tls"
            raise RequestFailed(code, timed_out=timed_out.is_set()) from None
        except (TimeoutError, OSError, http.client.HTTPException) as error:
            slow = timed_out.is_set() or isinstance(error, TimeoutError)
            raise RequestFailed("timed_out" if slow else "unreachable", timed_out=slow) from None

    @contextmanager
    def _connect(
        self, parts: SplitResult, timed_out: threading.Event
    ) -> Iterator[http.client.HTTPConnection]:
        host = str(parts.hostname)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        with ExitStack() as cleanup:
            address = self._resolve_allowed_address(host, port)
            sock = cleanup.enter_context(socket.create_connection((address, port), timeout=CONNECT_SECONDS))
            sock.settimeout(self._max_seconds)
            cleanup.enter_context(self._enforce_deadline(sock, timed_out))
            if parts.scheme == "https":
                sock = cleanup.enter_context(self._tls.wrap_socket(sock, server_hostname=host))
            connection = http.client.HTTPConnection(host, port)
            connection.sock = sock
            cleanup.callback(connection.close)
            yield connection

    @contextmanager
    def _enforce_deadline(self, sock: socket.socket, timed_out: threading.Event) -> Iterator[None]:
        """Close the connection at the time limit.

        A socket's own timeout applies to each read: a server that sends a byte per second would never hit it.
        """
        with sock.dup() as duplicate:  # TLS takes over the original socket.

            def shut_down() -> None:
                timed_out.set()
                with suppress(OSError):
                    duplicate.shutdown(socket.SHUT_RDWR)

            timer = threading.Timer(self._max_seconds, shut_down)
            timer.daemon = True
            timer.start()
            try:
                yield
            finally:
                timer.cancel()
                timer.join()

    def _resolve_allowed_address(self, host: str, port: int) -> str:
        """Return an address of the host. Raise RequestFailed unless all of its addresses are allowed."""
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise RequestFailed("unknown_host") from None
        addresses = [str(info[4][0]) for info in infos]
        if not self._allow_local and not all(map(is_public_address, addresses)):
            raise RequestFailed("address_not_public")
        return addresses[0]
