"""One POST to an address that somebody else chose: the edge where we call, instead of being called.

The name is resolved once, every address it has must be a public one, and the connection goes to an address
that was looked at: so no name leads into our own network, however often it changes. Nothing is followed,
of the answer the head alone is read, and all of it together takes a bounded time.
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
"""From the connection on, whatever the other side does."""


class RequestFailed(Exception):
    """why: a code for a log. slow: it took all the time that there was."""

    def __init__(self, code: str, *, timed_out: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.timed_out = timed_out


class OutboundHttpClient:
    """local: on one machine, where AWS is on it too, an address of this machine and http are well."""

    def __init__(self, *, allow_local: bool = False, max_seconds: float = MAX_SECONDS) -> None:
        self._local = allow_local
        self._most_seconds = max_seconds
        self._tls = ssl.create_default_context()

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The status of the answer, whatever it is. PostFailed when there is none."""
        try:
            validate_endpoint_url(url, local=self._local)
        except InvalidEndpointUrl:
            raise RequestFailed("bad_url") from None
        parts = urlsplit(url)
        over = threading.Event()
        try:
            with self._connect(parts, over) as connection:
                target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                connection.request("POST", target, body=body, headers=dict(headers))
                with connection.getresponse() as answer:
                    if over.is_set():  # cut off within its head, which then seems to have ended
                        raise RequestFailed("timed_out", timed_out=True)
                    return answer.status
        except ssl.SSLError:
            raise RequestFailed("timed_out" if over.is_set() else "tls", timed_out=over.is_set()) from None
        except (TimeoutError, OSError, http.client.HTTPException) as error:
            slow = over.is_set() or isinstance(error, TimeoutError)
            raise RequestFailed("timed_out" if slow else "unreachable", timed_out=slow) from None

    @contextmanager
    def _connect(
        self, parts: SplitResult, timed_out: threading.Event
    ) -> Iterator[http.client.HTTPConnection]:
        host = str(parts.hostname)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        with ExitStack() as undo:
            address = self._resolve_allowed_address(host, port)
            sock = undo.enter_context(socket.create_connection((address, port), timeout=CONNECT_SECONDS))
            sock.settimeout(self._most_seconds)
            undo.enter_context(self._enforce_deadline(sock, timed_out))
            if parts.scheme == "https":
                sock = undo.enter_context(self._tls.wrap_socket(sock, server_hostname=host))
            connection = http.client.HTTPConnection(host, port)
            connection.sock = sock
            undo.callback(connection.close)
            yield connection

    @contextmanager
    def _enforce_deadline(self, sock: socket.socket, timed_out: threading.Event) -> Iterator[None]:
        """End the connection when its time is over. The time-out of a socket is one of each read: with a byte
        a second it would go on for ever."""
        with sock.dup() as same:  # what wraps a socket takes it away

            def cut() -> None:
                timed_out.set()
                with suppress(OSError):
                    same.shutdown(socket.SHUT_RDWR)

            limit = threading.Timer(self._most_seconds, cut)
            limit.daemon = True
            limit.start()
            try:
                yield
            finally:
                limit.cancel()
                limit.join()

    def _resolve_allowed_address(self, host: str, port: int) -> str:
        """One of the host's addresses; PostFailed unless all of them may be called."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise RequestFailed("unknown_host") from None
        addresses = [str(one[4][0]) for one in found]
        if not self._local and not all(map(is_public_address, addresses)):
            raise RequestFailed("address_not_public")
        return addresses[0]
